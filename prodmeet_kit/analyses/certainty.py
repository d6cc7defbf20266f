"""The part of the findings that is about what may be missing from the answers themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from prodmeet_kit.analyses.part import Part

__all__ = ["Certainty"]


class Certainty(Part):
    """Which numbers rest on answers that a server called partial."""

    @cached_property
    def partial(self) -> Mapping[str, str]:
        """Why data may be missing, in the server's words, by ``slo/cart/availability``, ``load/cart/requests``."""
        found: dict[str, str] = {}
        for key, answer in self.facts.answers.items():
            if answer.partial:
                found.setdefault("/".join(key.split("/")[:3]), answer.partial)
        return found
