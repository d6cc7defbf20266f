"""GitHub: incidents, planned changes and action items as issues."""
