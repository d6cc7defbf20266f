"""How every benchmark tells a figure beside its target."""

from __future__ import annotations

__all__ = ["told"]


def told(what: str, value: float, unit: str, most: float) -> bool:
    """Print the figure and its target; whether it was met."""
    well = value <= most
    print(f"{what}: {value:.2f}{unit} (target at most {most:.2f}{unit}){'' if well else ': MISSED'}")
    return well
