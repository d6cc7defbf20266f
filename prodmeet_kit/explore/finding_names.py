"""Which finding somebody means: by its subject, a short form of it, or an id that only one finding is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.subjects import current, kind_of, rest_of
from prodmeet_kit.explore.names import NEAR

__all__ = ["which"]


def which(text: str, findings: Sequence[Sequence[str]], instead: str = "") -> tuple[int, str]:
    """The position of the finding that ``text`` names, and the subject of it that was meant.

    ``findings`` are the subjects of each, its own first. ``slo:web/latency`` may be written ``web/latency``,
    ``outage:INC-51`` as ``INC-51`` and ``alert:WebHighCPU/web`` as ``WebHighCPU``, in any case, while that is one
    finding alone. ``instead`` says what shows something that exists and has no finding. Raises :class:`InputError`
    with what to write.
    """
    wanted = current(text.strip())
    for alike in (str, str.casefold):
        found = [
            (place, subject)
            for place, subjects in enumerate(findings)
            for subject in subjects
            if alike(wanted) in map(alike, _names(subject))
        ]
        places = dict.fromkeys(place for place, _ in found)
        if len(places) == 1:
            return found[0]
        if places:
            options = [next(subject for at, subject in found if at == place) for place in places]
            raise InputError(f"{text} names more than one finding: write {_listed(options)}")
    if instead:
        raise InputError(f"nothing was found about {text}: {instead}")
    raise InputError(f"there is no finding about {text}: {_nearest(wanted, findings)}")


def _names(subject: str) -> Iterator[str]:
    yield subject
    rest = rest_of(subject)
    if rest:
        yield rest
        if kind_of(subject) == "alert" and rest.rpartition("/")[0]:
            yield rest.rpartition("/")[0]


def _nearest(wanted: str, findings: Sequence[Sequence[str]]) -> str:
    """The subjects that the text is most like, else those of the first findings."""
    own = [subjects[0] for subjects in findings]
    if not own:
        return "this review has none"
    known = {name.casefold(): subject for subjects in findings for subject in subjects for name in _names(subject)}
    close = get_close_matches(wanted.casefold(), known, n=NEAR, cutoff=0.5)
    within = [name for name in known if wanted and wanted.casefold() in name]
    options = list(dict.fromkeys(known[name] for name in [*close, *within]))[:NEAR]
    if options:
        return f"write {_listed(options)}"
    more = f", or one of {len(own) - NEAR} more in review.findings" if len(own) > NEAR else ""
    return f"write {_listed(own[:NEAR])}{more}"


def _listed(subjects: Sequence[str]) -> str:
    *others, last = subjects
    return f"{', '.join(others)} or {last}" if others else last
