"""Where facts come from: one module for each kind of system.

To add a kind, copy :mod:`.minutes.minutes` (the smallest), read :mod:`.base` (the
contract) and add a line to :mod:`.registry`.
"""
