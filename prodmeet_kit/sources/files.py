"""Records a team keeps in a file beside its parameters: type ``file``.

The file holds a list, in YAML, JSON or CSV by the ending of its name (see
:mod:`.list_files`); the fields of an entry are in :mod:`.hand_written`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.core.errors import ParametersError, Problem
from prodmeet_kit.entries.list_files import MOST_ENTRIES, read_list
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.documents import WHOLE
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure, entry_model, rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FileConfig", "read"]


class FileConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, description="The file (YAML, JSON or CSV), relative to the parameter file")


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The entries of the file as a frame of ``context.spec``.

    Raises :class:`ParametersError` with every problem of the file, or when it is not there.
    """
    written = configure(FileConfig, config, context).path
    path = context.folder / expand(written)
    try:
        there = path.is_file()
    except OSError as error:  # a name longer than any file's
        raise ParametersError([context.problem("path", str(error.strerror).lower(), "fix the path")]) from None
    if not there:
        empty = "" if path.suffix.lower() == ".csv" else " (with [] in it while there is nothing to tell)"
        fix = f"create {path}{empty}, or fix the path"
        raise ParametersError([context.problem("path", f"{written}, which does not exist", fix)])
    model = entry_model(context.spec)
    file = read_list(path, tuple(model.model_fields) if model else ())
    if not isinstance(file.data, list | None):
        fix = "write a list, each entry after a dash, such as - {id: A-1}"
        if path.suffix.lower() == ".json":
            fix = 'write a list, such as [{"id": "A-1"}]'
        raise ParametersError([*file.problems, Problem(str(path), WHOLE, "no list", fix)])
    if len(file.data or []) > MOST_ENTRIES:
        fix = "keep the older ones in a file of their own"
        raise ParametersError([Problem(str(path), WHOLE, f"over {MOST_ENTRIES} entries", fix)])
    made = rows([(file, [(number,) for number in range(len(file.data or []))])], context)
    if "source" in context.spec.columns:
        made = [row | {"source": path.name} for row in made]
    return context.spec.frame(made)
