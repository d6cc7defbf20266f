"""The kit's own kinds, a module each with ``KIND``; a module that is put here needs no line elsewhere."""
