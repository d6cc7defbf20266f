"""Import this before nbformat, nbconvert, papermill or nbclient: each process then starts about a second sooner.

They load jupyter_events, which loads ``jsonschema[format-nongpl]``, which loads
``rfc3987_syntax``; that package compiles a grammar when it is imported and takes
about a second. It checks the JSON Schema formats ``iri`` and ``iri-reference``,
which no Jupyter schema uses, and jsonschema does without it where it is not
installed. ``None`` in ``sys.modules`` says just that: not installed.

A process that has imported the package already keeps it.
See https://github.com/python-jsonschema/jsonschema/issues/1428.
"""

from __future__ import annotations

import sys

__all__: list[str] = []

# typeshed knows only modules here; the import system documents None as "cannot be imported".
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
