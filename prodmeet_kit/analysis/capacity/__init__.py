"""Load and resources: use, headroom, efficiency, limits coming near."""
