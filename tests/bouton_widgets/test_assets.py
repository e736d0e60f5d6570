import re

import pytest

from bouton import errors
from bouton_widgets._assets import script, style

SCRIPTS = ["tree.js", "parameters.js", "traces.js", "history.js", "graph.js", "series.js", "phase.js", "rates.js", "histogram.js"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_comes_as_one_module_without_imports_and_with_one_export(name):
    text = script(name)
    assert not re.search(r"^import\b", text, re.MULTILINE)
    (export,) = re.findall(r"^export .*", text, re.MULTILINE)
    assert re.fullmatch(rf'export default widget\("{name[:-3]}", \w+\);', export)


@pytest.mark.parametrize("name", SCRIPTS)
def test_modules_that_are_put_together_do_not_share_a_top_level_name(name):
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", script(name), re.MULTILINE)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_text_as_html_or_loads_anything(name):
    text = script(name)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "https:"):
        assert word not in text


def test_the_style_sheet_loads_nothing_and_stays_inside_its_views():
    text = style()
    assert "url(" not in text
    assert "@import" not in text
    selectors = re.findall(r"^([^@{}/\n][^{}]*)\{", text, re.MULTILINE)
    assert selectors
    assert all(part.strip().startswith(".bouton") for line in selectors for part in line.split(","))


def test_a_module_used_by_two_is_written_once(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nexport default b + c;\n')
    (tmp_path / "b.js").write_text('import {\n  c,\n} from "./c.js";\nexport const b = c;\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    assert script("a.js", tmp_path) == "const c = 1;\nconst b = c;\nexport default b + c;\n"


def test_a_missing_script_says_so(tmp_path):
    with pytest.raises(errors.UnknownPathError, match=r"one of the package's scripts, got no such file\. Install bouton again"):
        script("gone.js", tmp_path)
