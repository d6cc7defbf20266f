"""Name what a number is of, and what a query is for: ``web/latency``, ``slo/web/latency/bad/since``.

Both are texts, so that frames, ``review.json`` and snapshots hold them as they are; the classes make them and take
them apart, so that nobody else has to know where the slashes are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["QueryKey", "SloRef"]


class SloRef(str):
    """An SLO, a load or a resource of a service, written ``service/name``."""

    __slots__ = ()

    @classmethod
    def of(cls, service: str, name: str) -> SloRef:
        """The one of this service and name."""
        return cls(f"{service}/{name}")

    @classmethod
    def parse(cls, text: str) -> SloRef:
        """What ``str()`` of one wrote.

        Raises ``ValueError`` where no slash is in the text.
        """
        if "/" not in text:
            raise ValueError(f"{text} is no service/name")
        return cls(text)

    @classmethod
    def of_row(cls, row: Mapping[str, Any], name: str = "name") -> SloRef:
        """That of a row with the columns ``service`` and ``name`` (or whichever column names it)."""
        return cls.of(row["service"], row[name])

    @property
    def service(self) -> str:
        """The service: no name of one has a slash."""
        return self.partition("/")[0]

    @property
    def name(self) -> str:
        """The name within the service."""
        return self.partition("/")[2]


class QueryKey(str):
    """What a query to the metric source is for: a kind, what it is about, and what of it, with slashes between.

    ``slo/service/name/side/span``, ``load/service/name``, ``resource/service/name/side``, ``verify/id`` of an
    action item, ``fine/service/name/side/place``, ``replay/group/alert`` of a rule.
    """

    __slots__ = ()

    @classmethod
    def of(cls, kind: str, *parts: str) -> QueryKey:
        """The key of this kind: ``QueryKey.of("slo", ref, "bad", "since")``."""
        return cls("/".join((kind, *parts)))

    @property
    def kind(self) -> str:
        """``slo``, ``load``, ``resource``, ``verify``, ``fine`` or ``replay``."""
        return self.partition("/")[0]

    @property
    def about(self) -> str:
        """What it is about: ``service/name``, or the id of an action item."""
        rest = self.partition("/")[2]
        return rest if self.kind == "verify" else "/".join(rest.split("/")[:2])

    @property
    def service(self) -> str:
        """The service it is about; for keys of a service alone."""
        return SloRef(self.about).service

    @property
    def subject(self) -> str:
        """The kind with what it is about: ``slo/web/latency``."""
        return f"{self.kind}/{self.about}"

    @property
    def detail(self) -> str:
        """What of it, after kind, service and name: ``bad/since``; empty where all is asked at once."""
        return self.removeprefix(self.subject).removeprefix("/")
