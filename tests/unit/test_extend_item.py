"""``docs/extend.md`` followed word for word: an agenda item with its records, in the kit and from another package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.snapshot import freeze
from tests.support.guide import Step, steps
from tests.support.plugins import install

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "extend.md"
IN_THE_KIT = steps(GUIDE, "An agenda item with its own records, in the kit")
OUTSIDE = steps(GUIDE, "An agenda item with its own records, from another package")

COMMANDS = """
set -e
prodmeet() { "$PYTHON" -m prodmeet_kit "$@"; }
pytest() { "$PYTHON" -m pytest -p no:cacheprovider "$@"; }
"""


def linked(source: str, place: str) -> None:
    """The same file at another place, with its bytecode; a copy where that is another disk."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)


def written(steps: list[Step], folder: Path, part: str) -> None:
    """Write the files of a guide that stand below a folder of the project."""
    for step in steps:
        if step.file and step.file.startswith(part):
            (folder / step.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / step.file).write_text(step.text, encoding="utf-8")


def test_the_guide_adds_an_item_to_the_kit_with_three_new_files(tmp_path: Path) -> None:
    for part in ("prodmeet_kit", "notebooks", "tests/support"):
        shutil.copytree(ROOT / part, tmp_path / part, copy_function=linked)
    (tmp_path / "parameters").mkdir()
    for file in ("pyproject.toml", "parameters/defaults.yaml"):
        shutil.copy2(ROOT / file, tmp_path / file)
    code = [step.file for step in IN_THE_KIT if step.language == "python"]
    assert len(code) == 3 and not any((tmp_path / file).exists() for file in code)
    written(IN_THE_KIT, tmp_path, "")
    (commands,) = [step.text for step in IN_THE_KIT if step.language == "sh"]
    done = subprocess.run(
        ["bash", "-c", COMMANDS + commands],
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = tmp_path / "reports" / "shop" / "latest"
    notebook = json.loads((report / "review.ipynb").read_text())
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert sources[-2:] == ["review.overview", "review.security_patches"]
    assert "1 security patch to roll out, 1 overdue." in (report / "report.html").read_text()
    (row,) = json.loads((report / "review.json").read_text())["security_patches"]
    assert (row["id"], row["services"], row["owner"]) == ("CVE-2026-1234", ["cart"], "platform team")
    assert (report / "snapshot" / "records" / "security_patches.parquet").is_file()


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a team that has installed the package of the guide."""
    (project,) = [tomllib.loads(step.text) for step in OUTSIDE if step.file == "pyproject.toml"]
    modules = {step.file: step.text for step in OUTSIDE if step.language == "python"}
    install(tmp_path / "site", modules, project["project"]["entry-points"])
    monkeypatch.syspath_prepend(tmp_path / "site")
    for name in ("acme_meeting", "acme_meeting.security_patches"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    written(IN_THE_KIT, tmp_path, "parameters/")
    # Of the package in the guide a patch has no owner.
    listed = tmp_path / "parameters" / "security_patches.yaml"
    listed.write_text(listed.read_text().replace("  owner: platform team\n", ""))
    return tmp_path


def test_an_item_of_another_package_brings_its_records_through_to_the_next_meeting(team: Path) -> None:
    made = prodmeet_kit.open_review("shop", end="2026-02-02", folder=team)
    assert [item.key for item in made.items] == ["security_patches"]
    assert made.security_patches.headline == "1 security patches to roll out."
    assert "security_patches" in dir(made)
    rows = record(made)["security_patches"]
    assert [(row["id"], row["services"], row["due"]) for row in rows] == [
        ("CVE-2026-1234", ["cart"], "2026-01-31T00:00:00+00:00")
    ]
    report = team / "reports" / "shop" / "2026-02-02"
    report.mkdir(parents=True)
    freeze(made.facts, report / "snapshot")
    assert record(prodmeet_kit.open_review(snapshot=report))["security_patches"] == rows

    parameters = team / "parameters" / "shop.yaml"
    (team / "parameters" / "security_patches.yaml").rename(team / "parameters" / "patches.yaml")
    parameters.write_text(parameters.read_text().replace("path: security_patches.yaml", "path: patches.yaml"))
    following = prodmeet_kit.open_review("shop", end="2026-02-16", folder=team)
    assert following.facts.previous is not None
    (change,) = record(following)["definition_changes"]
    assert (change["subject"], change["affects"]) == ("sources.security_patches", ["security_patches"])


def test_what_is_wrong_in_the_list_of_another_package_is_reported_with_file_and_line(team: Path) -> None:
    listed = team / "parameters" / "security_patches.yaml"
    listed.write_text(listed.read_text().replace("2026-01-31", "soon"))
    with pytest.raises(ParametersError) as caught:
        prodmeet_kit.open_review("shop", end="2026-02-02", folder=team)
    told = [(problem.file, problem.key) for problem in caught.value.problems]
    assert told == [(f"{listed}:4", "[0].due")]
    listed.write_text(listed.read_text().replace("soon", "2026-01-31").replace("cart", "crat"))
    with pytest.raises(ParametersError, match=rf"{listed}:3: \[0\].services\[0\].*did you mean cart"):
        prodmeet_kit.open_review("shop", end="2026-02-02", folder=team)


def test_a_key_of_sources_that_no_package_brings_is_not_known(team: Path) -> None:
    parameters = team / "parameters" / "shop.yaml"
    parameters.write_text(parameters.read_text().replace("  security_patches:", "  security_patch:"))
    with pytest.raises(ParametersError, match=r"sources.security_patch is not a known key.*security_patches"):
        prodmeet_kit.open_review("shop", end="2026-02-02", folder=team)


def test_a_package_that_cannot_be_loaded_costs_its_own_item(team: Path) -> None:
    module = team / "site" / "acme_meeting" / "security_patches.py"
    module.write_text("import acme_nothing\n")
    parameters = team / "parameters" / "shop.yaml"
    parameters.write_text(parameters.read_text().partition("sources:")[0])
    made = prodmeet_kit.open_review("shop", end="2026-02-02", folder=team)
    assert made.security_patches.state == "could_not_check"
    assert "acme_nothing" in made.security_patches.headline
