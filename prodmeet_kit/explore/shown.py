"""What an exploration verb gives: it displays itself in a notebook and holds its data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodmeet_kit.evidence import AgendaItem

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Evidence

__all__ = ["Shown"]


class Shown:
    """A title, a sentence and evidence. ``frame`` is the data behind them, in pandas."""

    def __init__(
        self, key: str, title: str, sentence: str, evidence: tuple[Evidence, ...], timezone: str, frame: pd.DataFrame
    ) -> None:
        self.frame = frame
        self._item = AgendaItem(key, title, sentence, "", timezone, evidence)

    @property
    def title(self) -> str:
        """What it is about."""
        return self._item.title

    @property
    def sentence(self) -> str:
        """What it says, in one sentence."""
        return self._item.headline

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The charts and tables it shows."""
        return self._item.evidence

    @property
    def timezone(self) -> str:
        """The zone its times are shown in."""
        return self._item.timezone

    def bundles(self) -> Iterator[dict[str, Any]]:
        """What a notebook shows, as mappings of MIME types to content."""
        from prodmeet_kit.render import bundles

        return bundles(self._item)

    def __repr__(self) -> str:
        return f"<{self.title}: {self.sentence}>"

    def _ipython_display_(self) -> None:
        from prodmeet_kit.render import show

        show(self._item)
