"""Findings drawn: headline with its question, the figure, and beside it what matters in few words."""
