"""What could not be checked, a line for each reason: one source that failed for twelve services failed once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.shared.source_words import detail
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.kinds.built_in.monitoring import SECTION as MONITORING

if TYPE_CHECKING:
    from prodmeet_kit.core.errors import Failure
    from prodmeet_kit.review import Review

__all__ = ["unchecked"]

NAMED = 3
"""So many are named, and how many more there are."""


def unchecked(review: Review) -> list[str]:
    """Everything that could not be checked, each reason once with what it is about; empty when all was."""
    titles = {MONITORING: t("Alert rules and silences"), **{item.key: item.title for item in review.items}}
    failed = [source for source in review.facts.sources if source.state == "failed"]
    unknown = [item for item in review.items if item.state == "could_not_check"]
    texts = [
        f"{listed([titles.get(section, section), _named(each.source for each in same)])}: {same[0].message}"
        + (t(" (and alike for the others)") if len({each.message for each in same}) > 1 else "")
        for section, same in _alike(review.failures)
    ]
    texts += [f"{source.name}: {detail(source.detail)}" for source in failed]
    texts += [f"{item.title}: {item.headline}" for item in unknown]
    return list(dict.fromkeys(texts))


def _alike(failures: Iterable[Failure]) -> list[tuple[str, list[Failure]]]:
    """Failures of one section whose messages differ in names and numbers alone."""
    found: dict[tuple[str, str], list[Failure]] = {}
    for each in failures:
        found.setdefault((each.section, _shape(each)), []).append(each)
    return [(section, same) for (section, _), same in found.items()]


def _shape(failure: Failure) -> str:
    text = failure.message
    for name in (failure.source, *failure.source.split("/")):
        text = text.replace(name, "") if name else text
    return re.sub(r"\d+", "", text)


def _named(sources: Iterable[str]) -> str:
    names = list(dict.fromkeys(sources))
    more = len(names) - NAMED
    return listed([*names[:NAMED], *([tn("{n} more", "{n} more", more)] if more > 0 else [])])
