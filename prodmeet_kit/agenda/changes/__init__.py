"""The agenda item planned changes."""
