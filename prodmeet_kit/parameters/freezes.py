"""When nothing should change: freezes a team declares, and the public holidays of a country."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from prodmeet_kit.core.window import parse_time
from prodmeet_kit.parameters.accounting import Moment, Text
from prodmeet_kit.parameters.fields import Model

__all__ = ["Country", "Freeze", "public_holidays"]


def _country(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    import holidays

    country, _, part = value.partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError("write the two letters of a country, such as JP, or with its part, such as DE-BE")
    if part and part not in known[country]:
        raise ValueError(f"write a part of {country}: {', '.join(known[country]) or 'it has none'}")
    return value


Country = Annotated[str, BeforeValidator(_country)]
"""A country of ISO 3166-1, or a part of it of ISO 3166-2: JP, DE-BE; empty for none."""


class Freeze(Model):
    """A time in which changes wait. A planned change in it carries a warning."""

    start: Moment = Field(description="First moment or day; without offset in the product's zone")
    end: Moment = Field(description="Last moment, or the last day, which is part of it")
    reason: Text = Field(description="Why changes wait, such as the year-end sale")

    @model_validator(mode="after")
    def _in_order(self) -> Freeze:
        start, end = self.span("UTC")
        if end <= start:
            raise ValueError(f"the freeze for {self.reason} ends before it starts: write an end after {self.start}")
        return self

    def span(self, timezone: str) -> tuple[datetime, datetime]:
        """First moment, and the moment it is over, in UTC; an end that is a day lasts until its midnight."""
        try:
            day = date.fromisoformat(self.end)
        except ValueError:
            return parse_time(self.start, timezone), parse_time(self.end, timezone)
        return parse_time(self.start, timezone), _midnight(day + timedelta(days=1), timezone)


def public_holidays(
    country: str, first: datetime, last: datetime, timezone: str, language: str = "en"
) -> list[tuple[datetime, datetime, str]]:
    """Begin and end in UTC, and name, of each public holiday from the day of ``first`` to that of ``last``.

    Days are those of the product's zone. Names are in ``language`` where the
    library has them, else in English where it has that.
    """
    if not country:
        return []
    import holidays

    zone = ZoneInfo(timezone)
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    code, _, part = country.partition("-")
    years = range(begin.year, end.year + 1)
    known = holidays.country_holidays(code).supported_languages
    spoken = language if language in known else "en_US"
    days = holidays.country_holidays(code, subdiv=part or None, years=years, language=spoken)
    return [
        (_midnight(day, timezone), _midnight(day + timedelta(days=1), timezone), name)
        for day, name in sorted(days.items())
        if begin <= day <= end
    ]


def _midnight(day: date, timezone: str) -> datetime:
    return parse_time(datetime.combine(day, time()), timezone)
