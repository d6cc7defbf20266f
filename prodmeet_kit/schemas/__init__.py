"""The columns of every frame that crosses a wall, declared once."""
