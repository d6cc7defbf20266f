"""The folder of reports: what lies in one, what people wrote there, and the earlier meeting."""
