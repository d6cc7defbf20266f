"""Alerting rules: when they fired, what they read, and when standard rules would have fired."""
