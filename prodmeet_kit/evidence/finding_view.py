"""A finding as people see it: one subject on one screen, as values; nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from prodmeet_kit.evidence import Evidence, Figure
    from prodmeet_kit.evidence.facet import Check

__all__ = ["FindingView", "KeyNumber", "Picture"]


@dataclass(frozen=True)
class KeyNumber:
    """The one number of a finding: ``-29%``, of what, and what it was before (in a few words, may be empty)."""

    value: str
    about: str
    before: str = ""
    tone: Literal["good", "attention", "bad", "quiet"] = "quiet"


@dataclass(frozen=True)
class Picture:
    """What shows a finding: one figure, one number, and what is only read on demand (numbers, queries)."""

    figure: Figure | None = None
    key: KeyNumber | None = None
    folded: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class FindingView:
    """One finding, said once.

    ``item`` and ``title`` are the agenda item it is discussed under; ``place`` is ``agenda`` or ``annex``. ``why`` says
    why it has its minutes. ``question`` is the first decision, ``also`` are the others. ``facets`` are what else
    concerns the subject, in a few words each. ``service`` is the one to look at as a whole, empty for none or several.
    """

    subject: str
    item: str
    title: str
    place: str
    rank: int
    minutes: float
    headline: str
    question: str
    also: tuple[str, ...]
    why: str
    sentences: tuple[str, ...]
    facets: tuple[str, ...]
    owner: str
    check: Check | None
    service: str
    picture: Picture = Picture()

    @property
    def here(self) -> bool:
        """Whether it has minutes in this meeting."""
        return self.place == "agenda"
