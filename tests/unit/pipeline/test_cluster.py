"""What is said when a cluster cannot be used, or a worker makes no report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.pipeline import cluster, cluster_task


class Future:
    """A future that has ended with this."""

    def __init__(self, ended: Any) -> None:
        self.ended = ended

    def result(self, timeout: float) -> Any:
        if isinstance(self.ended, BaseException):
            raise self.ended
        return self.ended


def said(ended: Any, folder: Path) -> str:
    return str(cluster._made("shop", Future(ended), folder))


def test_a_product_that_ends_its_workers_says_so(tmp_path: Path) -> None:
    from distributed.scheduler import KilledWorker

    killed = KilledWorker("report", None, 3)  # type: ignore[arg-type]
    assert said(killed, tmp_path).startswith("failed  shop: its worker ended each time it was made: look at")


def test_an_error_of_a_worker_is_told(tmp_path: Path) -> None:
    assert said(OSError(28, "No space left"), tmp_path).startswith("failed  shop: OSError: ")


@pytest.mark.parametrize(("day", "report"), [("", b""), ("../2026-11-23", b""), ("2026-11-23", b"no parcel")])
def test_what_is_no_report_replaces_nothing(tmp_path: Path, day: str, report: bytes) -> None:
    ended = cluster_task.Ended(0, (), (), day, report)
    assert said(ended, tmp_path).startswith("failed  shop: ")
    assert not (tmp_path / "reports").exists()


def test_a_run_that_takes_too_long_is_ended_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = cluster_task.report("shop", [], [], limit_s=0.1)
    assert (ended.status, ended.said) == (1, ("prodmeet: the report took more than 0 s",))
    assert list(tmp_path.iterdir()) == [stand_in]


def test_without_dask_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'prodmeet-kit\[dask\]'"):
        list(cluster.run(["shop"], tmp_path, "tcp://127.0.0.1:1", []))


def test_jobs_and_a_scheduler_exclude_each_other(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["-C", str(tmp_path), "fleet", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"])
    assert done.exit_code == 2
    assert "--nthreads" in done.output
