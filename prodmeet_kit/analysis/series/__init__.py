"""Series: the grid, steps, regimes, trends, and what happened at the same time."""
