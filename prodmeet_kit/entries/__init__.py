"""What people write: the fields of each kind of entry, and how free text and lists are read."""
