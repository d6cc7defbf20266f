"""Names of services as people write them anywhere, and the services of the product that they mean.

Lists, labels, lines of a calendar, forms of issues and cells of a spreadsheet
all come through here: what separates names, which spellings are the same, and
what is said of a name that is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from unicodedata import normalize

from prodmeet_kit.entries.markup import TAG
from prodmeet_kit.parameters.validation import did_you_mean

__all__ = ["Matched", "after_prefix", "match", "one_service"]

_UNCHECKED = re.compile(r"(?m)^[ \t]*(?:[-*+][ \t]+)?\[ \][^\n]*$")  # an empty box of a form: not chosen
_BULLET = re.compile(r"(?m)^[ \t]*(?:(?:[-*+\u2022]|\d{1,3}[.)])[ \t]+)?(?:\[[xX]\][ \t]+)?")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_KEY = re.compile(r"(?i)^\s*(?:affected\s+)?services?\s*[:=]\s*")

# Full-width forms of these became the narrow ones by NFKC.
_SEPARATOR = re.compile(
    r"[,;|/&+\n\r\t\v\f\u2028\u2029`\"<>\[\](){}"
    r"\u3001\u3002\uff64\u30fb\u00b7\u2022\u2023\u25aa\u25cf\u2192\u00ab\u00bb\u201c-\u201f\u2018-\u201b\u300a-\u3011]"
    r"|(?i:(?<!\S)and(?![^\s,;]))"
    r"|(?<=[!-~])\s*(?:と|や|および|及び)\s*(?=[!-~])"
)
_EDGES = " \t'*_.:!?#@~-\u00a0\u3000\u200b\ufeff"
_JOINS = ":/=\uff1a"
_ALIKE = re.compile(r"[\s._\-\u2010-\u2015\u2212]+")
_NOTHING = frozenset({"", "n/a", "na", "none", "nothing", "no response", "tbd", "null"})
_FILLERS = frozenset({"the", "service", "services"})


@dataclass(frozen=True)
class Matched:
    """``services`` as the product spells them, each once, in the order written; ``unknown`` as people wrote them."""

    services: tuple[str, ...]
    unknown: tuple[str, ...]
    known: tuple[str, ...] = field(default=(), repr=False)

    def hint(self, name: str) -> str:
        """What to write instead of an unknown name: ``did you mean cart?``, or the names there are."""
        same = [known for known in self.known if _fold(known) == _fold(name)]
        if len(same) > 1:
            return f"write {' or '.join(same)} exactly"
        return did_you_mean(name, self.known) if self.known else "the product has no services"


def match(written: Iterable[str], known: Collection[str]) -> Matched:
    """Which of the ``known`` services people wrote: one name or many in each text, in any case.

    ``-``, ``_``, ``.`` and blanks are the same where that leaves no doubt. A name that holds what
    else separates names counts as one; blanks alone separate names only where each word is one.
    """
    names = _Names(known)
    services: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for text in written:
        for name, service in _of_text(_plain(text), names):
            if service:
                services[service] = None
            elif not _says_nothing(name):
                unknown[name] = None
    return Matched(tuple(services), tuple(unknown), tuple(known))


def one_service(value: str, known: Collection[str]) -> str:
    """The service of the product that a label's value names, in any case and with - or _; empty for none or two."""
    found = match([value], known)
    return found.services[0] if len(found.services) == 1 and not found.unknown else ""


def after_prefix(label: str, prefix: str) -> str:
    """What a label such as ``service:cart`` names; empty where it does not begin so.

    Of a prefix that ends in a sign the sign may be another one of those people use.

    >>> after_prefix("Service/Cart", "service:")
    'Cart'
    """
    bare, folded = label.strip(), prefix.strip().casefold()
    word = folded.rstrip(_JOINS)
    if not word or not bare.casefold().startswith(word):
        return ""
    rest = bare[len(word) :]
    if word == folded:
        return rest.strip()
    name = rest.lstrip().lstrip(_JOINS)
    return name.strip() if name != rest.lstrip() else ""


class _Names:
    """Finds a service by any spelling that can mean no other."""

    def __init__(self, known: Collection[str]) -> None:
        self._by_spelling: dict[str, set[str]] = {}
        for name in known:
            for spelling in (name, name.casefold(), _fold(name)):
                self._by_spelling.setdefault(spelling, set()).add(name)
        self._exact = frozenset(known)
        self.most_parts = max([1, *(len(list(_spans(_plain(name)))) for name in known)])
        self.most_words = max((len(_ALIKE.split(name)) for name in known), default=1)

    def find(self, written: str) -> str:
        """The service that is meant; empty when none is, or more than one could be."""
        for spelling in (written, written.strip(_EDGES)):
            if spelling in self._exact:
                return spelling
        bare = written.strip(_EDGES)
        for spelling in (bare.casefold(), _fold(bare)):
            found = self._by_spelling.get(spelling, set())
            if len(found) == 1:
                return next(iter(found))
        return ""


def _of_text(text: str, names: _Names) -> Iterator[tuple[str, str]]:
    """Each name in the text with its service, the longest first; the service of an unknown one is empty."""
    if whole := names.find(text):
        yield text, whole
        return
    if _says_nothing(text):
        return
    spans = list(_spans(text))
    at = 0
    while at < len(spans):
        for last in range(min(len(spans), at + names.most_parts) - 1, at - 1, -1):
            name = text[spans[at][0] : spans[last][1]].strip(_EDGES)
            if service := names.find(name):
                yield name, service
                break
        else:  # the last one tried stands alone
            yield from _of_words(name, names)
        at = last + 1  # behind what was found


def _of_words(name: str, names: _Names) -> Iterator[tuple[str, str]]:
    """The services that blanks separate, when there is nothing but services; else the name itself, unknown."""
    words = [word for word in name.split() if word.strip(_EDGES)]
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        for last in range(min(len(words), at + names.most_words) - 1, at - 1, -1):
            part = " ".join(words[at : last + 1])
            if service := names.find(part):
                found.append((part, service))
                break
        else:
            if words[at].casefold() not in _FILLERS:
                yield name, ""
                return
            last = at
        at = last + 1
    yield from found or [(name, "")]


def _plain(text: str) -> str:
    """The text without marks of Markdown and HTML, its letters and signs in their usual width."""
    text = normalize("NFKC", unescape(text))
    text = TAG.sub("\n", text).replace("\r\n", "\n")
    text = _BULLET.sub("", _UNCHECKED.sub("", text))
    return _KEY.sub("", _LINK.sub(r"\1", text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of what is between separators, where anything is."""
    begin = 0
    for separator in _SEPARATOR.finditer(text):
        if text[begin : separator.start()].strip(_EDGES):
            yield begin, separator.start()
        begin = separator.end()
    if text[begin:].strip(_EDGES):
        yield begin, len(text)


def _says_nothing(text: str) -> bool:
    return text.strip(_EDGES).casefold() in _NOTHING


def _fold(name: str) -> str:
    return _ALIKE.sub("-", normalize("NFKC", name).casefold()).strip("-")
