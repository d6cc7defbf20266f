"""What is sent to a worker and back: only what a report reads, no credential, and nothing out of the folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.pipeline.parcel import own_files, pack, shared_files, tree, unpack

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMII\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(files: object) -> list[str]:
    return [name for name, _ in files]  # type: ignore[attr-defined]


def test_what_is_packed_comes_out_as_it_was(tmp_path: Path) -> None:
    write(tmp_path / "from", a="1", b__c="2")
    unpack(pack(tree(tmp_path / "from", "x")), tmp_path / "to")
    assert {path.relative_to(tmp_path / "to").as_posix(): path.read_text() for path in (tmp_path / "to").rglob("?")
            if path.is_file()} == {"x/a": "1", "x/b/c": "2"}  # fmt: skip


def test_hidden_files_and_private_keys_stay(tmp_path: Path) -> None:
    write(tmp_path / "from", shop="s", **{".env": "TOKEN=x", "client": KEY, ".git__config": "x"})
    unpack(pack(tree(tmp_path / "from", "")), tmp_path / "to")
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["shop"]


def test_a_product_gets_its_own_minutes_everybodys_inbox_and_its_earlier_reports_without_their_data(
    tmp_path: Path,
) -> None:
    write(tmp_path / "parameters", **{"shop.yaml": "", "other.yaml": "", "shop__incidents.csv": ""})
    write(tmp_path / "minutes", shop__decisions__a="", shop__inbox__b="", other__decisions__c="", other__inbox__d="")
    day = tmp_path / "reports" / "shop" / "2026-11-16"
    write(day, **{"review.json": "{}", "report.html": "", "snapshot__manifest.json": "{}"})
    write(day / "snapshot", **{"records__alert_rules.parquet": "", "series__1.parquet": ""})
    write(tmp_path / "reports" / "other" / "2026-11-16", **{"review.json": "{}"})
    assert names(shared_files(tmp_path)) == [
        "parameters/other.yaml", "parameters/shop/incidents.csv", "parameters/shop.yaml", "minutes/other/inbox/d",
        "minutes/shop/inbox/b",
    ]  # fmt: skip
    earlier = "reports/shop/2026-11-16"
    assert names(own_files(tmp_path, "shop")) == [
        "minutes/shop/decisions/a", f"{earlier}/review.json", f"{earlier}/snapshot/manifest.json",
        f"{earlier}/snapshot/records/alert_rules.parquet",
    ]  # fmt: skip


def test_too_much_is_refused_on_both_sides(tmp_path: Path) -> None:
    write(tmp_path / "from", a="x" * 600, b="x" * 600)
    with pytest.raises(InputError, match="b: with it, more than"):
        pack(tree(tmp_path / "from", ""), most=1000)
    with pytest.raises(ValueError, match="a parcel holds 'b'"):
        unpack(pack(tree(tmp_path / "from", "")), tmp_path / "to", most=1000)


def parcel_of(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", times: int = 1) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as parcel:
        for _ in range(times):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            parcel.addfile(member)
    return packed.getvalue()


@pytest.mark.parametrize(
    "parcel",
    [
        parcel_of("../out"),
        parcel_of("/out"),
        parcel_of("a/../../out"),
        parcel_of("link", tarfile.SYMTYPE, "/etc"),
        parcel_of("link", tarfile.LNKTYPE, "../out"),
        parcel_of("pipe", tarfile.FIFOTYPE),
        parcel_of("twice", times=2),
        parcel_of("cut")[:30],
        b"no parcel",
    ],
    ids=["above", "absolute", "through", "link", "hard link", "pipe", "twice", "cut", "other"],
)
def test_what_no_kit_packed_is_refused(tmp_path: Path, parcel: bytes) -> None:
    folder = tmp_path / "in" / "deep"
    folder.mkdir(parents=True)
    with pytest.raises(ValueError, match="a parcel"):
        unpack(parcel, folder)
    assert not list(tmp_path.rglob("out")) and not list(tmp_path.rglob("link"))
