"""What people said about pages: small YAML files, one for each thing said, in ``<minutes>/<product>/verdicts/``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prodmeet_kit.entries.hand_written import Moment
from prodmeet_kit.entries.service_names import match
from prodmeet_kit.minutes.checking import checked, placed
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.parameters.fields import PageVerdict
from prodmeet_kit.parameters.validation import shown
from prodmeet_kit.schemas.frames import VERDICTS
from prodmeet_kit.sources.base import Context

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Verdict", "read_verdicts"]

KIND = "verdicts"


def _text(value: Any) -> Any:
    return "" if value is None else value


class Verdict(BaseModel):
    """One verdict: what was said at a meeting of an alert's pages. Without a service it holds for all."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    alert: str = Field(min_length=1)
    service: Annotated[str, BeforeValidator(_text)] = ""
    meeting: Moment
    verdict: PageVerdict
    withdrawn: bool = False
    note: Annotated[str, BeforeValidator(_text)] = ""
    at: str = ""
    subject: str = ""
    by: str = ""


def read_verdicts(context: Context) -> pd.DataFrame:
    """The verdicts in the minutes, oldest first; of two at one meeting, the one with the later ``at`` is last.

    A file that cannot be used costs itself only: ``context.gaps`` names it with its line and the fix.
    """
    if context.minutes is None:
        return VERDICTS.frame()
    known = [service.name for service in context.product.services]
    saved, problems = Minutes(context.minutes, context.product.product).load(KIND)
    found: list[Verdict] = []
    for each in saved:
        verdict, wrong = checked(Verdict, each, {"timezone": context.product.timezone})
        problems += wrong
        if verdict is None:
            continue
        names = match([verdict.service], known)
        told = [(("service",), shown(name, ("service",)), names.hint(name)) for name in names.unknown]
        problems += placed(each, told)
        services = names.services or (verdict.service,)
        found += [verdict.model_copy(update={"service": service}) for service in services]
    context.gaps.extend(str(problem) for problem in problems)
    return VERDICTS.frame(_rows(sorted(found, key=lambda each: each.meeting)))


def _rows(found: list[Verdict]) -> Iterator[dict[str, Any]]:
    """What was said and not taken back at the same meeting."""
    last = {(each.alert, each.service, each.meeting): each for each in found}
    gone = {about for about, each in last.items() if each.withdrawn}
    for each in found:
        if (each.alert, each.service, each.meeting) not in gone:
            yield {name: getattr(each, name) for name in VERDICTS.columns}
