"""One report: gather or open the facts, run the notebook on them, and put the folder in its place.

Several things go on at once, because each waits or computes alone: the kernel
starts, the sources answer, and the libraries of this process load. The kernel
analyses the frozen facts once, for its cells and for ``review.json`` and ``minutes.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's
from prodmeet_kit.archive.folder import put_in_place, staging
from prodmeet_kit.archive.layout import FROZEN, MINUTES, NOTEBOOK, PAGE, RECORD, snapshot_of
from prodmeet_kit.core import durable, shipped_files
from prodmeet_kit.core.errors import Failure, InputError, ReportError, SnapshotError
from prodmeet_kit.pipeline.beside import beside
from prodmeet_kit.pipeline.kernel import Kernel
from prodmeet_kit.pipeline.progress import Quiet, Reporter

if TYPE_CHECKING:
    from prodmeet_kit.facts import Facts

__all__ = ["CELL_LIMIT_S", "ReportResult", "make_report"]

CELL_LIMIT_S = 300
"""How long one cell may take, unless told otherwise."""

_FIXED = "--from and --to choose what sources are asked; frozen facts have a window of their own"
_FIXED_DEMO = "--from and --to: the demo has a fixed window: give a product to choose another"


@dataclass(frozen=True)
class ReportResult:
    """Where the report is, and what could not be checked (empty: every section was).

    ``notes`` are lines for whoever ran it, such as which edited file was kept.
    """

    path: Path
    failures: tuple[Failure, ...]
    notes: tuple[str, ...] = ()

    @property
    def page(self) -> Path:
        """The page people read."""
        return self.path / PAGE


def make_report(
    product: str = "",
    *,
    folder: str | Path = ".",
    start: str = "",
    end: str = "",
    out: str | Path | None = None,
    from_snapshot: str | Path | None = None,
    jobs: int | None = None,
    cell_limit_s: int = CELL_LIMIT_S,
    language: str = "",
    fresh: bool = False,
    progress: Reporter | None = None,
    kernels: Callable[[], Kernel] = Kernel,
) -> ReportResult:
    """Make ``<out>/<product>/<date>/`` and return where it is and what could not be checked.

    ``folder`` holds ``parameters/`` and ``minutes/``; ``out`` is ``<folder>/reports``
    unless given. ``start`` and ``end`` are ISO 8601 in the product's zone. Facts
    come from ``from_snapshot`` (or the snapshot in that folder) when given, else from the product's sources, or,
    without a product, from the embedded demo; what ``minutes/`` says by now is added to frozen ones.
    ``jobs`` is how many queries are asked side by side, ``cell_limit_s`` how many seconds one cell may take,
    ``language`` what the report is written in, the product's when empty, ``fresh`` whether to ask again what another
    command of the last hour has asked. ``kernels`` starts the kernel that runs the cells.

    Raises :class:`InputError` when something given cannot be used and
    :class:`ReportError` when the report cannot be put in place; both leave
    what stood there as it was.
    """
    progress = progress or Quiet()
    home = Path(folder)
    reports = home / "reports" if out is None else Path(out)
    frozen = _frozen(product, from_snapshot)
    if frozen is not None and (start or end):
        raise InputError(_FIXED if product or from_snapshot else _FIXED_DEMO)
    with kernels() as kernel:  # first: it loads its libraries while this process loads others
        from prodmeet_kit.facts import in_language
        from prodmeet_kit.parameters.metrics import backends

        if frozen is None:
            ask = _asking(product, home, (start, end), _earlier(reports, home, product), jobs, fresh, progress)
            # In this thread: what it hides from papermill for a moment, a source may be loading in another.
            import prodmeet_kit.pipeline.papermill_parts  # noqa: F401

            libraries = beside(_load_libraries)
            facts = in_language(ask(), language)
            libraries.result()
        else:
            _load_libraries()
            outline = _outline(frozen, product)
            backends.require(outline.product)
            facts, frozen = _said_since(outline, frozen, home / "minutes")
            facts = in_language(facts, language)
        with staging(reports / facts.product.product) as new:
            _freeze(facts, frozen, new / FROZEN)
            try:
                failures, whole = _write(new, facts, kernel, cell_limit_s, progress)
            except SnapshotError as error:  # of the copy: people know the one that was copied
                raise SnapshotError(str(error).replace(str(new / FROZEN), str(frozen))) from None
            notes: list[str] = []
            path = put_in_place(new, facts.window.day.isoformat(), notes.append, whole=whole)
            try:
                notes += _shelve(reports, path)
            except KeyboardInterrupt:
                raise ReportError(f"interrupted, when {path} was written: the index may not show it") from None
            return ReportResult(path, failures, tuple(notes))


def _shelve(reports: Path, report: Path) -> list[str]:
    from prodmeet_kit.html_report.index import shelve

    return shelve(reports, report.parent.name, report.name)


def _frozen(product: str, from_snapshot: str | Path | None) -> Path | None:
    """The folder of frozen facts to open; ``None`` when the sources are to be asked."""
    if from_snapshot is not None:
        return snapshot_of(Path(from_snapshot))
    if product:
        return None
    from prodmeet_kit.demo import SNAPSHOT as DEMO

    return DEMO


def _load_libraries() -> None:
    """What every run needs later, loaded while something else is waited for."""
    import prodmeet_kit.html_report
    import prodmeet_kit.pipeline.execution  # noqa: F401


def _earlier(reports: Path, home: Path, product: str) -> Path:
    """Where earlier reports are: where this one goes, or the usual place when none has gone there yet."""
    return reports if (reports / product).is_dir() else home / "reports"


def _asking(
    product: str, home: Path, span: tuple[str, str], previous: Path, jobs: int | None, fresh: bool, progress: Reporter
) -> Callable[[], Facts]:
    """What asks the sources, once everything a person gave is found in order."""
    from prodmeet_kit.parameters import load

    parameters = home / "parameters"
    loaded = load(product, parameters)

    from prodmeet_kit.gathering.earlier_answers import Shelf
    from prodmeet_kit.gathering.gather import gather
    from prodmeet_kit.review import window_of

    window = window_of(loaded, start=span[0], end=span[1], names=("--from", "--to"))
    progress.step("asking the sources")
    return partial(
        gather, loaded, window,
        folder=parameters, minutes=home / "minutes", previous=previous, shelf=Shelf(home / "reports", fresh), jobs=jobs,
        progress=progress,
    )  # fmt: skip


def _outline(frozen: Path, product: str) -> Facts:
    """Frozen facts without their data: which product, which window. The data is opened, and verified, with the rest."""
    from prodmeet_kit.snapshot import outline

    facts = outline(frozen)
    if product and product != facts.product.product:
        raise InputError(f"the facts in {frozen} are of {facts.product.product}, not of {product}: name that product")
    return facts


def _said_since(facts: Facts, frozen: Path, minutes: Path) -> tuple[Facts, Path | None]:
    """The facts as they are frozen, or, where people said anything since, with that and to be frozen anew."""
    from prodmeet_kit.gathering.with_minutes import said_anything, with_said
    from prodmeet_kit.snapshot import reopen

    if not said_anything(facts.product.product, minutes):
        return facts, frozen
    return with_said(reopen(frozen), minutes), None


def _freeze(facts: Facts, frozen: Path | None, to: Path) -> None:
    """Write the facts; those that are frozen already are copied bit by bit."""
    if frozen is None:
        from prodmeet_kit.snapshot import freeze

        freeze(facts, to)
        return
    from prodmeet_kit.snapshot import copy

    copy(frozen, to)


def _write(
    new: Path, facts: Facts, kernel: Kernel, cell_limit_s: int, progress: Reporter
) -> tuple[tuple[Failure, ...], bool]:
    """Write every file of the report into ``new``.

    Returns what could not be checked, and whether all cells were run.
    """
    from prodmeet_kit.pipeline import numbers, template
    from prodmeet_kit.pipeline.execution import run_cells
    from prodmeet_kit.pipeline.page_beside import PageBeside

    product = facts.product
    kernel.offer(new / FROZEN)
    given = {"product": product.product, "snapshot": FROZEN, "language": product.language}
    notebook = template.prepare(shipped_files.notebook(), given, product.meeting.agenda)
    progress.step("running the notebook")
    progress.start(sum(cell.cell_type == "code" for cell in notebook.cells))

    by_kernel = kernel.folder / numbers.HANDED
    page = PageBeside(product.language)
    broken = run_cells(
        notebook, kernel, limit_s=cell_limit_s, told=progress.advance, made=page.take,
        afterwards=numbers.handing_over(product.product, by_kernel),
    )  # fmt: skip
    found = numbers.handed(by_kernel)
    kernel.stop()
    if found is None:  # facts that cannot be opened end the run here
        found = numbers.compute(new / FROZEN, product.language)
    progress.step("writing the report")
    not_run = template.not_run(notebook)
    page.done()
    template.tidy(notebook)
    said = template.say_failures(notebook, broken, product.language)
    files = {
        NOTEBOOK: template.text_of(notebook),
        RECORD: found.json(broken, not_run),
        PAGE: page.text(found.title, said),
    }
    if found.minutes:  # empty: they could not be written, and an empty file would look as if nothing was on the agenda
        files[MINUTES] = found.minutes
    for name, text in files.items():
        durable.fill(new / name, text)
    return (*found.failures, *broken), not not_run
