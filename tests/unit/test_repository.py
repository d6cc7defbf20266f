"""Rules of the repository as a whole, so that a change that breaks one is told at once."""

from __future__ import annotations

import ast
import doctest
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import prodmeet_kit
from tools import glossary, words

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "prodmeet_kit"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULES = sorted(PACKAGE.rglob("*.py"))
FOLDERS = ("prodmeet_kit", "tests", "benchmarks", "tools")
PYTHON = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
LONGEST = {"prodmeet_kit": 300, "benchmarks": 300, "tests": 400, "tools": 300}
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG")),
]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=short)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    for cell in json.loads(path.read_text())["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = [
        f"{short(path)}: {lines} lines"
        for path in PYTHON
        if (lines := len(path.read_text().splitlines())) > LONGEST[path.relative_to(ROOT).parts[0]]
    ]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_module_says_what_it_offers(path: Path) -> None:
    tree = ast.parse(path.read_text())
    offers = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
    ]
    public = any(
        isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") for node in tree.body
    )
    assert offers or not public or path.name == "__main__.py"
    for names in offers:
        listed = ast.literal_eval(names)
        assert listed == sorted(set(listed), key=_natural), "sort __all__ and name each once"


def _natural(name: str) -> tuple[int, str]:
    """The order of ruff's RUF022: constants, classes, the rest."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


EXAMPLES = [path for path in MODULES if ">>> " in path.read_text() and path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", EXAMPLES, ids=short)
def test_the_examples_in_docstrings_are_true(path: Path) -> None:
    failed, tried = doctest.testmod(import_module(name_of(path)))
    assert failed == 0
    assert tried > 0


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("prodmeet_kit", ["numpy", "pandas", "plotly", "pydantic", "requests", "nbformat", "ruamel"]),
        ("prodmeet_kit.cli", ["numpy", "pandas", "plotly", "pydantic", "requests", "nbformat", "ruamel"]),
        ("prodmeet_kit.parameters", ["numpy", "pandas", "requests", "ruamel", "promql_parser"]),
        ("prodmeet_kit.render", ["pandas", "plotly", "jinja2"]),
        ("prodmeet_kit.agenda", ["pandas", "plotly"]),
    ],
)
def test_importing_stays_cheap(module: str, heavy: list[str]) -> None:
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def _declared(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def _imported() -> set[str]:
    """Names of the packages outside that the modules import."""
    imported = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    return imported - sys.stdlib_module_names - {"prodmeet_kit", "__future__"}


def test_what_the_package_imports_is_declared() -> None:
    distributions = packages_distributions()
    extras = [line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra]
    declared = _declared([*PROJECT["project"]["dependencies"], *extras])
    missing = {
        name
        for name in _imported()
        # ruamel is a namespace: its distribution is ruamel.yaml
        if not declared & {canonicalize_name(found) for found in distributions.get(name, [name])}
    }
    assert missing == set()


def test_what_is_declared_is_imported() -> None:
    distributions = packages_distributions()
    used = {canonicalize_name(found) for name in _imported() for found in distributions.get(name, [name])}
    data = {"tzdata"}  # zoneinfo reads it where the system has no zones
    assert _declared(PROJECT["project"]["dependencies"]) - used - data == set()


def test_the_lock_holds_every_requirement_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, flags=re.MULTILINE):
        locked.setdefault(canonicalize_name(name), []).append(version)
    for line in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]:
        requirement = Requirement(line)
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{line} is not locked: run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{line}: run make lock"
    assert "://" not in text
    assert text.count("==") <= text.count("--hash=sha256:")


def test_the_version_is_the_same_wherever_it_stands() -> None:
    assert prodmeet_kit.__version__ == PROJECT["project"]["version"]
    assert f"## {prodmeet_kit.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (targets,) = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    make = shutil.which("make")
    if make is None:
        pytest.skip("not installed: make")
    listed = subprocess.run([make, "help"], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert re.findall(r"^  make (\S+) +\S", listed, flags=re.MULTILINE) == targets.split()


@pytest.mark.parametrize(("words", "passed"), [(["LANGUAGE=ja"], True), ([], False)])
def test_make_takes_a_language_from_its_command_line_and_not_from_the_system(words: list[str], passed: bool) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("not installed: make")
    system = {**os.environ, "LANGUAGE": "en_US:en"}
    told = subprocess.run(
        [make, "-n", "report", *words], capture_output=True, text=True, cwd=ROOT, check=True, env=system
    ).stdout
    assert ("--language 'ja'" in told) is passed
    assert "en_US" not in told


def test_the_wheel_carries_what_is_not_code(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"prodmeet_kit/py.typed", "prodmeet_kit/parameters/defaults.yaml"} <= names
    assert {f"prodmeet_kit/notebooks/{path.name}" for path in NOTEBOOKS} <= names
    assert "prodmeet_kit/locale/ja/LC_MESSAGES/prodmeet_kit.po" in names
    beside = {
        short(path)
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    }
    assert beside <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "parameters/", "tools/"))]


def test_the_plan_is_the_same_in_the_docs_and_in_the_contracts() -> None:
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \|", text.partition("## Rooms")[2].partition("## Where")[0], re.MULTILINE
    )
    assert [re.findall(r"\w+", row) for row in rows] == [re.findall(r"\w+", layer) for layer in layers]


def test_a_folder_holds_no_more_modules_than_a_reader_can_overlook() -> None:
    folders = {path.parent for path in MODULES}
    assert {
        short(folder): len(list(folder.glob("*.py"))) for folder in folders if len(list(folder.glob("*.py"))) > 20
    } == {}
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix in ("", ".py") and not path.name.startswith("_")}
    assert len(rooms) <= 32


_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def headings(path: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", _FENCED.sub("", path.read_text(encoding="utf-8")), flags=re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """As GitHub makes them: lower case, a hyphen for a blank, other marks gone."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(path)}


def links(path: Path) -> Iterator[tuple[str, Path, str]]:
    """Each link to a file of the repository: as written, where it leads, its anchor."""
    for target in _LINK.findall(_FENCED.sub("", path.read_text(encoding="utf-8"))):
        file, _, anchor = target.partition("#")
        if "://" not in target:
            yield target, (path.parent / file).resolve() if file else path, anchor


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(path: Path) -> None:
    lost = [
        target for target, file, anchor in links(path) if not file.exists() or (anchor and anchor not in anchors(file))
    ]
    named = re.findall(r"`(docs/[\w./]+\.md)`", path.read_text(encoding="utf-8"))
    assert lost + [name for name in named if not (ROOT / name).exists()] == []


def test_the_index_lists_every_page() -> None:
    listed = {file for _, file, _ in links(ROOT / "docs" / "index.md")}
    assert [short(path) for path in PAGES if path not in listed and path.name != "index.md"] == []


def test_pre_commit_and_make_run_the_same_checks() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (recipe,) = re.findall(r"^lint:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    hooks = re.findall(r"^ +entry: (.*)$", (ROOT / ".pre-commit-config.yaml").read_text(), flags=re.MULTILINE)
    assert [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()] == hooks


def test_the_glossary_is_what_reports_show_on_hover() -> None:
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(), "run make messages"


def test_no_text_uses_a_word_that_the_project_has_given_up() -> None:
    assert words.found(words.texts(ROOT)) == []


def test_the_folders_of_tests_are_those_of_the_package() -> None:
    unit = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(unit) for path in unit.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (PACKAGE / folder).is_dir()] == []
