"""What a review knows: every question asked, every answer, every record people keep elsewhere.

:class:`Facts` is all that analysis ever sees. It is gathered once
(:mod:`prodmeet_kit.gathering.gather`), frozen (:mod:`prodmeet_kit.snapshot`) and opened
again without a server; the same numbers come out of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from prodmeet_kit.core.errors import Failure, InputError
from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.i18n import languages
from prodmeet_kit.parameters.metrics import backends

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.parameters.models import Product
    from prodmeet_kit.schemas.frames import Spec

__all__ = ["Answer", "Facts", "Previous", "Question", "SourceState", "in_language", "slos_then"]


@dataclass(frozen=True)
class Question:
    """One query to the metric source.

    ``key`` says what it is for, such as ``slo/cart/availability/bad/since``;
    ``section`` is the agenda item that needs it. An instant question has
    ``start == end`` and no ``step``. ``query`` is complete, in the language of the
    metric source: the window is already put in. ``window`` is its length, which a
    language without a place for it goes by.
    """

    key: str
    section: str
    query: str
    start: datetime
    end: datetime
    step: timedelta | None = None
    window: timedelta | None = None

    @property
    def instant(self) -> bool:
        """Whether one moment is asked, not a range."""
        return self.step is None


@dataclass(frozen=True)
class Answer:
    """What came back. ``frame`` is wide (see :mod:`prodmeet_kit.schemas.frames`), ``None`` when ``error`` is set.

    No series at all is an answer too: a frame with the grid of the question and no column.
    ``partial``: in the server's words, why data may be missing from the answer; empty when it is whole.
    """

    question: Question
    frame: pd.DataFrame | None
    error: str = ""
    warnings: tuple[str, ...] = ()
    took_s: float = 0.0
    points: int = 0
    source: str = ""
    partial: str = ""


@dataclass(frozen=True)
class SourceState:
    """One source and how it went: ``ok``, ``failed`` or ``empty``; ``detail`` without credentials."""

    name: str
    type: str
    state: Literal["ok", "failed", "empty"]
    detail: str = ""


@dataclass(frozen=True)
class Previous:
    """The earlier meeting: when its window ended, and how everything was defined then (:attr:`Facts.definitions`).

    ``rules`` are the alert rules of that time (``frames.ALERT_RULES``); ``None`` when it kept none.
    ``waited``: for each subject that it left in the annex, in how many meetings in a row it was there.
    ``states``: of the last meetings, oldest first, by day, the state of each agenda item.
    ``attained``: what each earlier report said of its SLOs, newest first, as :func:`slos_then` makes it.
    """

    end: datetime
    definitions: Mapping[str, Any]
    rules: pd.DataFrame | None = field(default=None, compare=False)
    waited: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    attained: Sequence[Mapping[str, Any]] = ()


def slos_then(end: Any, slos: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What an earlier review said of its SLOs, as ``Previous.attained`` keeps it: ``end``, and ``slos`` by name.

    ``KeyError``, ``TypeError``, ``ValueError`` or ``AttributeError`` where that is not what a review says.
    """
    moment = datetime.fromisoformat(end)
    if moment.tzinfo is None:
        raise ValueError(f"{end} has no offset")
    return {"end": moment.isoformat(), "slos": {str(ref): _slo_then(row) for ref, row in slos.items()}}


def _slo_then(row: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: None if row[name] is None else float(row[name])
        for name in ("window_s", "objective", "attainment", "budget_remaining", "total")
    }
    if not (told["window_s"] and 0 < told["window_s"] < timedelta(days=3660).total_seconds()):
        raise ValueError("an SLO window is longer than none and shorter than ten years")
    return told | {"period": str(row["period"]), "state": str(row["state"]), "redefined": bool(row["redefined"])}


@dataclass(frozen=True)
class Facts:
    """Everything one review knows.

    ``answers`` by question key; ``records`` by name of a spec in
    :mod:`prodmeet_kit.schemas.frames` (``alert_runs``, ``incidents``, ``changes``,
    ``action_items``, ``consultations``, ``toil``): a frame, or ``None`` when
    its sources failed or none is configured (then ``sources`` or ``failures`` says which).
    ``previous`` is ``None`` when no earlier meeting is known.
    """

    product: Product
    window: Window
    gathered_at: datetime
    answers: Mapping[str, Answer] = field(default_factory=dict)
    records: Mapping[str, pd.DataFrame | None] = field(default_factory=dict)
    sources: tuple[SourceState, ...] = ()
    failures: tuple[Failure, ...] = ()
    previous: Previous | None = None

    @property
    def definitions(self) -> dict[str, Any]:
        """What the numbers mean: the parameters as plain values, and as ``trend_step`` the step of the trends."""
        return {**self.product.model_dump(mode="json"), "trend_step": format_duration(self.window.step)}

    def series(self, key: str) -> pd.Series | None:
        """The one series that answers ``key``; ``None`` when it failed or came back empty.

        Raises ``ValueError`` when more than one series came back: the query needs an aggregation.
        """
        frame = self._one_series(key)
        return None if frame is None else frame.iloc[:, 0]

    def value(self, key: str) -> float:
        """The one number that answers an instant question; NaN when it failed, came back empty, or is not finite.

        An infinite count would pass every objective: what is not finite is not known.
        """
        frame = self._one_series(key)
        value = float("nan") if frame is None else float(frame.to_numpy()[-1, 0])
        return value if isfinite(value) else float("nan")

    def _one_series(self, key: str) -> pd.DataFrame | None:
        answer = self.answers.get(key)
        if answer is None or answer.frame is None or answer.frame.shape[1] == 0:
            return None
        if answer.frame.shape[1] > 1:
            said = f"{answer.frame.shape[1]} series came back where one is needed"
            raise ValueError(f"{said}: {backends.of(self.product).when_several}")
        return answer.frame

    def record(self, spec: Spec) -> pd.DataFrame:
        """The records of this spec; empty where their sources failed or none is configured."""
        found = self.records.get(spec.name)
        return spec.frame() if found is None else found

    @property
    def alerts_known(self) -> bool:
        """Whether the sources of alerts could be read, so that no alert means that none fired."""
        return self.records.get("alert_runs") is not None

    @property
    def next_meeting(self) -> datetime:
        """This meeting plus one cadence, on the product's calendar."""
        return self.window.after(self.product.meeting.cadence)

    def failed(self, section: str) -> Iterator[Failure]:
        """What could not be checked in an agenda section."""
        return (failure for failure in self.failures if failure.section == section)


def in_language(facts: Facts, language: str) -> Facts:
    """The facts, to be written about in this language; as they are when it is empty.

    Raises :class:`InputError` for a language without a catalogue.
    """
    if not language:
        return facts
    if language not in languages.LANGUAGES:
        raise InputError(f"language {language}: choose from {', '.join(languages.LANGUAGES)}")
    return replace(facts, product=facts.product.model_copy(update={"language": language}))
