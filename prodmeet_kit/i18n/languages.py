"""The language people read: English as written in the code, or a catalogue under ``prodmeet_kit/locale``.

A catalogue is ``locale/<language>/LC_MESSAGES/prodmeet_kit.po``, read as it is:
no compile step, and what a translator edits is what runs. The current language
is held in a context variable, so that reviews in two languages may run at once. A catalogue that
is there is a language: nothing else lists them.
What :mod:`tools.catalogues` finds for translators are the literal texts in ``t()``,
``tn()`` and ``later()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from prodmeet_kit.i18n import conventions, spacing

__all__ = [
    "LANGUAGES",
    "LOCALE",
    "OF_THE_CODE",
    "clauses",
    "current",
    "later",
    "listed",
    "sentence",
    "sentences",
    "t",
    "tn",
    "use",
]

LOCALE = Path(__file__).resolve().parent.parent / "locale"
"""Where catalogues are."""

OF_THE_CODE = "en"
"""The language the code is written in, which needs no catalogue."""

LANGUAGES = (OF_THE_CODE, *sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/prodmeet_kit.po")))
"""What a review may be written in."""

_FILLED: dict[str, Callable[[str, Mapping[str, object]], str]] = {"ja": spacing.fill}
"""Languages whose spaces beside a ``{name}`` depend on what it holds; elsewhere a text is filled in as it is."""

_language: ContextVar[str] = ContextVar("prodmeet_kit_language", default=OF_THE_CODE)


def current() -> str:
    """The current language, ``en`` when nobody chose one."""
    return _language.get()


@contextmanager
def use(language: str) -> Iterator[None]:
    """Write in this language inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def t(message: str, /, **values: object) -> str:
    """The message in the current language, with its ``{names}`` filled in.

    >>> t("{kept} of {all} SLOs are kept", kept=3, all=4)
    '3 of 4 SLOs are kept'
    """
    return _fill(_catalogue(current()).gettext(message), message, values)


def tn(one: str, many: str, n: int, /, **values: object) -> str:
    """The message for ``n`` things, with ``{n}`` and its other names filled in.

    >>> tn("{n} page", "{n} pages", 1), tn("{n} page", "{n} pages", 2)
    ('1 page', '2 pages')
    """
    return _fill(_catalogue(current()).ngettext(one, many, n), one if n == 1 else many, {"n": n, **values})


def later(message: str) -> str:
    """Mark a message for translation: for tables of messages that are given to :func:`t` where they are shown."""
    return message


def listed(parts: Iterable[str]) -> str:
    """Names or short texts one after the other.

    >>> listed(["cart", "search"])
    'cart, search'
    """
    return conventions.of(current()).comma.join(parts)


def clauses(parts: Iterable[str]) -> str:
    """Parts of one sentence that hold commas themselves.

    >>> clauses(["cart, search: kept", "checkout: missed"])
    'cart, search: kept; checkout: missed'
    """
    return t("; ").join(parts)


def sentence(text: str) -> str:
    """The text with its full stop.

    >>> sentence("3 of 4 SLOs are kept")
    '3 of 4 SLOs are kept.'
    """
    return t("{text}.", text=text)


def sentences(parts: Iterable[str]) -> str:
    """Whole sentences one after the other, empty ones left out.

    >>> sentences(["All is well.", "", "Nobody was paged."])
    'All is well. Nobody was paged.'
    """
    found = list(filter(None, parts))
    return t("{first} {then}", first=found[0], then=sentences(found[1:])) if len(found) > 1 else "".join(found)


def _fill(translated: str, message: str, values: dict[str, object]) -> str:
    try:
        return _FILLED.get(current(), str.format_map)(translated, values)
    except (KeyError, IndexError, ValueError):
        # A slip in a catalogue must not cost a section of the report.
        return message.format_map(values)


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    path = LOCALE / language / "LC_MESSAGES" / "prodmeet_kit.po"
    if not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
