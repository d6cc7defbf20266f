"""The page of a report, made cell by cell in a thread of its own while the kernel runs the next cells."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from prodmeet_kit.core.daemon_pool import DaemonPool
from prodmeet_kit.html_report import Page
from prodmeet_kit.pipeline.template import mask

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["PageBeside"]


class PageBeside:
    """Takes each cell as it is made, masks its outputs and draws it up for the page."""

    def __init__(self, language: str) -> None:
        self._page = Page(language)
        self._pool = DaemonPool(1)
        self._taken: list[Future[None]] = []

    def take(self, cell: NotebookNode) -> None:
        """Have the next cell of the notebook added; nothing may change it from now on but :func:`.template.mask`."""
        self._taken.append(self._pool.submit(self._add, cell))

    def done(self) -> None:
        """Wait until every cell that was taken is masked and added; raises what went wrong with one of them."""
        self._pool.shutdown(wait=False)
        for future in self._taken:
            future.result()

    def text(self, title: str, before: Sequence[NotebookNode] = ()) -> str:
        """The page, with the cells ``before`` above those that were taken."""
        for cell in reversed(before):
            self._page.add(cell, first=True)
        return self._page.text(title)

    def _add(self, cell: NotebookNode) -> None:
        mask(cell)
        self._page.add(cell, masked=True)
