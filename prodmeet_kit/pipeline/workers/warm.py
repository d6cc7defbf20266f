"""Everything a report imports, ahead of the first fork: what is loaded later is loaded for each product.

Nothing is computed, read or connected here: that would start threads.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

__all__ = ["load"]

_FIRST = "prodmeet_kit._fast_imports"  # before any import of Jupyter's

_NOT_OF_REPORTS = ("__main__", "_fast_imports", "check", "demo", "explore", "live", "outbound")

_OTHERS = (
    "encodings.unicode_escape",
    "encodings.utf_8_sig",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "jinja2.ext",
    "jupyter_client.manager",
    "jupyter_client.provisioning.local_provisioner",
    "pandas.core.methods.to_dict",
    "plotly.offline",
    "prometheus_api_client.prometheus_connect",
    "promql_parser",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "ruamel.yaml",
    "zmq.utils.garbage",
)
"""What other packages import only when it is used."""


def load() -> None:
    """Import every module of the rooms that make reports, and what they import only when they are called."""
    importlib.import_module(_FIRST)
    _load_inside(importlib.import_module("prodmeet_kit"), _NOT_OF_REPORTS)
    for name in _OTHERS:
        importlib.import_module(name)


def _load_inside(package: ModuleType, without: tuple[str, ...] = ("__main__",)) -> None:
    for found in pkgutil.iter_modules(package.__path__):
        if found.name not in without:
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            if found.ispkg:
                _load_inside(module)
