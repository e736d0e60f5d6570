import pytest

import bouton as bp


@pytest.fixture
def nothing_shared():
    with bp.share.restored({}):
        bp.share.clear()
        yield
