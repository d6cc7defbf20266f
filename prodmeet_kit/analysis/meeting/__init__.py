"""The meeting itself: action items, promises, toil, minutes for each subject."""
