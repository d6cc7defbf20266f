"""What a single value of a parameter file may be: a duration, a query, a name; and the base of every model."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from prodmeet_kit.core import promql
from prodmeet_kit.core.window import format_duration, parse_day, parse_duration
from prodmeet_kit.i18n.languages import LANGUAGES
from prodmeet_kit.parameters.metrics.backends import Absent, Role, current

__all__ = [
    "REFERENCE_ONLY",
    "TIMEOUT",
    "Day",
    "Duration",
    "EventQuery",
    "LabelMatchers",
    "Language",
    "Model",
    "Name",
    "PageVerdict",
    "Param",
    "Query",
    "RatioQuery",
    "TimeZone",
    "Timeout",
    "VerifyQuery",
]


def _duration(value: Any) -> Any:
    # A bare number would be taken for seconds, where people mean days.
    return value if isinstance(value, timedelta) else parse_duration(value)


def _day(value: Any) -> Any:
    if isinstance(value, str):
        return parse_day(value).isoformat()
    raise ValueError("write a day such as 2026-11-30")


def _zone(value: Any) -> Any:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        raise ValueError("write a time zone of the IANA list, such as Asia/Tokyo or Europe/Berlin") from None
    return value


def _query(role: Role) -> BeforeValidator:
    """Text that the product's metric source finds nothing wrong with."""

    def check(value: Any) -> Any:
        if isinstance(value, str):
            chosen = current()
            try:
                chosen.check(value, role)
                if role == "events" and not isinstance(chosen, Absent):  # asked again when all is counted
                    chosen.counts_events(value)
                    chosen.is_ratio(value)
            except ValueError:
                raise
            except Exception as error:
                text = f"{chosen.called} failed to read it: {type(error).__name__}: {error}"
                raise ValueError(text) from error
        return value

    return BeforeValidator(check, json_schema_input_type=str)


def _matchers(value: Any) -> Any:
    if isinstance(value, str):
        try:
            promql.Matchers.parse(value)
        except ValueError as error:
            raise ValueError(f'write label matchers such as severity=~"page|critical": {error}') from None
    return value


def _param(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Param = Annotated[str, BeforeValidator(_param, json_schema_input_type=str | int | float | bool)]
"""A value of a URL's query: text, a number, true or false."""

_DurationText = Annotated[str, Field(pattern=r"^([0-9]+(ms|[smhdwy]))+$", examples=["30m", "14d", "1h30m"])]

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=_DurationText),
    PlainSerializer(format_duration, return_type=str),
]
"""A length of time, written as in Prometheus: 30m, 14d."""

Timeout = Annotated[Duration, Field(description="Longest wait for an answer, with all tries")]
"""How long a source is waited for."""

TIMEOUT = timedelta(seconds=30)
"""How long, where nobody says."""

Day = Annotated[str, BeforeValidator(_day)]
"""A day as 2026-11-30, kept as text."""

Query = Annotated[str, _query("series")]
"""Any query that the metric source can read."""

EventQuery = Annotated[str, _query("events")]
"""A query that counts events over a window."""

RatioQuery = Annotated[str, _query("ratio")]
"""A query that is a ready ratio over a window."""

VerifyQuery = Annotated[str, _query("verify")]
"""A query that tells whether an action item worked."""

LabelMatchers = Annotated[str, BeforeValidator(_matchers, json_schema_input_type=str)]
"""Label matchers in PromQL notation, without braces."""

TimeZone = Annotated[
    str,
    BeforeValidator(_zone, json_schema_input_type=Annotated[str, Field(examples=["Asia/Tokyo", "Europe/Berlin"])]),
]
"""A zone of the IANA list."""

if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]
    """A language there is a catalogue of."""

PageVerdict = Literal["right", "late", "wrong_way", "could_wait", "duplicate", "maintenance", "noise", "unclear"]
"""Everything that is said of a page.

right: it told of what users suffered, in time; late: it did, too late;
wrong_way: right to page, but with the wrong severity, route or text;
could_wait: real, and a ticket would have done; duplicate: another page had told of it;
maintenance: announced work, nobody should have been paged; noise: users were fine; unclear: nobody can tell.
"""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
"""Letters, digits, dot, dash, underscore: it becomes part of anchors and file names."""


REFERENCE_ONLY: dict[str, Any] = {"pattern": r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\})*$"}
"""What editors accept for a credential: a reference to the environment and nothing else."""


class Model(BaseModel):
    """What every model of a parameter file is: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
