"""What people said about pages: small YAML files, one for each thing said, in ``<minutes>/<product>/verdicts/``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from prodmeet_kit.errors import Problem
from prodmeet_kit.frames import VERDICTS
from prodmeet_kit.parameters import read_document
from prodmeet_kit.parameters.documents import WHOLE, dotted
from prodmeet_kit.parameters.fields import PageVerdict
from prodmeet_kit.parameters.validation import did_you_mean, say
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.hand_written import Moment

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Verdict", "read_verdicts"]


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


def read_verdicts(folder: Path, context: Context) -> pd.DataFrame:
    """The verdicts in the folder, oldest first; of two at one meeting, the one with the later ``at`` is last.

    A file that cannot be used costs itself only: ``context.gaps`` names it with its line and the mend.
    """
    found: list[Verdict] = []
    context.gaps.extend(f"{path}: not read: name it {path.stem}.yaml" for path in sorted(folder.glob("*.yml")))
    known = [service.name for service in context.product.services]
    for path in sorted(folder.glob("*.yaml")):
        document = read_document(path)
        problems = list(document.problems)
        if not problems and not isinstance(document.data, dict):
            problems = [Problem(str(path), WHOLE, "no mapping", "write key: value lines, or delete the file")]
        if not problems:
            try:
                verdict = Verdict.model_validate(document.data, context={"timezone": context.product.timezone})
                found.append(verdict)
                if verdict.service and verdict.service not in known:
                    mend = did_you_mean(verdict.service, known)
                    problems.append(Problem(document.place(("service",)), "service", verdict.service, mend))
            except ValidationError as error:
                told = [say(each, Verdict) for each in error.errors()]
                problems = [Problem(document.place(way), dotted(way), value, mend) for way, value, mend in told]
        context.gaps.extend(str(problem) for problem in problems)
    return VERDICTS.frame(_rows(sorted(found, key=lambda each: (each.meeting, each.at))))


def _rows(found: list[Verdict]) -> Iterator[dict[str, Any]]:
    """What was said and not taken back at the same meeting."""
    last = {(each.alert, each.service, each.meeting): each for each in found}
    gone = {about for about, each in last.items() if each.withdrawn}
    for each in found:
        if (each.alert, each.service, each.meeting) not in gone:
            yield {name: getattr(each, name) for name in VERDICTS.columns}
