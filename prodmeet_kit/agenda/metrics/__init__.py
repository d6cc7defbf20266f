"""The agenda item metrics: SLOs, load over time, resources and efficiency."""
