"""papermill, without what it would load to read notebooks from elsewhere: ours is a file of the package.

papermill loads the client of every store that is installed (GitHub, HDFS through pyarrow, clouds) as soon as
it is imported, which takes longer than all we use of it. ``None`` in ``sys.modules`` says "not installed" while it
looks, and is taken out again: our own sources may load these packages. So import this before other threads import.
"""

from __future__ import annotations

import sys

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's

_STORES = ("github", "pyarrow.fs", "boto3", "azure.datalake.store", "azure.storage.blob", "gcsfs")

_absent = [name for name in _STORES if name not in sys.modules]
for _name in _absent:
    sys.modules[_name] = None  # type: ignore[assignment]
try:
    from papermill import iorw, parameterize
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, NotebookExecutionManager
finally:
    for _name in _absent:
        if sys.modules.get(_name, _name) is None:
            del sys.modules[_name]

__all__ = ["Engine", "NotebookExecutionManager", "PapermillNotebookClient", "iorw", "parameterize"]
