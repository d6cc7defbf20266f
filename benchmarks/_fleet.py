"""A fleet for benchmarks: the demo's product under many names, all against the demo's Prometheus."""

from __future__ import annotations

import re
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from prodmeet_kit.demo.rules import rules_text
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.demo.world import World

__all__ = ["demo_server", "disk_mb", "product_folder", "requests_so_far"]

PARAMETERS = Path(__file__).resolve().parents[1] / "parameters"
_REQUESTS = re.compile(r'^prometheus_http_requests_total\{.*handler="/api/v1/.*\} (\S+)$', re.MULTILINE)


@contextmanager
def demo_server(folder: Path) -> Iterator[tuple[str, datetime]]:
    """Run the demo's Prometheus with its data in ``folder``: its URL, and the time of the meeting."""
    world = World.build(31)
    backfill(world.openmetrics_days(), folder / "tsdb")
    rules = folder / "shop.yml"
    rules.write_text(rules_text(), encoding="utf-8")
    with running_prometheus(folder / "tsdb", config_text=f"rule_files: ['{rules}']\n") as url:
        yield url, world.meeting


def product_folder(folder: Path, products: int) -> Path:
    """Make a folder anew with so many products, of which nothing has been asked yet."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PARAMETERS, folder / "parameters")
    demo = folder / "parameters" / "demo.yaml"
    text = demo.read_text(encoding="utf-8")
    demo.unlink()
    for number in range(1, products + 1):
        own = re.sub(r"^product: demo\b", f"product: shop-{number:02}", text, flags=re.MULTILINE)
        own = re.sub(r"^title: .*$", f"title: Shop {number}", own, flags=re.MULTILINE)
        (folder / "parameters" / f"shop-{number:02}.yaml").write_text(own, encoding="utf-8")
    return folder


def requests_so_far(url: str) -> int:
    """How many requests to its API the server has answered."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=60) as reply:
        return round(sum(float(number) for number in _REQUESTS.findall(reply.read().decode())))


def disk_mb(folder: Path) -> float:
    """What the files of a folder occupy, those it names twice by a link counted once, in MB."""
    blocks = {(stat.st_dev, stat.st_ino): stat.st_blocks for stat in (each.lstat() for each in folder.rglob("*"))}
    return sum(blocks.values()) * 512 / 1e6
