"""Metric sources: what each declares, the settings they share, and whether a product fits the one it has."""
