"""Agenda items of what people wrote: action items, questions to the SREs, toil, topics."""
