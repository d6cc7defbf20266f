"""``python -m prodmeet_kit.demo``: write the demo world's TSDB, serve it, or freeze what the kit gathers from it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn
from zoneinfo import ZoneInfo

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.demo import SNAPSHOT

__all__ = ["main"]


_FORTNIGHT = timedelta(days=14)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "build":
            _build(options.directory, options.seed)
        elif options.command == "serve":
            _serve(options.port, options.seed)
        else:
            _snapshot(options.out, options.port, options.parameters, options.seed)
    except ProdmeetError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m prodmeet_kit.demo", description=__doc__)
    parser.add_argument("--seed", type=int, default=31, help="another seed makes another world (default: 31)")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write the TSDB")
    build.add_argument("directory", type=Path, help="an empty or new folder")
    serve = commands.add_parser("serve", help="run a Prometheus with the demo world until Ctrl-C")
    serve.add_argument("--port", type=int, help="port on 127.0.0.1 (default: a free one)")
    snapshot = commands.add_parser("snapshot", help="gather the demo product's facts and freeze them")
    snapshot.add_argument("--out", type=Path, default=SNAPSHOT, help="folder of the snapshot")
    snapshot.add_argument(
        "--port", type=int, default=9090, help="port on 127.0.0.1 that the snapshot names (default: 9090)"
    )
    snapshot.add_argument("--parameters", type=Path, default=Path("parameters"), help="folder that holds demo.yaml")
    return parser


def _build(directory: Path, seed: int) -> datetime:
    """Write the TSDB; returns the meeting the world leads up to."""
    from prodmeet_kit.demo.server import backfill
    from prodmeet_kit.demo.world import World

    if directory.is_dir() and any(directory.iterdir()):
        raise ProdmeetError(f"{directory} is not empty: blocks of two worlds would mix; give an empty or new folder")
    begun = time.monotonic()
    world = World.build(seed)
    backfill(world.openmetrics_days(), directory)
    print(f"wrote {world.grid.start:%Y-%m-%d} to {world.grid.end:%Y-%m-%d} in {time.monotonic() - begun:.0f} s")
    return world.meeting


@contextmanager
def _prometheus(port: int | None, seed: int) -> Iterator[tuple[str, datetime]]:
    """A Prometheus with the demo world in a temporary folder: its URL, and the meeting."""
    from prodmeet_kit.demo.rules import rules_text
    from prodmeet_kit.demo.server import running_prometheus

    with tempfile.TemporaryDirectory(prefix="prodmeet-demo-") as name:
        data, rules = Path(name) / "data", Path(name) / "shop.yml"
        meeting = _build(data, seed)
        rules.write_text(rules_text(), encoding="utf-8")
        with running_prometheus(data, port=port, config_text=f"rule_files: ['{rules}']\n") as url:
            yield url, meeting


def _serve(port: int | None, seed: int) -> None:
    from prodmeet_kit.demo.shape import TIMEZONE

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for ending in (signal.SIGINT, signal.SIGTERM):  # started with & from a script, Ctrl-C's signal would be ignored
        signal.signal(ending, stop)
    try:
        with _prometheus(port, seed) as (url, meeting):
            end = meeting.astimezone(ZoneInfo(TIMEZONE))
            times = f"FROM={end - _FORTNIGHT:%Y-%m-%dT%H:%M} TO={end:%Y-%m-%dT%H:%M}"
            print(f"Prometheus with the demo shop: {url}\n")
            print(f"  PROMETHEUS_URL={url} make report PRODUCT=demo {times}\n")
            print("Ctrl-C stops it.", flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("stopped")


def _snapshot(out: Path, port: int, parameters: Path, seed: int) -> None:
    from prodmeet_kit.core.window import Window
    from prodmeet_kit.gathering.gather import gather
    from prodmeet_kit.parameters import load
    from prodmeet_kit.snapshot import freeze

    product = load("demo", parameters)
    with _prometheus(port, seed) as (url, meeting):
        os.environ["PROMETHEUS_URL"] = url
        window = Window.ending(
            meeting, cadence=product.meeting.cadence, timezone=product.timezone, longest=product.longest_window
        )
        facts = gather(product, window, folder=parameters)
    for failure in facts.failures:
        print(failure, file=sys.stderr)
    print(f"froze {len(facts.answers)} answers into {freeze(facts, out)}")


if __name__ == "__main__":
    sys.exit(main())
