"""The agenda item outages."""
