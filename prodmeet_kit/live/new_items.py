"""New action items of a live meeting. One counts as soon as text, owner and due day are there.

An acceptance query may be added with what is expected of it; the next report
then says whether the item worked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prodmeet_kit.entries.hand_written import ActionItem
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.live.complete import lacks_of_item
from prodmeet_kit.live.words import begun, kept, not_saved
from prodmeet_kit.minutes.entries import DRAFTS
from prodmeet_kit.minutes.items import ITEMS
from prodmeet_kit.minutes.merging import in_order
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.validation import say

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting

__all__ = ["NewItems", "known", "query_title"]

FIELDS = ("text", "owner", "due", "query", "expect")


class NewItems:
    """The action items that come of a meeting, by id; each change is saved at once."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting

    def said(self) -> dict[str, dict[str, Any]]:
        """Those this meeting already has, with their status lines."""
        there = known(self._meeting)
        return {identity: {**now, **_status(self._meeting, identity, now)} for identity, now in there.items()}

    def edited(self, identity: str, name: str, value: str) -> dict[str, Any] | None:
        """Save one field, and give what is said now; ``None`` for a field that none has."""
        if name not in FIELDS:
            return None
        now = {**known(self._meeting).get(identity, _empty()), name: value.strip()}
        return _keep(self._meeting, identity, now)

    def added(self, text: str) -> tuple[str, dict[str, Any]]:
        """Begin an action item: its new id, and what is said of it."""
        identity = self._meeting.new_id()
        return identity, _keep(self._meeting, identity, {**_empty(), "text": text.strip()})


def query_title(meeting: Meeting) -> str:
    """What the field of an acceptance query is called."""
    in_promql = backends.of(meeting.review.facts.product).promql
    return t("Acceptance query (PromQL)") if in_promql else t("Acceptance query")


def _empty() -> dict[str, str]:
    return dict.fromkeys(FIELDS, "")


def known(meeting: Meeting) -> dict[str, dict[str, str]]:
    """The items of this meeting by id, complete or begun, as last written."""
    found = in_order([*meeting.minutes.load(DRAFTS)[0], *meeting.minutes.load(ITEMS)[0]])
    return {
        str(saved.content["id"]): _fields(saved.content)
        for saved in found
        if "id" in saved.content and str(saved.content.get("born", ""))[:10] == meeting.day
    }


def _fields(content: Mapping[str, Any]) -> dict[str, str]:
    verify = content.get("verify")
    flat = {**content, **(verify if isinstance(verify, Mapping) else {})}
    return {name: str(flat.get(name) or "") for name in FIELDS}


def _content(meeting: Meeting, identity: str, now: Mapping[str, str]) -> dict[str, Any]:
    """The entry as the minutes have it. Half an acceptance query is saved too, in a draft."""
    verify = {name: now[name] for name in ("query", "expect") if now[name]}
    content = {"id": identity, "text": now["text"], "owner": now["owner"] or None, "due": now["due"] or None}
    return {**content, "born": meeting.day, "status": "open", "verify": verify or None}


def _status(meeting: Meeting, identity: str, now: Mapping[str, str]) -> dict[str, Any]:
    """What is missing or wrong before the item counts, or that it is saved."""
    missing = lacks_of_item(now)
    if missing:
        return begun(missing)
    try:
        _checked(meeting, identity, now)
    except ValidationError as error:
        _, value, fix = say(error.errors()[0], ActionItem)
        return {"status": t("saved as a draft: {value}: {fix}", value=value, fix=fix), "bad": True}
    return kept()


def _checked(meeting: Meeting, identity: str, now: Mapping[str, str]) -> None:
    filled = {key: value for key, value in _content(meeting, identity, now).items() if value is not None}
    ActionItem.model_validate(filled, context={"timezone": meeting.review.facts.product.timezone})


def _keep(meeting: Meeting, identity: str, now: Mapping[str, str]) -> dict[str, Any]:
    """Save at once, as a draft while something is missing or wrong."""
    status = _status(meeting, identity, now)
    try:
        meeting.minutes.save(DRAFTS if status["bad"] else ITEMS, identity, _content(meeting, identity, now))
    except OSError as error:
        return {**now, **not_saved(error)}
    return {**now, **status}
