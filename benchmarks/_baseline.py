"""Plain Jupyter with the kit as it was: what every speed is compared with, so that the measure does not move.

The kit and the notebook of one commit, as a wheel built from the repository's history, are installed beside the
packages of this environment. There ``papermill`` runs the notebook and ``jupyter nbconvert`` makes the page. It is kept
in ``build/baseline/`` by the commit and built once, in a few seconds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat

__all__ = ["COMMIT", "Plain", "plain"]

COMMIT = "351285e2e6f5e03872a77b34cb1ee29f04132c2d"
"""The last commit before reports shared their work."""

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ("papermill", "jupyter", "jupyter-nbconvert")


@dataclass(frozen=True)
class Plain:
    """An environment with the kit as it was."""

    folder: Path

    @property
    def notebook(self) -> Path:
        return next(self.folder.glob("lib/python*/site-packages/prodmeet_kit/notebooks/production_meeting.ipynb"))

    @property
    def empty_notebook(self) -> Path:
        return self.folder / "empty.ipynb"

    def commands(self, notebook: Path, name: str = "out") -> list[list[str]]:
        """The two commands that run a notebook and make a page of it, ``name``.ipynb and ``name``.html."""
        binaries = self.folder / "bin"
        return [
            [str(binaries / "papermill"), str(notebook), f"{name}.ipynb"],
            [str(binaries / "jupyter"), "nbconvert", "--to", "html", f"{name}.ipynb"],
        ]


def plain() -> Plain:
    """The environment, built when it is not there. Ends the program when the history does not go back so far."""
    folder = ROOT / "build" / "baseline" / COMMIT[:12]
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            _build(folder)
        except BaseException:  # half an environment would be taken for a whole one
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return Plain(folder)


def _build(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="prodmeet-baseline-") as name:
        source = Path(name) / "source"
        source.mkdir()
        archive = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=False)
        if archive.returncode:
            sys.exit(
                f"the history does not hold {COMMIT[:12]}, with which speed is compared: in a shallow clone, "
                "git fetch --unshallow"
            )
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive.stdout, check=True)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        made = ["--no-deps", "--no-build-isolation", "--wheel-dir", name]
        subprocess.run([*pip, "wheel", *made, str(source)], check=True)
        wheel = next(Path(name).glob("*.whl"))
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        subprocess.run([*pip, "install", "--no-deps", "--target", str(packages), str(wheel)], check=True)
    ours = Path(sysconfig.get_path("purelib"))
    (packages / "environment.pth").write_text(f"import site; site.addsitedir({str(ours)!r})\n", encoding="utf-8")
    for script in SCRIPTS:
        _, _, code = (Path(sys.executable).parent / script).read_text(encoding="utf-8").partition("\n")
        own = folder / "bin" / script
        own.write_text(f"#!{folder / 'bin' / 'python'}\n{code}", encoding="utf-8")
        own.chmod(0o755)
    # The templates of nbconvert alone: a kernel's specification may name the interpreter of the other environment.
    (folder / "share" / "jupyter").mkdir(parents=True, exist_ok=True)
    (folder / "share" / "jupyter" / "nbconvert").symlink_to(Path(sys.prefix) / "share" / "jupyter" / "nbconvert")
    nothing = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(metadata={"tags": ["parameters"]})],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(nothing, folder / "empty.ipynb")
    _check(folder)


def _check(folder: Path) -> None:
    """The kit of that environment is the one that was built, not this one."""
    asked = "import prodmeet_kit; print(prodmeet_kit.__file__)"
    command = [str(folder / "bin" / "python"), "-c", asked]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    if not found.startswith(str(folder)):
        raise RuntimeError(f"the environment of {COMMIT[:12]} has the kit of {found.strip()}")
