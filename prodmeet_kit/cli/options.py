"""Options and types of arguments that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from prodmeet_kit.i18n.languages import LANGUAGES

__all__ = ["EXISTING_FOLDER", "FRESH", "LANGUAGE"]

EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

FRESH = click.option(
    "--fresh", is_flag=True, help="With --to: ask again what another command has asked within the last hour."
)

LANGUAGE = click.option(
    "--language", type=click.Choice(LANGUAGES), help="Language to write in (default: as in the parameters)."
)
