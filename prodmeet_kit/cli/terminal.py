"""Lines for a person at a terminal: text of others may be in them, and none of it is a command to the terminal."""

from __future__ import annotations

import click

from prodmeet_kit.core.errors import printable

__all__ = ["say"]


def say(line: object, *, err: bool = False, nl: bool = True) -> None:
    """Print a line, on the error stream with ``err``; what a terminal would obey is replaced."""
    click.echo(printable(str(line)), err=err, nl=nl)
