"""Sets of fonts that a Chromium finds instead of the machine's own: layout holds with any of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

__all__ = ["SETS", "FontSet", "configure"]

_PLACES = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/texmf/fonts", "/Library/Fonts")


@dataclass(frozen=True)
class FontSet:
    """Fonts that a machine may have alone: families, the files they are in, and Debian's package of them."""

    name: str
    sans: str
    mono: str
    files: tuple[str, ...]
    package: str
    others: tuple[str, ...] = ()
    """Families for letters that ``sans`` lacks."""


SETS = (
    FontSet(
        "dejavu", "DejaVu Sans", "DejaVu Sans Mono",
        ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"),
        "fonts-dejavu-core",
    ),
    FontSet(
        "liberation", "Liberation Sans", "Liberation Mono",
        ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationMono-Regular.ttf"),
        "fonts-liberation",
    ),
    FontSet(
        "noto", "Noto Sans", "Noto Sans Mono CJK JP",
        ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
        "fonts-noto-core fonts-noto-cjk",
        ("Noto Sans CJK JP",),
    ),
)  # fmt: skip


def configure(fonts: FontSet, folder: Path, places: Iterable[str] = _PLACES) -> Path:
    """Write a ``fonts.conf`` of this set alone, for ``FONTCONFIG_FILE``. Raises ``LookupError`` where one is missing.

    The families that a page may name before it falls back are not there, so that it is shown in ``sans``.
    """
    found = {path.name: path for place in places for path in Path(place).rglob("*") if path.name in fonts.files}
    if missing := [name for name in fonts.files if name not in found]:
        raise LookupError(f"not installed: {', '.join(missing)}: apt-get install {fonts.package}")
    alone = folder / "fonts"
    alone.mkdir()
    for name, path in found.items():
        (alone / name).symlink_to(path)
    generic = dict.fromkeys(("sans", "sans-serif", "serif", "system-ui"), fonts.sans)
    generic |= dict.fromkeys(("mono", "monospace", "ui-monospace"), fonts.mono)
    lines = [f"<dir>{escape(str(alone))}</dir>", f"<cachedir>{escape(str(folder / 'cache'))}</cachedir>"]
    for name, family in generic.items():
        families = "".join(f"<family>{each}</family>" for each in (family, *fonts.others))
        lines.append(f"<alias binding='same'><family>{name}</family><prefer>{families}</prefer></alias>")
    lines.append(f"<match><edit name='family' mode='append_last'><string>{fonts.sans}</string></edit></match>")
    path = folder / "fonts.conf"
    head = '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
    path.write_text("\n".join([head, "<fontconfig>", *lines, "</fontconfig>", ""]), encoding="utf-8")
    return path
