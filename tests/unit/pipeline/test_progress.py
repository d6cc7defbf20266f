"""Who sees progress, and that it cannot be led astray by text of a parameter file."""

from __future__ import annotations

import sys

import pytest

from prodmeet_kit.pipeline import progress


@pytest.mark.parametrize(
    ("terminal", "ci", "shown"), [(True, "", True), (True, "true", False), (False, "", False)], ids=str
)
def test_progress_is_for_people_at_a_terminal(
    terminal: bool, ci: str, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    reporter = progress.choose()
    reporter.close()
    assert isinstance(reporter, progress.Shown) is shown


def test_steps_and_parts_are_shown_as_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = progress.Shown()
    try:
        reporter.step("asking the sources")
        reporter.start(2)
        reporter.advance("slo/[red]cart[/red]/availability")
        task = reporter._bars.tasks[0]
        assert (task.completed, task.total) == (1, 2)
        assert task.description == "asking the sources: slo/[red]cart[/red]/availability"
        reporter.done()
        assert reporter._bars.tasks == []
    finally:
        reporter.close()
    assert capsys.readouterr().out == ""
