"""What one service of a ``for_each`` has of its own, laid over what all of them share."""

from __future__ import annotations

from typing import Any

from prodmeet_kit.parameters.documents import Way
from prodmeet_kit.parameters.validation import did_you_mean, shown

__all__ = ["LEAVE_OUT", "NEEDED", "Laid"]

LEAVE_OUT = "leave_out"
"""``leave_out: true`` beside the name of an SLO, load or resource: this service has none."""

NEEDED = {"slos": "sli", "load": "query", "resources": "query"}
"""The lists of a service that merge by name, and the key that makes an entry one of its own."""


class Laid:
    """One service. ``origins`` has the written way of each of its values, ``found`` what is wrong."""

    def __init__(self) -> None:
        self.origins: dict[Way, Way] = {}
        self.found: list[tuple[Way, str, str]] = []

    def service(self, shared: dict[str, Any], own: dict[str, Any], of_shared: Way, of_own: Way) -> dict[str, Any]:
        """``own`` over ``shared``; the two ways are where a person wrote them."""
        made: dict[str, Any] = {}
        for key in dict.fromkeys((*shared, *own)):
            given, base = own.get(key), shared.get(key, [])
            if key in NEEDED and isinstance(given, list) and isinstance(base, list):
                made[key] = self._by_name(key, base, given, (*of_shared, key), (*of_own, key))
            else:
                made[key] = self._key(key, shared, own, (key,), of_shared, of_own)
        self.origins[()] = of_own
        return made

    def _key(self, key: str, shared: dict[str, Any], own: dict[str, Any], at: Way, of_shared: Way, of_own: Way) -> Any:
        if key not in own:
            return self._copied(shared[key], at, (*of_shared, key))
        if key not in shared:
            return self._copied(own[key], at, (*of_own, key))
        return self._merged(shared[key], own[key], at, (*of_shared, key), (*of_own, key))

    def _merged(self, shared: Any, own: Any, at: Way, of_shared: Way, of_own: Way) -> Any:
        another_kind = at[-1] == "sli" and isinstance(own, dict) and isinstance(shared, dict) and not {*own} & {*shared}
        if not isinstance(shared, dict) or not isinstance(own, dict) or another_kind:
            return self._copied(own, at, of_own)
        self.origins[at] = of_own
        keys = dict.fromkeys((*shared, *own))
        return {key: self._key(key, shared, own, (*at, key), of_shared, of_own) for key in keys}

    def _copied(self, value: Any, at: Way, written: Way) -> Any:
        self.origins[at] = written
        if isinstance(value, dict):
            return {key: self._copied(inner, (*at, key), (*written, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._copied(inner, (*at, index), (*written, index)) for index, inner in enumerate(value)]
        return value

    def _by_name(self, kind: str, shared: list[Any], own: list[Any], of_shared: Way, of_own: Way) -> list[Any]:
        """The shared entries in their order, each with what the service says of it, then those of the service alone."""
        changed, alone = self._meant(kind, [name for name in map(_name, shared) if name is not None], own, of_own)
        made: list[Any] = []
        for index, item in enumerate(shared):
            at, written, name = (kind, len(made)), (*of_shared, index), _name(item)
            if name is None or name not in changed:
                made.append(self._copied(item, at, written))
            elif LEAVE_OUT not in own[changed[name]]:
                made.append(self._merged(item, own[changed[name]], at, written, (*of_own, changed[name])))
        made += [self._copied(own[index], (kind, len(made) + n), (*of_own, index)) for n, index in enumerate(alone)]
        self.origins[(kind,)] = of_own
        return made

    def _meant(self, kind: str, known: list[str], own: list[Any], way: Way) -> tuple[dict[str, int], list[int]]:
        """Where in ``own`` each shared entry is changed, by its name, and where entries of the service alone are."""
        changed: dict[str, int] = {}
        alone: list[int] = []
        for index, item in enumerate(own):
            name, place = _name(item), (*way, index, "name")
            if name is None:
                alone.append(index)  # the check of the types says what it lacks
            elif name in changed:
                self.found.append((place, f"{shown(name, place)} a second time", "keep one"))
            elif name in known:
                changed[name] = index
                self._leaves_out(item, (*way, index, LEAVE_OUT))
            elif NEEDED[kind] in item and LEAVE_OUT not in item:
                alone.append(index)
            else:
                near = did_you_mean(name, known) if known else f"no {kind} are shared"
                fix = f"{near}{'' if near.endswith('?') else '.'} One that only this service has needs {NEEDED[kind]}"
                self.found.append((place, f"{shown(name, place)}, which does not exist in what all share", fix))
        return changed, alone

    def _leaves_out(self, item: dict[str, Any], way: Way) -> None:
        if LEAVE_OUT in item and (item[LEAVE_OUT] is not True or len(item) > 2):
            fix = "write leave_out: true beside the name and nothing else, or take it out"
            self.found.append((way, shown(item[LEAVE_OUT], way), fix))


def _name(item: Any) -> str | None:
    """The name of an entry, when it has one that is text."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None
