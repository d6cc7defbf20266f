"""The agenda item paging events."""
