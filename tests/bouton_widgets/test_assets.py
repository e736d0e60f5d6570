import re

import pytest

from bouton import errors
from bouton_widgets._assets import _FOLDER, script, style

FILES = sorted(_FOLDER.glob("*.js"))
SCRIPTS = [file.name for file in FILES if "\nexport default widget(" in file.read_text(encoding="utf-8")]


def test_these_are_the_scripts_of_the_views():
    assert {"explore.js", "stimulus.js", "tree.js", "weights.js"} < set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_comes_as_one_module_without_imports_and_with_one_export(name):
    text = script(name)
    assert not re.search(r"^import\b", text, re.MULTILINE)
    (export,) = re.findall(r"^export .*", text, re.MULTILINE)
    assert re.fullmatch(rf'export default widget\("{name[:-3]}", \w+\);', export)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_stands_once_at_the_top_of_its_scope(name):
    # Each neighbour in a scope of its own.
    for scope in re.split(r"^\}\)\(\);$", script(name), flags=re.MULTILINE):
        names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", scope, re.MULTILINE)
        assert len(names) == len(set(names))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_function_takes_the_place_of_one_of_its_name_beside_it(file):
    # The later one would be called in the place of both, without a word.
    beside: dict[str, set[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        indent = re.match(" *", line)[0]
        beside = {other: names for other, names in beside.items() if len(other) <= len(indent) or not line}
        function = re.match(r"(?:export )?(?:async )?function (\w+)", line.strip())
        if function:
            assert function[1] not in beside.setdefault(indent, set())
            beside[indent].add(function[1])


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_text_as_html_or_loads_anything(name):
    text = script(name)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "https:"):
        assert word not in text


def test_the_style_sheet_loads_nothing_and_stays_inside_its_views():
    text = style()
    assert "url(" not in text
    assert "@import" not in text
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    selectors = re.findall(r"^([^@{}\n][^{}]*)\{", bare, re.MULTILINE)
    assert selectors
    assert all(part.strip().startswith(".bouton") for line in selectors for part in line.split(","))


def test_a_module_used_by_two_is_written_once(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nexport default b + c;\n')
    (tmp_path / "b.js").write_text('import {\n  c,\n} from "./c.js";\nexport const b = c;\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    c = "const _c = (() => {\nconst c = 1;\nreturn { c };\n})();\n"
    b = "const _b = (() => {\nconst {\n  c,\n} = _c;\nconst b = c;\nreturn { b };\n})();\n"
    assert script("a.js", tmp_path) == f"{c}{b}const {{ b }} = _b;\nconst {{ c }} = _c;\nexport default b + c;\n"


def test_a_module_that_another_uses_keeps_its_names_to_itself_and_gives_no_default(tmp_path):
    (tmp_path / "a.js").write_text('import { start as b } from "./b.js";\nfunction start() {}\nexport default b;\n')
    (tmp_path / "b.js").write_text('const HEIGHT = 2;\nexport function start() {}\nexport default widget("b", start);\n')
    b = "const _b = (() => {\nconst HEIGHT = 2;\nfunction start() {}\nreturn { start };\n})();\n"
    assert script("a.js", tmp_path) == f"{b}const {{ start: b }} = _b;\nfunction start() {{}}\nexport default b;\n"


def test_a_missing_script_says_so(tmp_path):
    with pytest.raises(errors.UnknownPathError, match=r"one of the package's scripts, got no such file\. Install bouton again"):
        script("gone.js", tmp_path)
