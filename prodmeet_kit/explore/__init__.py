"""Exploring a review: what was asked and answered, one SLO, one moment, now against before, and queries of one's own.

The verbs are methods of a review (:mod:`.verbs`); what they give displays
itself in a notebook and holds the frame behind what it shows.
"""

from __future__ import annotations
