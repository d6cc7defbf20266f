"""What deserves the meeting's minutes: a score and a length for each rule, and how the minutes are shared."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from prodmeet_kit.parameters.fields import Model
from prodmeet_kit.parameters.validation import did_you_mean

__all__ = ["DEFAULTS", "AgendaRules", "Weight"]

DEFAULTS: dict[str, tuple[float, float]] = {
    "slo_missed": (90, 3),
    "event_unpaged": (80, 3),
    "outage": (75, 3),
    "budget_spent": (70, 2),
    "postmortem_owed": (70, 1),
    "page_late": (65, 2),
    "saturated": (65, 1),
    "slo_unknown": (60, 1),
    "change_at_risk": (60, 2),
    "regression": (55, 2),
    "action_reopened": (55, 1),
    "untold_event": (55, 2),
    "slo_worse": (50, 2),
    "page_wrong_way": (50, 1),
    "page_noise": (45, 2),
    "page_could_wait": (40, 1),
    "limit_near": (45, 2),
    "action_overdue": (45, 1),
    "borrowed_overdue": (45, 1),
    "load_unusual": (40, 1),
    "change_needs_response": (40, 1),
    "attention": (40, 1),
    "load_moved": (35, 1),
    "topic": (35, 2),
    "page_unclear": (35, 1),
    "consultation": (30, 2),
    "page_duplicate": (25, 1),
    "toil": (20, 2),
    "page_maintenance": (25, 1),
    "objective_to_revise": (25, 1),
    "page_right": (20, 1),
    "noise": (15, 0.5),
    "action_done": (15, 0.5),
    "all_quiet": (10, 1),
}
"""Score and minutes of each rule, as ``parameters/defaults.yaml`` shows them to people (a test holds the two equal).

A finding may add to its rule's score by its size, at most 30.
"""


def _known(rule: str) -> str:
    if rule not in DEFAULTS:
        raise ValueError(did_you_mean(rule, DEFAULTS))
    return rule


Rule = Annotated[str, AfterValidator(_known)]

Share = Annotated[float, Field(gt=0, le=1)]


class Weight(Model):
    """What a finding of one rule weighs."""

    score: float = Field(ge=0, le=200, description="How pressing: the highest is discussed first")
    minutes: float = Field(gt=0, le=60, description="How long it takes to decide")


class AgendaRules(Model):
    """How the meeting's minutes are shared among what was found."""

    weights: dict[Rule, Weight] = Field(
        default_factory=lambda: {
            rule: Weight(score=score, minutes=minutes) for rule, (score, minutes) in DEFAULTS.items()
        },
        validate_default=True,
        description="Score and minutes by rule; what is left out keeps its default",
    )
    caps: dict[str, Share] = Field(
        default_factory=lambda: {"metrics": 0.5, "paging_events": 0.4, "non_paging_events": 0.4, "action_items": 0.4},
        description="The most of the meeting an agenda item gets while others still want, as a share",
    )
    lift: float = Field(default=10, ge=0, description="What each meeting in the annex adds to a score")
    patience: int = Field(default=3, ge=1, description="Meetings in the annex after which it goes before all else")

    @field_validator("weights", mode="before")
    @classmethod
    def _over_the_defaults(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        base: dict[str, Any] = {rule: {"score": score, "minutes": length} for rule, (score, length) in DEFAULTS.items()}
        for rule, weight in written.items():
            usual = base.get(rule, {"score": 0, "minutes": 1})  # of an unknown rule only its name is told
            base[rule] = {**usual, **weight} if isinstance(weight, dict) else weight
        return base
