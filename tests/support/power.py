"""Power cuts: what a program did to its files, and every state that a cut may leave of it.

A file system promises only what was flushed: the content of a file when the
file was, the names in a folder when the folder was. :func:`recorded` runs a
program and writes down each change of a name and each flush; :func:`cuts`
gives, for every moment between two of them, what may then be on the disk: all
names changed so far or only those that were flushed, or those and a single
later one or the first few later ones; and files that were not flushed empty.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Cut", "Recording", "cuts", "materialize", "recorded", "tell"]

ROOT = Path(__file__).parents[2]

_BEFORE = """
import sys
sys.path.insert(0, {root!r})
from tests.support import power
power.watch({folder!r}, {log!r})
"""

Tree = dict[str, "bytes | str | None"]
"""By path: the content of a file, where a link leads, or ``None`` for a folder."""


@dataclass
class Recording:
    """What stood there, what was done, and how the program ended and what it said."""

    before: Tree
    events: list[tuple[str, ...]]
    status: int
    said: str


@dataclass
class Cut:
    """A legal state after a cut: after how many events, which names counted, and what the disk holds then."""

    after: int
    how: str
    tree: Tree
    told: tuple[str, ...]
    """What the program had told by then (:func:`tell`): it must be so."""


def recorded(folder: Path, program: str, *, timeout: float = 100) -> Recording:
    """Run a Python program in a process of its own, and record what it does below ``folder``."""
    before = _tree(folder)
    log = folder.parent / f"{folder.name}.events"
    head = _BEFORE.format(root=str(ROOT), folder=str(folder), log=str(log))
    done = subprocess.run(
        [sys.executable, "-c", head + program],
        capture_output=True, text=True, check=False, timeout=timeout,
    )  # fmt: skip
    events = []
    with log.open("rb") as stream:
        while True:
            try:
                events.append(pickle.load(stream))
            except EOFError:
                break
    return Recording(before, events, done.returncode, done.stdout + done.stderr)


_note: Callable[..., None] = print


def tell(text: object) -> None:
    """Called by the program that is recorded: this is said to be done."""
    _note("tell", str(text))


def watch(folder: str, log: str) -> None:  # noqa: C901 - what it hears with is inside
    """Record, in this process, what is done to names and contents below ``folder``."""
    global _note
    out = open(log, "wb", buffering=0)  # noqa: PTH123, SIM115 - open until the process ends
    fsync = os.fsync

    def note(*event: object) -> None:
        os.write(out.fileno(), pickle.dumps(event))

    def inside(path: object, at: object = -1) -> str:
        """The path below the folder, empty when it is elsewhere. ``at`` is the folder it is relative to."""
        text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        base = _opened(at) if isinstance(at, int) and at >= 0 else str(Path.cwd())
        whole = os.path.normpath(f"{base}/{text}" if not text.startswith("/") else text)
        return whole[len(folder) + 1 :] if whole.startswith(folder + "/") else ""

    def heard(name: str, given: tuple[object, ...]) -> None:
        if name == "open" and isinstance(given[2], int) and given[2] & (os.O_CREAT | os.O_TRUNC):
            if path := inside(given[0]):
                note("create", path)
        elif name in ("os.mkdir", "os.remove", "os.rmdir"):
            if path := inside(given[0], given[2 if name == "os.mkdir" else 1]):
                note(name.removeprefix("os."), path)
        elif name in ("os.rename", "os.link"):
            old, new = inside(given[0], given[2]), inside(given[1], given[3])
            if old or new:
                note(name.removeprefix("os."), old, new)
        elif name == "os.symlink" and (path := inside(given[1], given[2])):
            note("symlink", os.fsdecode(given[0]), path)  # type: ignore[arg-type]

    def flushed(number: int) -> None:
        path = inside(_opened(number))
        whole = Path(folder, path)
        fsync(number)
        if path and whole.is_file():
            note("flush", path, whole.read_bytes())
        elif path or _opened(number) == folder:
            note("flush-names", path)

    from prodmeet_kit.core import durable

    exchanged = durable._exchanged

    def changed(one: bytes, other: bytes) -> bool:
        done = exchanged(one, other)
        if done:
            note("exchange", inside(one), inside(other))
        return done

    _note = note
    os.fsync = flushed  # type: ignore[assignment]
    durable._exchanged = changed
    sys.addaudithook(heard)


def _opened(number: int) -> str:
    return str(Path(f"/proc/self/fd/{number}").readlink())


class _Disk:
    """Files and folders as a file system keeps them: content apart from names."""

    def __init__(self, before: Mapping[str, bytes | str | None]) -> None:
        self.content: dict[int, bytes | str | dict[str, int]] = {0: {}}
        self.names: dict[int, dict[str, int]] = {0: {}}
        for path in sorted(before):
            self.add(path, before[path])

    def add(self, path: str, value: bytes | str | None) -> None:
        number = len(self.content)
        self.content[number] = b"" if value is None else value
        if value is None:
            self.names[number] = {}
        folder, name = self.at(path)
        self.names[folder][name] = number

    def at(self, path: str) -> tuple[int, str]:
        """The number of the folder a path is in, and its name there. ``KeyError`` when a part of the way is missing."""
        *way, name = path.split("/")
        folder = 0
        for part in way:
            folder = self.names[folder][part]
        return folder, name

    def number(self, path: str) -> int:
        if not path:
            return 0
        folder, name = self.at(path)
        return self.names[folder][name]


Change = tuple[tuple[int, str, "int | None"], ...]
"""One step on names: in which folder which name leads to what; two where a rename needs them together."""


@dataclass
class _Writing:
    """What is flushed, and what waits."""

    disk: _Disk
    names: dict[int, dict[str, int]]
    content: dict[int, bytes | str]
    waiting: list[Change] = field(default_factory=list)

    def tree(self, changes: list[Change]) -> Tree:
        names = {folder: dict(entries) for folder, entries in self.names.items()}
        for change in changes:
            for folder, name, number in change:
                if number is None:
                    names.setdefault(folder, {}).pop(name, None)
                else:
                    names.setdefault(folder, {})[name] = number
        found: Tree = {}

        def walk(folder: int, way: str, above: tuple[int, ...]) -> None:
            for name, number in names.get(folder, {}).items():
                path = f"{way}{name}"
                if number in self.disk.names:
                    found[path] = None
                    if number not in above:
                        walk(number, f"{path}/", (*above, number))
                else:
                    found[path] = self.content.get(number, b"")

        walk(0, "", (0,))
        return found


def cuts(recording: Recording, most: int = 1000) -> Iterator[Cut]:
    """Every state that a power cut may leave, each once; of more than ``most`` waiting names the outermost alone."""
    disk = _Disk(recording.before)
    state = _Writing(
        disk,
        {folder: dict(names) for folder, names in disk.names.items()},
        {number: content for number, content in disk.content.items() if isinstance(content, bytes | str)},
    )
    seen: set[int] = set()
    told: tuple[str, ...] = ()
    for after, event in enumerate([("nothing",), *recording.events]):
        _do(state, event)
        if event[0] == "tell":
            told = (*told, event[1])
        waiting = state.waiting if len(state.waiting) <= most else [*state.waiting[:1], *state.waiting[-most + 1 :]]
        chosen = {"all flushed": [], "all names": list(state.waiting)}
        chosen |= {f"first {count} names": waiting[:count] for count in range(1, len(waiting))}
        chosen |= {f"name {index} alone": [waiting[index]] for index in range(len(waiting))}
        for how, changes in chosen.items():
            tree = state.tree(changes)
            mark = hash((told, frozenset(tree.items())))
            if mark not in seen:
                seen.add(mark)
                yield Cut(after, how, tree, told)


def _do(state: _Writing, event: tuple[str, ...]) -> None:
    what, *given = event
    disk = state.disk
    if what == "flush":
        path, content = given
        state.content[disk.number(path)] = content
    elif what == "flush-names":
        _flush_names(state, disk.number(given[0]))
    elif what not in ("nothing", "tell"):
        change = _change(state, what, given)
        for folder, name, number in change:
            if number is None:
                disk.names[folder].pop(name, None)
            else:
                disk.names[folder][name] = number
        if change:
            state.waiting.append(change)


def _change(state: _Writing, what: str, given: list[str]) -> Change:
    disk = state.disk
    try:
        folder, name = disk.at(given[-1])
    except KeyError:
        return ()  # the call failed: its folder was not there
    old = disk.names[folder].get(name)
    if what in ("create", "mkdir", "symlink"):
        if what == "create" and old is not None:
            state.content.pop(old, None)  # cut to nothing
        return () if old is not None else ((folder, name, _made(state, what, given[0])),)
    if what in ("remove", "rmdir"):
        return () if old is None or (what == "rmdir" and disk.names[old]) else ((folder, name, None),)
    return _moved(state, what, given[0], (folder, name, old))


def _made(state: _Writing, what: str, leads: str) -> int:
    number = len(state.disk.content)
    state.disk.content[number] = b""
    if what == "mkdir":
        state.disk.names[number] = {}
    elif what == "symlink":
        state.content[number] = leads
    return number


def _moved(state: _Writing, what: str, source: str, target: tuple[int, str, int | None]) -> Change:
    folder, name, old = target
    try:
        before, first = state.disk.at(source)
        number = state.disk.names[before][first]
    except KeyError:
        return ()
    if what == "exchange":
        return ((before, first, old), (folder, name, number))
    if what == "link":
        return () if old is not None else ((folder, name, number),)
    if old is not None and state.disk.names.get(old):
        return ()  # a folder with something in it is not replaced: the call failed
    return ((before, first, None), (folder, name, number))


def _flush_names(state: _Writing, folder: int) -> None:
    """The names of a folder are on the disk; a step on two folders is when either is flushed."""
    left = []
    for change in state.waiting:
        if any(where == folder for where, _, _ in change):
            for where, name, number in change:
                names = state.names.setdefault(where, {})
                if number is None:
                    names.pop(name, None)
                else:
                    names[name] = number
        else:
            left.append(change)
    state.waiting = left


def materialize(tree: Mapping[str, bytes | str | None], folder: Path) -> None:
    """Put a state onto a real disk."""
    folder.mkdir()
    for path in sorted(tree):
        place, value = folder / path, tree[path]
        if value is None:
            place.mkdir()
        elif isinstance(value, str):
            place.symlink_to(value)
        else:
            place.write_bytes(value)


def _tree(folder: Path) -> Tree:
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = None if path.is_dir() else path.read_bytes()
    return found
