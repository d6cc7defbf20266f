"""What an answer says that is no number: infinities and NaN are not known, and never a count.

An exporter or a division by zero says ``+Inf`` or ``NaN`` where it does not know. As a total it would pass every
objective with the whole budget left.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prodmeet_kit.facts import Answer

__all__ = ["known"]


def known(answer: Answer) -> Answer:
    """The answer, with an error where none of its numbers is finite, and a warning that counts the others.

    The points themselves stay as they came. A limit is left alone: infinite, it says that there is none.
    """
    frame = answer.frame
    if frame is None or not frame.shape[1] or answer.question.key.endswith(("/limit", "/request")):
        return answer
    values = frame.to_numpy(dtype=np.float64)
    if answer.question.instant and not np.isfinite(values).all():
        strange = values[~np.isfinite(values)].ravel()
        text = f"the server answered {_name(strange[0])}, which is no number: {_ZERO}"
        return replace(answer, frame=None, error=text)
    infinite = np.isinf(values)
    if not infinite.any():
        return answer
    name = _name(values[infinite].ravel()[0])
    if not np.isfinite(values).any():
        return replace(answer, frame=None, error=f"the server answered {name} alone, which is no number: {_ZERO}")
    text = f"{int(infinite.sum())} of {values.size} values are {name}, which is no number: taken as missing"
    return replace(answer, warnings=(*answer.warnings, text))


_ZERO = "does the query divide by zero, or read an exporter that does not know?"


def _name(value: float) -> str:
    return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
