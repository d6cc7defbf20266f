"""SLO arithmetic: attainment, error budgets, burns, SLO events."""
