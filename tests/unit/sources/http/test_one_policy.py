"""Nothing of the kit asks over HTTP but by the one policy: looked for in the text of its modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.parameters.fields import TIMEOUT
from prodmeet_kit.parameters.metrics.server import ServerSettings
from prodmeet_kit.sources.alertmanager.api import Server
from prodmeet_kit.sources.calendar.events import CalendarConfig
from prodmeet_kit.sources.github.action_items import ActionItemsConfig
from prodmeet_kit.sources.http import Policy
from prodmeet_kit.sources.pagerduty.source import PagerDutyConfig

PACKAGE = Path(prodmeet_kit.__file__).parent
POLICY = PACKAGE / "sources" / "http"

LIBRARIES = ("aiohttp", "http.client", "httpx", "httpx2", "requests", "urllib.request", "urllib3")
SETTINGS = {"allow_redirects", "max_retries", "proxies", "retries", "retry", "timeout", "verify"}

NO_HTTP = {
    ("pipeline/fleet.py", "timeout"): "reports that are made in other processes",
    ("pipeline/cluster.py", "timeout"): "tasks of a Dask cluster",
    ("pipeline/execution.py", "timeout"): "kernels, over sockets",
    ("live/opening.py", "timeout"): "the kernel of a meeting, over sockets",
}
NEEDED = {
    ("sources/github/connection.py", "timeout"): "PyGithub wants one; the policy's, which counts",
    ("sources/github/connection.py", "retry"): "PyGithub's own are switched off",
    ("sources/github/connection.py", "verify"): "PyGithub wants to know",
    ("sources/github/connection.py", "allow_redirects"): "PyGithub's answers are its own, nothing is followed",
}
"""What stays of other people's clients: by module and name."""


def outside() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if POLICY not in path.parents:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Modules imported where the program runs: what is there for types alone asks nobody."""
    types = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    ]
    for_types = {inner for node in types for part in node.body for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def set_here(tree: ast.Module) -> Iterator[str]:
    """Names of time-outs and the like that a call is given or an object is set to, unless the policy is given them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] not in ("Policy", "Api"):
            yield from (word.arg for word in node.keywords if word.arg in SETTINGS)
        elif isinstance(node, ast.Assign):
            yield from (to.attr for to in node.targets if isinstance(to, ast.Attribute) and to.attr in SETTINGS)


def test_no_module_outside_the_policy_imports_a_library_of_http() -> None:
    found = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path, tree in outside()
        for name in imported(tree)
        if any(name == library or name.startswith(f"{library}.") for library in LIBRARIES)
    }
    assert found == set()


def test_no_module_outside_the_policy_has_a_timeout_tries_or_redirects_of_its_own() -> None:
    found = {(path.relative_to(PACKAGE).as_posix(), name) for path, tree in outside() for name in set_here(tree)}
    assert found == NO_HTTP.keys() | NEEDED.keys()


@pytest.mark.parametrize("model", [ServerSettings, Server, CalendarConfig, PagerDutyConfig, ActionItemsConfig])
def test_every_source_is_waited_for_as_long_where_nobody_says(model: type) -> None:
    assert model.model_fields["timeout"].default == TIMEOUT  # type: ignore[attr-defined]
    assert Policy("the server").timeout_s == TIMEOUT.total_seconds()


def test_what_would_break_the_rule_is_seen() -> None:
    text = "import requests.adapters\nfrom urllib import request\nrequests.get(url, timeout=3)\nclient.retry = 4"
    tree = ast.parse(text)
    assert list(imported(tree)) == ["requests.adapters", "urllib.request"]
    assert sorted(set_here(tree)) == ["retry", "timeout"]
