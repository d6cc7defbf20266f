"""What is kept in the user's cache: used when it is whole and the user's own, made again in every other case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prodmeet_kit.core.user_cache import cache_folder, kept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = cache_folder()
    assert found is not None
    return found


def _never() -> bytes:
    raise AssertionError("made again")


def test_made_once_and_older_ones_of_its_kind_removed(folder: Path) -> None:
    assert kept("thing-1", lambda: b"one") == b"one"
    assert kept("thing-1", _never) == b"one"
    assert kept("thing-2", lambda: b"two") == b"two"
    assert [path.name for path in folder.iterdir()] == ["thing-2"]
    assert folder.stat().st_mode & 0o777 == 0o700 and (folder / "thing-2").stat().st_mode & 0o777 == 0o600


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _changed(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _for_all_to_write(path: Path) -> None:
    path.chmod(0o666)


def _linked(path: Path) -> None:
    other = path.parent.parent / "elsewhere"
    path.rename(other)
    path.symlink_to(other)


@pytest.mark.parametrize("spoil", [_cut, _changed, _emptied, _for_all_to_write, _linked])
def test_made_again_when_it_is_not_what_was_written(folder: Path, spoil: Callable[[Path], None]) -> None:
    kept("thing-1", lambda: b"right")
    spoil(folder / "thing-1")
    assert kept("thing-1", lambda: b"again") == b"again"
    assert kept("thing-1", _never) == b"again"


def test_no_cache_where_others_may_write_or_nothing_can_be_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o777)
    assert cache_folder() is None
    assert kept("thing-1", lambda: b"made") == b"made" and not list(folder.iterdir())
    (tmp_path / "file").write_text("")
    for place in (str(tmp_path / "file"), "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", place)
        assert cache_folder() is None
        assert kept("thing-1", lambda: b"made") == b"made"
