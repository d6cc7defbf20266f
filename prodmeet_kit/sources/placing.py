"""Which services of the product a record of a shared system is about, and what is said of names that are none.

A repository or a calendar may serve several products. What names only another
product's services is that product's; what names nobody's is left out with a gap,
for it may be ours, misspelt.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from prodmeet_kit.entries.service_names import Matched, match
from prodmeet_kit.parameters import products
from prodmeet_kit.parameters.documents import read_text
from prodmeet_kit.sources.base import Context

__all__ = ["Placing"]

_SERVICES = re.compile(r"^services:(.*\n(?:(?:[ \t#-].*)?\n)*)", re.MULTILINE)
_FIRST_KEY = re.compile(r"^([ \t]*)-[ \t]*\{?[ \t]*name:[ \t]*[\"']?([^\s\"',}#]+)", re.MULTILINE)
_IN_A_ROW = re.compile(r"\bname:[ \t]*[\"']?([^\s\"',}#]+)")
_LONGEST = 120


class Placing:
    """Finds the services of records of one source. ``others`` are names the team wrote down as not its own."""

    def __init__(self, context: Context, others: Collection[str] = ()) -> None:
        self._context = context
        self._known = [service.name for service in context.product.services]
        self._written_down = list(others)

    def placed(self, name: str, written: Iterable[str], *, old: bool = False) -> tuple[str, ...] | None:
        """The services a record names, none when it names none; ``None`` when it is not ours, or nobody can tell.

        Names that may be meant for ours become gaps, or notes when the record is ``old``: nobody fixes what is past.
        """
        found = match(written, self._known)
        unknown = [each for each in found.unknown if not self.of_others(each)]
        if found.services or not found.unknown:
            for each in unknown:
                if hint := self.near(each):
                    self._say(f"{name}: {_short(each)} is no service of {self._product}; {hint}", old)
            return found.services
        if not unknown:
            self._say(f"{name} is of other products: {self._listed(found.unknown)}", old=True)
        else:
            self._say(
                f"{name} names no service of {self._product}: {self._listed(unknown)}; {self._hint(found, unknown)}",
                old,
            )
        return None

    def of_others(self, name: str) -> bool:
        """Whether a name is known to be no service of the product: written down so, or a product's that lies beside."""
        if not name:
            return False
        return bool(match([name], self._written_down).services or match([name], self._in_the_folder).services)

    def near(self, name: str) -> str:
        """``did you mean cart?`` for a name near a service of the product, or one with it as a word; else empty."""
        hint = match([name], self._known).hint(name) if name else ""
        if hint.startswith("did you mean"):
            return hint
        inside = match(name.split(), self._known).services
        return f"did you mean {inside[0]}?" if inside else ""

    @property
    def _product(self) -> str:
        return self._context.product.product

    def _say(self, text: str, old: bool) -> None:
        to = self._context.notes if old else self._context.gaps
        if text not in to:
            to.append(text)

    @cached_property
    def _in_the_folder(self) -> list[str]:
        """Services of the products whose parameters lie beside, read roughly: whole files would take seconds."""
        found: dict[str, None] = {}
        for product in products(self._context.folder):
            text = read_text(self._context.folder / f"{product}.yaml") if product != self._product else None
            block = _SERVICES.search(text + "\n") if isinstance(text, str) else None
            if not block:
                continue
            if "[" in block[1].partition("\n")[0]:
                found |= dict.fromkeys(_IN_A_ROW.findall(block[1]))
            else:
                named = _FIRST_KEY.findall(block[1])
                outer = min((len(indent) for indent, _ in named), default=0)
                found |= {service: None for indent, service in named if len(indent) == outer}
        return [service for service in found if service not in self._known]

    def _hint(self, found: Matched, unknown: list[str]) -> str:
        return next((hint for name in unknown if (hint := self.near(name))), found.hint(unknown[0]))

    def _listed(self, names: Iterable[str]) -> str:
        names = [_short(name) for name in names]
        return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[:_LONGEST] + "..."
