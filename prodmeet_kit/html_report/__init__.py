"""The report: an executed notebook as one HTML file that needs nothing else."""

from __future__ import annotations

from prodmeet_kit import _fast_imports  # noqa: F401 - before any module here imports nbconvert
from prodmeet_kit.html_report.export import Page, export_html

__all__ = ["Page", "export_html"]
