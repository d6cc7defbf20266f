"""Credentials taken out of text before a person or a file sees it.

Two nets, one under the other: values we know to be secret (:func:`remember`,
called when a reference to the environment is expanded) are masked in every
form they travel in, and text that looks like a credential (userinfo of a URL,
``Bearer x``, ``token=x``) is masked even when nobody told us of it.
"""

from __future__ import annotations

import base64
import copy
import html
import json
import re
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["MASK", "NUMBERS", "SHORTEST", "redact", "redacted", "remember"]

MASK = "***"
"""What stands where a credential stood."""

NUMBERS = ("bdata",)
"""The keys of a notebook under which plotly keeps arrays in base64: most of its bytes, and no text."""

SHORTEST = 4
"""Secrets shorter than this are not remembered: masking ``a`` everywhere would leave no text to read."""

_BASE64_SHORTEST = 6  # shorter secrets have so few base64 letters of their own that chart data would match by chance

_lock = Lock()
_forms: tuple[str, ...] = ()
_fragments: tuple[str, ...] = ()

_LONGEST_REMEMBERED, _MOST_REMEMBERED = 500, 20_000
_seen: tuple[tuple[str, ...], dict[str, str]] = ((), {})

_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")

# A reference such as ${TOKEN} is no secret: a message that names it helps.
_VALUE = r"""(?!\$\{\w+\})[^\s&;"'<>,)\\\]}]+"""
_NAMES = (
    "token",
    "password",
    "passwd",
    "pwd",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "private_key",
    "signature",
)
_ALL_NAMES = (*_NAMES, "secret", "credential", "credentials")


def _after(names: tuple[str, ...]) -> str:
    """``=`` that follows one of the names: to begin with the sign is many times faster than with the names."""
    return "=(?:" + "|".join(f"(?<={name}=)" for name in names) + ")"


_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # https://user:password@host, and https://token@host
    (re.compile(r"(?<=://)[^\s/?#\"'<>]*@"), f"{MASK}@"),
    # Authorization: Basic x; {"Authorization": "token x"}; PRIVATE-TOKEN: x; in a page it ends where the element does
    (
        re.compile(
            r"""(?ix)( authorization | -token | -api-?key | \bcookie )
                (\\?["']?\s*[:=]\s*\\?["']?) (?!\$\{\w+\}|\*\*\*)
                (?:(?:basic|bearer|token|digest)(?:\s+|%20))? [^\s"'\\,;}<>]+"""
        ),
        rf"\1\2{MASK}",
    ),
    (
        re.compile(r"(?i)\b(bearer)(\s+|%20|\+)(?!tokens?\b|auth\w*\b|credentials?\b)[A-Za-z0-9._~+/%-]+=*"),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"\b([Bb]asic)(\s+|%20|\+)(?=[A-Za-z0-9+/]*[A-Z0-9+/=])[A-Za-z0-9+/%]{6,}=*"), rf"\1\2{MASK}"),
    # a URL's query and Python's repr; secret="x" stays: it is a label of kube-state-metrics, and queries are shown
    (re.compile(rf"""(?i)({_after(_ALL_NAMES)}\\?'?){_VALUE}"""), rf"\1{MASK}"),
    (re.compile(rf"""(?i)({_after(_NAMES)}\\?"){_VALUE}"""), rf"\1{MASK}"),
    # the same in JSON
    (
        re.compile(rf"""(?i)(\\?["'][\w.-]{{0,60}}(?:{"|".join(_ALL_NAMES)})\\?["']\s*:\s*\\?["']){_VALUE}"""),
        rf"\1{MASK}",
    ),
    # names that mean a credential only in a URL
    (re.compile(rf"(?i)([?&](?:key|sig|auth|jwt|pass|code)=){_VALUE}"), rf"\1{MASK}"),
    # the secret address of a calendar
    (re.compile(r"(?i)(/private-)[0-9a-f]{8,}"), rf"\1{MASK}"),
)


_SUSPECT = re.compile(r"""(?i)[@=]|authorization|token|api-?key|cookie|bearer|basic|private-|["']\s*:""")
"""What every pattern has at least one of: most texts have none of it, and are seen to be harmless at once."""


def remember(secret: str) -> None:
    """Have :func:`redact` mask this value from now on, in this process.

    Blank values and those under :data:`SHORTEST` characters are ignored.
    """
    global _forms, _fragments
    forms = {form for text in {secret, secret.strip()} if len(text.strip()) >= SHORTEST for form in _written(text)}
    if forms <= set(_forms):
        return
    with _lock:
        _forms = tuple(sorted({*_forms, *forms}))
        if len(secret.strip()) >= _BASE64_SHORTEST:
            _fragments = tuple(sorted({*_fragments, *_base64_fragments(secret.strip())}))


def redact(text: str) -> str:
    """The text with every credential replaced by :data:`MASK`.

    >>> redact("GET https://ann:hunter2@prometheus.example/api?token=abc")
    'GET https://***@prometheus.example/api?token=***'
    """
    text = _mask_known(text)
    if not _SUSPECT.search(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redacted(value: Any, clean: Callable[[str], str] | None = None, *, but: Collection[str] = ()) -> Any:
    """A value as JSON has them, a notebook too, with every text in it masked, keys included: the one walk that masks.

    ``clean`` is done to texts instead of :func:`redact`; it has to do that as well. What stands under a key of
    ``but`` stays: arrays of numbers hold no text. Two keys that differed by a credential alone stay two.

    >>> redacted({"said": ["token=abc", 1.5]})
    {'said': ['token=***', 1.5]}
    """
    if isinstance(value, str):
        return clean(value) if clean else _redact_once(value)
    if isinstance(value, Mapping):
        made: dict[Any, Any] = {}
        for key, inner in value.items():
            masked = name = _redact_once(key) if isinstance(key, str) else key
            number = 1
            while name in made:
                number += 1
                name = f"{masked} ({number})"
            made[name] = inner if key in but else redacted(inner, clean, but=but)
        return made if type(value) is dict or not isinstance(value, dict) else _alike(value, made)
    if isinstance(value, list | tuple):
        return type(value)([redacted(inner, clean, but=but) for inner in value])
    return value


def _alike(value: dict[Any, Any], made: dict[Any, Any]) -> dict[Any, Any]:
    """``made`` as a mapping of the kind of ``value``, such as a notebook's."""
    kind = type(value)
    if kind.__module__.startswith("nbformat."):  # a hundredth of the time of copy: a notebook has thousands
        node: dict[Any, Any] = kind.__new__(kind)
        vars(node).update(vars(value))
        dict.update(node, made)
        return node
    other = copy.copy(value)
    other.clear()
    other.update(made)
    return other


def _redact_once(text: str) -> str:
    """:func:`redact`, remembered for short texts: records repeat a few a thousand times."""
    if len(text) > _LONGEST_REMEMBERED:
        return redact(text)
    global _seen
    forms, known = _seen
    if forms is not _forms:  # another secret is known by now
        known = {}
        _seen = (_forms, known)
    if text not in known:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known[text] = redact(text)
    return known[text]


def _written(secret: str) -> set[str]:
    """The forms a secret takes in URLs, JSON, HTML and Python's repr."""
    quoted = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    quoted |= {re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in quoted}
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    return {secret, html.escape(secret), *quoted, *escaped}


def _base64_fragments(secret: str) -> set[str]:
    """What base64 of any text that holds the secret must hold, such as of ``user:secret``.

    Base64 writes 3 bytes as 4 letters. A secret may begin at the first, second
    or third byte of a group: for each, the letters that depend on it alone.
    """
    fragments = set()
    raw = secret.encode()
    for before in range(3):
        letters = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        first = (before * 8 + 5) // 6
        last = (before + len(raw)) * 8 // 6
        fragments |= {letters[first:last], letters[first:last].replace("+", "-").replace("/", "_")}
    return fragments


def _mask_known(text: str) -> str:
    spans = [(at, at + len(form)) for form in _forms for at in _occurrences(text, form)]
    hits = [at for fragment in _fragments for at in _occurrences(text, fragment)]
    if hits:
        runs = [run.span() for run in _BASE64_RUN.finditer(text)]
        spans += [(start, end) for start, end in runs if any(start <= at < end for at in hits)]
    if not spans:
        return text
    parts, done = [], 0
    for start, end in _merged(spans):
        parts += [text[done:start], MASK]
        done = end
    return "".join([*parts, text[done:]])


def _occurrences(text: str, part: str) -> list[int]:
    found = []
    at = text.find(part)
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1)
    return found


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch or overlap as one: half of a longer secret must not stay."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
