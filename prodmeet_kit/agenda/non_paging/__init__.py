"""The agenda item non-paging events."""
