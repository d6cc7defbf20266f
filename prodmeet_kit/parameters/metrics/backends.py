"""What a metric source declares: its settings, its query language, and what it can answer.

Each type of metric source is one :class:`MetricBackend`. The kit asks it and never looks at the type itself: a
question that a language cannot answer is not asked, and what rests on it says that it could not be checked.

Another package brings a type with an entry point, whose name is what people write after ``type:`` under
``sources.metrics``::

    [project.entry-points."prodmeet_kit.metrics"]
    our_store = "our_package.metrics:BACKEND"

Parameters are read often, so the module of a back end must import fast: what is heavy belongs into :meth:`open`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.kinds.kind import loaded

if TYPE_CHECKING:
    from prodmeet_kit.core.promql.spreading import Spread
    from prodmeet_kit.parameters.documents import Way
    from prodmeet_kit.parameters.metrics.settings import MetricSettings
    from prodmeet_kit.parameters.models import Product

__all__ = [
    "BUILT_IN",
    "DEFAULT",
    "GROUP",
    "WRITTEN",
    "Absent",
    "MetricBackend",
    "Role",
    "backend",
    "current",
    "known",
    "of",
    "require",
    "use",
]

GROUP = "prodmeet_kit.metrics"
"""The group of entry points."""

DEFAULT = "prometheus"
"""The type where a file names none."""

BUILT_IN = {
    "csv": "prodmeet_kit.sources.csv.backend:BACKEND",
    "prometheus": "prodmeet_kit.sources.prometheus.backend:BACKEND",
}
"""Types of the kit itself: where each is made, imported when it is used."""

WRITTEN = ("events", "good", "raw")
"""Kinds of SLI whose queries people write. Those of the others the kit writes, in PromQL."""

Role = Literal["series", "events", "ratio", "verify"]
"""What a query is for: any series, events counted over a window, a ready ratio over a window, or an action item's
acceptance: one number at the meeting."""

_loaded: dict[str, MetricBackend] = {}
_current: ContextVar[MetricBackend | None] = ContextVar("backend", default=None)


class MetricBackend(ABC):
    """One type of metric source: its settings, its query language, and how a connection is opened.

    A query reaches the source with ``{{.window}}`` replaced by a length such as ``28d``; the length is also
    ``question.window``, so a language need not have a place for it.
    """

    settings: ClassVar[type[MetricSettings]]
    """The model of the keys under ``sources.metrics``."""

    called: ClassVar[str]
    """What messages call it, such as ``a CSV file``."""

    language: ClassVar[str]
    """What people call its queries, such as ``PromQL``."""

    sli_kinds: ClassVar[tuple[str, ...]] = WRITTEN
    """The kinds of SLI that it can answer."""

    promql: ClassVar[bool] = False
    """Whether the language is PromQL.

    Then the kit asks questions of its own too: samples one by one where few events are bad, the expressions of noisy
    alerts over again, and what an alert reads; and it writes alert rules for an SLO that has none.
    """

    settles: ClassVar[bool] = False
    """Whether what it answered about a past time holds for an hour, so that commands may share it; no file does."""

    probe: ClassVar[str] = ""
    """The simplest query, asked where nothing else was answered; empty where opening the source tells enough."""

    rules: ClassVar[str] = ""
    """The type of source that gives its alert rules where ``sources.rules`` is not written; empty: none does."""

    when_empty: ClassVar[str] = "check the query"
    """What to look at where a query gives nothing."""

    when_several: ClassVar[str] = "write a query that gives one"
    """What to do where a query gives several series and one is needed."""

    words: ClassVar[tuple[str, ...]] = ()
    """Functions and words of the language, which the query box completes."""

    @abstractmethod
    def open(self, settings: Any, folder: Path) -> Any:
        """The source: something with the methods of :class:`prodmeet_kit.sources.base.MetricSource`.

        ``folder`` is the parameter file's. Here references such as ``${TOKEN}`` become values, and nowhere earlier.
        Raises :class:`~prodmeet_kit.sources.base.WrongSetting` or :class:`~prodmeet_kit.core.errors.SourceError`.
        """

    @abstractmethod
    def check(self, query: str, role: Role) -> None:
        """Raise ``ValueError`` that says what to write, when the query is wrong. Nothing is asked."""

    @abstractmethod
    def counts_events(self, query: str) -> bool:
        """Whether the value of a query of events is a number of events; else it is a rate a second."""

    def is_ratio(self, query: str) -> bool:  # noqa: ARG002 - of no query, unless a language can tell
        """Whether a query of events is a ratio after all, so that nothing can be counted with it."""
        return False

    def normal(self, query: str) -> str:
        """The query in a notation that is the same for all that ask the same."""
        return query.strip()

    def spreads(self, query: str) -> Sequence[Spread]:  # noqa: ARG002
        """The ways to ask the query for several values of a label at once; none where it cannot be proved the same."""
        return ()

    def same_in_any_range(self, query: str) -> bool:  # noqa: ARG002 - of no query, unless a language can tell
        """Whether the value at a moment is the same whatever the range it is asked in, on the same grid."""
        return False

    def unread(self, query: str) -> str:  # noqa: ARG002
        """Why the kit cannot read a query that the source may well understand; empty where it can."""
        return ""

    def ranges(self, query: str) -> list[timedelta]:  # noqa: ARG002
        """The lengths of time over which a query smooths what it shows, as far as it names them."""
        return []

    def selected(self, query: str) -> list[tuple[str, dict[str, str]]]:  # noqa: ARG002
        """The names of what a query reads, each with the labels it must equal; for the query box."""
        return []

    def problems(self, data: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:  # noqa: ARG002
        """What the settings' types cannot say: the way to a value, what is there, what to write instead.

        ``data`` is a whole parameter file over its defaults, and may be wrong in any way.
        """
        return iter(())

    def no_history(self, day: str, age: str) -> str:  # noqa: ARG002
        """What to do where nothing is known of a day, ``age`` before the meeting, where the review begins to look."""
        return f"no data on {day}, where the review begins to look; what is younger than that has no comparison yet"


def backend(kind: str) -> MetricBackend:
    """The back end of a type. Raises :class:`InputError` that names those there are, or says why this one fails."""
    if kind not in _loaded:
        _loaded[kind] = _load(kind)
    return _loaded[kind]


def of(product: Product) -> MetricBackend:
    """The back end of a product; that of :data:`DEFAULT` where it has no metric source.

    Of a type that no package here brings, as in a snapshot of somebody else, one that says so when it is needed.
    """
    metrics = product.sources.metrics
    return known(metrics.type if metrics else DEFAULT)


def require(product: Product) -> None:
    """Raise :class:`InputError` where the product's metrics are of a type that no package here brings."""
    if product.sources.metrics:
        backend(product.sources.metrics.type)


def known(kind: str) -> MetricBackend:
    """The back end of this type, or one that accepts every query and cannot answer any."""
    try:
        return backend(kind)
    except InputError as error:
        return Absent(str(error))


def current() -> MetricBackend:
    """The back end whose queries are being read; that of :data:`DEFAULT` outside :func:`use`."""
    return _current.get() or backend(DEFAULT)


@contextmanager
def use(chosen: MetricBackend) -> Iterator[None]:
    """Read queries in the language of this back end."""
    token = _current.set(chosen)
    try:
        yield
    finally:
        _current.reset(token)


def _load(kind: str) -> MetricBackend:
    if kind in BUILT_IN:
        built_in: MetricBackend = loaded(BUILT_IN[kind])
        return built_in
    points = entry_points(group=GROUP)
    for entry in points.select(name=kind):
        try:
            found = entry.load()
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise InputError(f"the metric source {kind} ({entry.value}) cannot be loaded: {why}") from error
        return _checked(kind, entry.value, found)
    names = ", ".join(sorted({*BUILT_IN, *points.names}))
    fix = f"write one of {names}, or install the package that brings it"
    raise InputError(f"there is no metric source of type {kind}: {fix}")


def _checked(kind: str, where: str, found: Any) -> MetricBackend:
    if not isinstance(found, MetricBackend):
        raise InputError(f"the metric source {kind} ({where}) is no MetricBackend: see docs/extend.md")
    wrong = _misdeclared(found)
    if wrong:
        raise InputError(f"the metric source {kind} ({where}): {wrong}: see docs/extend.md")
    beyond = [] if found.promql else [name for name in found.sli_kinds if name not in WRITTEN]
    if beyond:
        raise InputError(
            f"the metric source {kind} ({where}) names {', '.join(beyond)} in sli_kinds, which are asked in PromQL:"
            f" name some of {', '.join(WRITTEN)}"
        )
    return found


def _misdeclared(found: MetricBackend) -> str:
    """What a class attribute of a back end has to be and is not; empty where all are well."""
    from prodmeet_kit.parameters.metrics.settings import MetricSettings

    settings = getattr(found, "settings", None)
    if not (isinstance(settings, type) and issubclass(settings, MetricSettings)):
        return "settings has to be a subclass of MetricSettings"
    for name in ("called", "language", "probe", "rules", "when_empty", "when_several"):
        text = getattr(found, name, None)
        if not isinstance(text, str) or (name in ("called", "language") and not text):
            return f"{name} has to be a text"
    for name in ("sli_kinds", "words"):
        several = getattr(found, name)
        if not isinstance(several, tuple) or not all(isinstance(each, str) for each in several):
            return f"{name} has to be a tuple of texts"
    return ""


class Absent(MetricBackend):
    """Stands for a back end that is not installed. What would need it raises :class:`InputError`."""

    called = "it"
    language = "a query of its"

    def __init__(self, reason: str) -> None:
        self._reason = reason

    @property
    def settings(self) -> type[MetricSettings]:  # type: ignore[override]
        """Any keys."""
        from prodmeet_kit.parameters.metrics.settings import AnySettings

        return AnySettings

    def open(self, settings: Any, folder: Path) -> Any:  # noqa: ARG002
        """Raises :class:`InputError`."""
        raise InputError(self._reason)

    def check(self, query: str, role: Role) -> None:
        """Nobody can say what is wrong with a query."""

    def counts_events(self, query: str) -> bool:  # noqa: ARG002
        """Raises :class:`InputError`."""
        raise InputError(self._reason)
