"""Credentials in clear, found in what a team writes: such a file is refused.

A credential stands only as ``${NAME}``. A default (``${NAME:-value}``) is in
clear as well. The value itself is never part of a problem.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from prodmeet_kit.core.redaction import MASK, redacted, remember
from prodmeet_kit.parameters.documents import Way
from prodmeet_kit.parameters.expansion import REFERENCE, references

__all__ = ["credentials_in_clear", "holds_credentials", "masked", "names_credential", "remember_credentials"]

_WORD = (
    r"token|password|passwd|pwd|pass|passphrase|secret|api_?key|access_?key|private_?key|secret_?key|app_?key"
    r"|application_?key|routing_?key|integration_?key|credentials?|authorization|cookie|webhook(?:_url)?|jwt|bearer"
)
_NAME = re.compile(rf"(?:.*_)?(?:{_WORD})s?")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLACES = {"auth", "headers"}
_HARMLESS = {"type", "username", "user", "email", "name", "scope", "path", "file"}

_SCHEMES = re.compile(r"(?i)(?:Bearer|Basic|Token|GenieKey|ApiKey|Api-Key|Api-Token|Splunk) +(?:token=)?")
_USERINFO = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#]*@")
_QUERY = re.compile(r"(?i)[?&;]([\w.\-]+)=([^&;#\s]+)")
_QUERY_ONLY = {"key", "sig", "signature", "auth", "code"}
_CALENDAR = re.compile(r"(?i)/private-[0-9a-f]{8,}")
_KNOWN_SHAPES = re.compile(
    r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|glsa_\w{20,}|xox[abeprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}|[sr]k_live_\w{10,})|-----BEGIN [A-Z ]*PRIVATE KEY"
)


def names_credential(key: str) -> bool:
    """Whether a key's name says that its value is a credential.

    >>> [names_credential(key) for key in ("token", "X-Api-Key", "authToken", "token_file", "url")]
    [True, True, True, False, False]
    """
    return _NAME.fullmatch(_CAMEL.sub("_", key).lower().replace("-", "_").replace(".", "_")) is not None


def holds_credentials(way: Way) -> bool:
    """Whether the value there must not be shown: a credential, or anything beside one."""
    return any(isinstance(part, str) and (part in _PLACES or names_credential(part)) for part in way)


def credentials_in_clear(data: Any) -> Iterator[tuple[Way, str]]:
    """The way to each credential in clear in the content of a file, and what to write instead."""
    yield from _search(data, (), secret=False)


def masked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a product's parameters without credentials in clear.

    A loaded file has none; a model made in code may.
    """
    copy: dict[str, Any] = deepcopy(dict(parameters))
    for way, _ in list(credentials_in_clear(copy)):
        at: Any = copy
        for part in way[:-1]:
            at = at[part]
        at[way[-1]] = MASK
    if "sources" in copy:
        copy["sources"] = redacted(copy["sources"])
    return copy


def remember_credentials(written: Any) -> None:
    """Have no text show what the environment holds for keys that name a credential, such as ``api_key: ${X}``.

    ``written`` is the configuration of a source. Whoever makes the source expands them with ``secret`` all the same;
    this holds where that was forgotten. A variable that is not set is passed over: the source says so.
    """
    for text in _credentials(written, named=False):
        for name in references(text):
            remember(os.environ.get(name, ""))


def _credentials(value: Any, *, named: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _credentials(inner, named=named or names_credential(str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _credentials(inner, named=named)
    elif named and isinstance(value, str):
        yield value


def _search(value: Any, way: Way, *, secret: bool) -> Iterator[tuple[Way, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            inner_secret = names_credential(key) or (secret and key not in _HARMLESS and not key.endswith("_file"))
            yield from _search(inner, (*way, key), secret=inner_secret)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _search(inner, (*way, index), secret=secret)
    elif value not in (None, ""):
        fix = _fix(str(value), way, secret=secret)
        if fix:
            yield way, fix


def _fix(text: str, way: Way, *, secret: bool) -> str:
    """What to write instead of a credential in clear; empty when there is none."""
    if secret:
        return _fix_secret(text, way)
    if _USERINFO.search(text):
        return "take user and password out of the URL, into auth or into a variable that holds the whole URL"
    named = _query_credential(text) if "://" in text or "${" in text else ""
    if named:
        return f"write {named}=${{{_variable((named,))}}} and set that variable"
    if _CALENDAR.search(text):
        return "write ${CALENDAR_URL} and set that variable to the secret address"
    if _KNOWN_SHAPES.search(text):
        return f"write ${{{_variable(way)}}} and set that variable"
    return ""


def _fix_secret(text: str, way: Way) -> str:
    bare = _SCHEMES.sub("", text, count=1) if _SCHEMES.match(text) else text
    found = list(REFERENCE.finditer(bare))
    if REFERENCE.sub("", bare):
        return f"write ${{{_variable(way)}}} and set that variable"
    with_default = [reference["name"] for reference in found if reference["default"]]
    if with_default:
        return f"write ${{{with_default[0]}}}: a default is in clear too"
    return ""


def _query_credential(text: str) -> str:
    """The name of a URL's query parameter whose value is a credential in clear; empty when there is none."""
    for name, value in _QUERY.findall(text):
        if not (names_credential(name) or name.lower() in _QUERY_ONLY):
            continue
        defaults = any(reference["default"] for reference in REFERENCE.finditer(value))
        if REFERENCE.sub("", value).strip("}") or defaults:
            return str(name)
    return ""


def _variable(way: Way) -> str:
    """A fitting name for the variable: the key's own, in capitals."""
    names = [part for part in way if isinstance(part, str)]
    return re.sub(r"\W+", "_", _CAMEL.sub("_", names[-1])).strip("_").upper() if names else "NAME"
