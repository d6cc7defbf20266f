"""What an Alertmanager knows: its silences, and the alerts that fire now.

It keeps no history: alerts that have ended are gone, and silences that ended
are forgotten after its ``--data.retention``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from prodmeet_kit.core.errors import InputError, UnexpectedAnswer
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.fields import LabelMatchers
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sources.alert_services import ServiceLabel, tells_only_now
from prodmeet_kit.sources.alertmanager.api import Server, get
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.foreign import FIRST_YEAR, LAST_YEAR, kept

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["AlertmanagerConfig", "read"]

_UNSEEN = (
    "an Alertmanager tells only what fires now, so pages that are over are not seen:"
    " add a source of alerts that keeps them, such as prometheus_alerts or pagerduty"
)

Shape = TypeVar("Shape", bound=BaseModel)


class AlertmanagerConfig(Server):
    """The keys beside ``type``."""

    matchers: LabelMatchers = Field(
        default="", description="Which alerts or silences are the product's; all when empty"
    )
    page: LabelMatchers = Field(default="", description="Which alerts page people; all when empty")
    service_label: ServiceLabel = None


class _Matcher(BaseModel):
    name: str
    value: str
    isRegex: bool  # noqa: N815 - the API's name
    isEqual: bool = True  # noqa: N815 - the API's name; absent before Alertmanager 0.22

    def holds(self, value: str) -> bool:
        """Whether a label of that value fits; an expression that only Go can read may fit."""
        if not self.isRegex:
            return (value == self.value) is self.isEqual
        try:
            return (re.fullmatch(self.value, value) is not None) is self.isEqual
        except (re.error, RecursionError):
            return True

    def __str__(self) -> str:
        operator = {(True, False): "=", (False, False): "!=", (True, True): "=~", (False, True): "!~"}
        name = self.name if self.name.replace("_", "a").isalnum() and self.name.isascii() else _quoted(self.name)
        return f"{name}{operator[self.isEqual, self.isRegex]}{_quoted(self.value)}"


def _written_out(value: Any) -> Any:
    """A number would be taken for seconds since 1970."""
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("no time such as 2026-11-24T10:00:00Z")
    return value


_Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]


class _Silence(BaseModel):
    id: str
    matchers: list[_Matcher]
    startsAt: _Moment  # noqa: N815 - the API's name
    endsAt: _Moment  # noqa: N815 - the API's name
    createdBy: str = ""  # noqa: N815 - the API's name
    comment: str = ""


class _Status(BaseModel):
    state: str = "active"


class _Alert(BaseModel):
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: _Moment  # noqa: N815 - the API's name
    endsAt: _Moment  # noqa: N815 - the API's name
    generatorURL: str = ""  # noqa: N815 - the API's name
    status: _Status = _Status()


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.SILENCES`` under ``sources.silences``, ``frames.ALERT_RUNS`` under ``sources.alerts``.

    Raises :class:`.SourceError` when the Alertmanager cannot be asked or answers in another shape.
    """
    checked = configure(AlertmanagerConfig, config, context)
    if context.spec is frames.SILENCES:
        return _silences(checked, context)
    if context.spec is frames.ALERT_RUNS:
        return _alerts(checked, context)
    raise InputError("an Alertmanager has silences and alerts only: choose another type of source")


def _silences(config: AlertmanagerConfig, context: Context) -> pd.DataFrame:
    """Silences in force at some time since ``compare_start``, or still to come, oldest first."""
    found = [
        silence for silence in _asked(config, "silences", _Silence, context) if _begins(silence, silence.id, context)
    ]
    window, ours = context.window, Matchers.parse(config.matchers)
    recent = [silence for silence in found if silence.endsAt > window.compare_start]
    chosen = [silence for silence in recent if ours.may_match(_tests(silence))]
    if len(chosen) < len(recent):
        context.notes.append(f"{len(recent) - len(chosen)} silences left out by matchers")
    now = datetime.now(UTC)
    # A meeting that is now ends its window a little earlier, on the grid.
    meeting = now if timedelta() <= now - window.end < window.step else window.end
    context.notes.append("silences that ended are known only for the Alertmanager's --data.retention (120h unless set)")
    return context.spec.frame(
        {
            "id": silence.id,
            "matchers": ",".join(str(matcher) for matcher in silence.matchers),
            "created_by": silence.createdBy,
            "comment": silence.comment,
            "start": kept(silence.startsAt),
            "end": kept(silence.endsAt),  # any year before 10000 is taken: for ever
            "state": _state(silence, meeting),
        }
        for silence in sorted(chosen, key=lambda each: (each.startsAt, each.id))
    )


def _alerts(config: AlertmanagerConfig, context: Context) -> pd.DataFrame:
    found = _asked(config, "alerts", _Alert, context)
    window, ours, pages = context.window, Matchers.parse(config.matchers), Matchers.parse(config.page)
    chosen = [alert for alert in found if ours.match(alert.labels) and alert.startsAt <= window.end]
    chosen = [alert for alert in chosen if _begins(alert, alert.labels.get("alertname", ""), context, past=False)]
    if tells_only_now(context.product):
        context.gaps.append(_UNSEEN)
    else:
        context.notes.append("only what fires now: Alertmanager keeps no history of alerts")
    quiet = sum(alert.status.state == "suppressed" for alert in chosen)
    if quiet:
        context.notes.append(f"{quiet} of these are silenced or inhibited")
    now = max(window.end, datetime.now(UTC))
    return context.spec.frame(
        {
            "alertname": alert.labels.get("alertname", ""),
            "labels": label_key({name: text for name, text in alert.labels.items() if name != "alertname"}),
            "state": "firing",
            "page": pages.match(alert.labels),
            "start": alert.startsAt,
            # While it fires its end lies ahead, when it would be taken for resolved unless it is sent again, or is
            # Go's zero time, in the year 1.
            "last": None if alert.endsAt > now else kept(alert.endsAt),
            "interval_s": 0.0,
            "acknowledges": False,
            "source": context.key.removeprefix("sources."),
            "summary": alert.annotations.get("summary") or alert.annotations.get("description", ""),
            "url": alert.generatorURL,
        }
        for alert in sorted(chosen, key=lambda each: (each.startsAt, label_key(each.labels)))
    )


def _asked(config: AlertmanagerConfig, path: str, shape: type[Shape], context: Context) -> list[Shape]:
    """What the Alertmanager knows, in its shape; what has another one costs itself, and is a gap.

    Raises :class:`~prodmeet_kit.core.errors.UnexpectedAnswer` when nothing has that shape.
    """
    rows = get(config, path, context.key, context.folder)
    found, odd = [], []
    for number, row in enumerate(rows):
        try:
            found.append(shape.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            named = f" ({row['id']})" if isinstance(row, dict) and isinstance(row.get("id"), str) else ""
            odd.append(f"{dotted((number, *first['loc']))}{named}: {first['msg'].lower()}")
    said = "the Alertmanager answers otherwise than its schema says"
    if odd and not found:
        raise UnexpectedAnswer(f"{said}: {odd[0]}")
    if odd:
        more = f", and {len(odd) - 1} more" if len(odd) > 1 else ""
        context.gaps.append(f"{len(odd)} of {len(rows)} {path} left out: {said}: {odd[0]}{more}")
    return found


def _begins(told: _Silence | _Alert, name: str, context: Context, *, past: bool = True) -> bool:
    """Whether its begin is known, which for a silence may be long ago; else it is a gap."""
    if kept(told.startsAt) is not None or (past and told.startsAt.year < FIRST_YEAR):
        return True
    years = f"in a year from {FIRST_YEAR} to {LAST_YEAR}"
    context.gaps.append(f"{name} is left out: startsAt is {told.startsAt.isoformat()}, which is not {years}")
    return False


def _tests(silence: _Silence) -> dict[str, list[Callable[[str], bool]]]:
    """What each label must be for the silence to hold, as tests of a value."""
    found: dict[str, list[Callable[[str], bool]]] = {}
    for each in silence.matchers:
        found.setdefault(each.name, []).append(each.holds)
    return found


def _state(silence: _Silence, meeting: datetime) -> str:
    if silence.endsAt <= meeting:
        return "expired"
    return "pending" if silence.startsAt > meeting else "active"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
