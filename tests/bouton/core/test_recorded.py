import numpy as np
import pytest

import bouton as bp
from bouton.core._recorded import as_patterns
from bouton.errors import KindError


def test_one_path_and_several_are_patterns():
    assert as_patterns("a.*", "here") == ("a.*",)
    assert as_patterns(["a", "b"], "here") == ("a", "b")


@pytest.mark.parametrize("record", [5, None, ["a", 1], {"a"}])
def test_what_is_no_path_is_told(record):
    words = r"LIF\(record=\.\.\.\): expected True, False, a path or a list of paths, got .*\. Write for instance record='neurons"
    with pytest.raises(KindError, match=words):
        bp.functional(bp.neurons.LIF(3))(np.ones(3, np.float32), record=record)
