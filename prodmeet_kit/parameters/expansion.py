"""``${NAME}`` in a parameter file: the value comes from the environment when a source is used, never earlier."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import unquote

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.redaction import remember

__all__ = ["REFERENCE", "Unset", "expand", "references"]

REFERENCE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<with_default>:-(?P<default>[^{}]*))?\}")
"""``${NAME}`` or ``${NAME:-default}``; a default holds no braces."""

_PASSWORD_IN_URL = re.compile(r"://[^\s/?#:@]*:([^\s/?#]+)@")


class Unset(SourceError):
    """A variable of the environment that is referred to, by ``name``, is unset or empty."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def expand(text: str, *, secret: bool = False, environ: Mapping[str, str] | None = None) -> str:
    """Put the values of environment variables where the text refers to them.

    ``${NAME}`` needs the variable; ``${NAME:-default}`` takes the default when
    it is unset or empty, as a shell does. Text from a variable is not expanded
    again. With ``secret`` each value is remembered, so that no text shows it
    (:mod:`prodmeet_kit.core.redaction`); a password inside a URL always is.

    Raises :class:`Unset` for a variable which is unset or empty, :class:`SourceError`
    for a reference that cannot be read.

    >>> expand("${PROMETHEUS_URL:-http://localhost:9090}", environ={})
    'http://localhost:9090'
    """
    variables = os.environ if environ is None else environ
    if "${" in REFERENCE.sub("", text):
        raise SourceError(f"{_first_unread(text)} is no reference: write ${{NAME}} or ${{NAME:-default}}")

    def value(reference: re.Match[str]) -> str:
        name, default = reference["name"], reference["default"]
        found = variables.get(name) or default
        if found is None:
            state = "is empty" if name in variables else "is not set"
            fix = "set it" if secret else f"set it, or give a default as ${{{name}:-value}}"
            raise Unset(name, f"the environment variable {name} {state}: {fix}")
        if secret:
            remember(found)
        return found

    expanded = REFERENCE.sub(value, text)
    for password in _PASSWORD_IN_URL.findall(expanded):
        remember(unquote(password))
    return expanded


def references(text: str) -> tuple[str, ...]:
    """The names of the variables that a text refers to, each once."""
    return tuple(dict.fromkeys(found["name"] for found in REFERENCE.finditer(text)))


def _first_unread(text: str) -> str:
    """The start of the reference that cannot be read, cut before anything that could be a value."""
    rest = REFERENCE.sub("", text)
    opened = re.match(r"\$\{\w*", rest[rest.index("${") :])
    assert opened is not None
    return opened[0] + "..."
