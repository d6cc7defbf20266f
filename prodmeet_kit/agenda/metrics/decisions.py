"""What to do about objectives, in the metrics item: the decision matrix with what is known and what has to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.analysis.slo.decision_matrix import MATRIX
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.schemas.slo import DECISIONS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["decision_table"]


def decision_table(decisions: pd.DataFrame) -> Table:
    """``DECISIONS`` as people read it, one row a service."""
    import pandas as pd

    words = {
        "met": t("met"),
        "missed": t("not met"),
        "low": t("low"),
        "high": t("high"),
        "unknown": t("not known"),
    }
    frame = decisions.assign(
        **{f"{name}_text": decisions[name].map(words) for name in ("slo", "toil", "satisfaction")},
        advice_text=[_advice(row) for row in DECISIONS.rows(decisions)],
        ask_text=pd.Series([_asked(row) for row in DECISIONS.rows(decisions)], dtype="object"),
    )
    columns = (
        Column("service", t("Service")),
        Column("slo_text", t("Objectives")),
        Column("toil_text", t("Toil")),
        Column("satisfaction_text", t("Users' satisfaction")),
        Column("advice_text", t("Advice")),
        Column("ask_text", t("To ask"), "list"),
    )
    caption = t("After the decision matrix of the SRE Workbook, chapter 2")
    return Table(
        t("What to do about the objectives"),
        frame,
        columns,
        anchor=("service",),
        folded=True,
        caption=caption,
        place="objectives",
    )


def _advice(row: Mapping[str, Any]) -> str:
    words = {
        "relax_process": t("release faster, or move effort to another service"),
        "tighten": t("tighten the objective"),
        "fewer_alerts": t(
            "make alerts less sensitive where they were wrong; else loosen the objective or cut the toil"
        ),
        "loosen": t("loosen the objective"),
        "more_alerts": t("make alerts more sensitive"),
        "offload_and_fix": t("hand toil back and fix the product"),
    }
    if list(row["ask"]) == ["satisfaction"] and len(row["advice"]) > 1:
        content, not_content = (words[MATRIX[row["slo"], row["toil"], level]] for level in ("high", "low"))
        return t("if users are satisfied: {content}; if not: {not_content}", content=content, not_content=not_content)
    return t(" or ").join(words[code] for code in row["advice"])


def _asked(row: Mapping[str, Any]) -> list[str]:
    questions = {
        "slo": t(
            "Which metric shows whether users of {service} get the quality they were promised?", service=row["service"]
        ),
        "toil": t("How much manual work does {service} cause?", service=row["service"]),
        "satisfaction": t("Are the users of {service} satisfied?", service=row["service"]),
    }
    return [questions[name] for name in row["ask"]]
