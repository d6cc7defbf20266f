"""A :class:`~prodmeet_kit.evidence.glance.Glance` as HTML with small drawings in it, and as Markdown."""
