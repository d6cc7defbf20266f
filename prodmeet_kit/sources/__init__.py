"""Where facts come from: one module for each kind of system.

To add a kind, copy :mod:`.from_minutes` (the smallest), read :mod:`.base` (the
contract) and add a line to :mod:`.registry`.
"""
