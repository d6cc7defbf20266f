"""The first screen: the clocked agenda, what was decided, how the meeting does."""
