"""Keep the catalogues of translations with the code: ``make messages``, and ``--check`` in ``make lint``.

A catalogue holds every message of the code and no other, in the order of files
and then of messages, without line numbers and dates, so that a change of the
code that moves no message changes nothing here. A new message comes without
translation; nothing is guessed from one that looks alike.
"""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po

from prodmeet_kit.i18n.languages import LANGUAGES

__all__ = [
    "KEYWORDS",
    "PACKAGE",
    "TRANSLATED",
    "extract",
    "main",
    "path_of",
    "problems",
    "shortened",
    "translations",
    "unreadable",
    "update",
]

PACKAGE = Path(__file__).resolve().parents[1] / "prodmeet_kit"

TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
"""Every language but that of the code."""

KEYWORDS = {"t": 1, "tn": 2, "later": 1}
"""The functions whose first texts are messages (:mod:`prodmeet_kit.i18n.languages`), and how many: one and many."""

_UNTRANSLATED, _OTHER_NAMES = "not translated: ", "other {names} than in the message: "

_SHOWN = 20
"""Lines of problems of a language; the rest is a number."""

_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def path_of(language: str, package: Path = PACKAGE) -> Path:
    """The catalogue of a language."""
    return package / "locale" / language / "LC_MESSAGES" / "prodmeet_kit.po"


def extract(package: Path = PACKAGE) -> Catalog:
    """Every message of the code, with the files it stands in.

    Read from the syntax tree: Babel's own reader sees no call inside an f-string.
    """
    found = Catalog()
    for path, call in _calls(package):
        texts = [str(text.value) for text in _texts(call) if _is_literal(text)]
        if texts and len(texts) == len(_texts(call)):
            place = path.relative_to(package.parent).as_posix()
            found.add(tuple(texts) if len(texts) > 1 else texts[0], locations=[(place, call.lineno)])
    return found


def _calls(package: Path) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function that holds messages."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                yield path, node


def _texts(call: ast.Call) -> list[ast.expr]:
    """The messages of a call: the first arguments."""
    assert isinstance(call.func, ast.Name)
    return call.args[: KEYWORDS[call.func.id]]


def update(language: str, package: Path = PACKAGE) -> None:
    """Write the catalogue anew: the messages of the code, and the translations it had of them."""
    path = path_of(language, package)
    text = _written(language, extract(package), _read(path, language))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


def _written(language: str, code: Catalog, old: Catalog) -> bytes:
    """The file of a catalogue: what ``make messages`` writes of the code and of the translations there are."""
    new = Catalog(locale=language)
    for message in sorted(code, key=_place):
        if message.id:
            files = sorted({(file, 0) for file, _ in message.locations})
            new.add(message.id, _kept(message, old), locations=files, flags=message.flags)
    file = io.BytesIO(_HEADER.format(language=language, plural_forms=new.plural_forms).encode())
    file.seek(0, io.SEEK_END)
    write_po(file, new, width=120, omit_header=True, include_lineno=False)
    return file.getvalue()


def _read(path: Path, language: str) -> Catalog:
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _place(message: Message) -> tuple[str, str]:
    return min((file for file, _ in message.locations), default=""), _first(message)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _kept(message: Message, old: Catalog) -> str | tuple[str, ...]:
    before = old.get(_first(message))
    if before is None or before.fuzzy or before.id != message.id:
        return "" if isinstance(message.id, str) else ()
    return before.string if isinstance(before.string, str) else tuple(before.string or ())


def translations(language: str, package: Path = PACKAGE) -> list[str]:
    """Every text of a catalogue as it is written, without those that are still to be translated."""
    texts: list[str] = []
    for message in _read(path_of(language, package), language):
        if message.id:
            texts += [message.string] if isinstance(message.string, str) else [*(message.string or [])]
    return [text for text in texts if text]


def problems(language: str, package: Path = PACKAGE) -> list[str]:
    """What is wrong with a catalogue, a line each; empty when it is whole."""
    code, catalogue = extract(package), _read(path_of(language, package), language)
    told = []
    for message in code:
        known = catalogue.get(_first(message)) if message.id else None
        if message.id and known is None:
            told.append(f"not in the catalogue, run make messages: {_first(message)}")
        elif message.id and known is not None:
            told += _wrong(message, known)
    for message in catalogue:
        if message.id and code.get(_first(message)) is None:
            told.append(f"no longer in the code, run make messages: {_first(message)}")
    if all(line.startswith((_UNTRANSLATED, _OTHER_NAMES)) for line in told):
        path = path_of(language, package)
        if not path.is_file() or path.read_bytes() != _written(language, code, catalogue):
            told.append("not in the order and form that make messages writes: run it, and commit the file")
    return [f"{language}: {line}" for line in told] + list(unreadable(package))


def _wrong(message: Message, known: Message) -> Iterator[str]:
    """What is wrong with the translation of one message."""
    texts = [known.string] if isinstance(known.string, str) else [*(known.string or [""])]
    forms = [message.id] if isinstance(message.id, str) else [*message.id]
    if known.id != message.id:
        yield f"its plural changed, run make messages: {_first(message)}"
    elif known.fuzzy:
        yield f"fuzzy: {_first(message)}"
    elif not all(texts):
        yield f"{_UNTRANSLATED}{_first(message)}"
    else:
        # The last form of a translation speaks of many; a first of several may leave out the number.
        wanted = [_fields(form) for form in forms]
        for place, text in enumerate(texts):
            if _fields(text) not in (wanted[-1:] if place == len(texts) - 1 else wanted):
                yield f"{_OTHER_NAMES}{text}: {_first(message)}"


def _fields(text: str) -> set[str]:
    """The ``{names}`` of a text with their formats; unreadable braces are a name no other text has."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return {"not readable", text}
    return {f"{name}!{change}:{form}" for _, name, form, change in parts if name is not None}


def unreadable(package: Path = PACKAGE) -> Iterator[str]:
    """Calls of ``t()``, ``tn()`` and ``later()`` whose message no translator would ever see: it is put together.

    A name is taken for a message that ``later()`` marked.
    """
    for path, call in _calls(package):
        if any(not _is_literal(text) and not isinstance(text, ast.Name) for text in _texts(call)):
            yield f"{path.relative_to(package.parent)}:{call.lineno}: the message must be a literal text"


def _is_literal(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def main(arguments: list[str]) -> int:
    """Write the catalogues, or look at them with ``--check``; the status says whether anything is left to translate."""
    for language in () if "--check" in arguments else TRANSLATED:
        update(language)
    found = [(language, problems(language)) for language in TRANSLATED]
    for language, lines in found:
        sys.stderr.writelines(f"{line}\n" for line in shortened(language, lines))
    return 1 if any(lines for _, lines in found) else 0


def shortened(language: str, lines: list[str], package: Path = PACKAGE) -> list[str]:
    """Return the first problems of a language, how many more there are, and how many messages have no translation."""
    more = [f"{language}: and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else []
    missing = sum(line.startswith(f"{language}: {_UNTRANSLATED}") for line in lines)
    every = sum(1 for message in extract(package) if message.id)
    count = [f"{language}: {missing:,} of {every:,} not translated"] if missing else []
    return [*lines[:_SHOWN], *more, *count]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
