"""GitHub: incidents, planned changes and action items kept as issues."""
