"""What the facts mean: pure functions, frames in, frames out.

Every function returns a frame of a spec in :mod:`prodmeet_kit.schemas.frames`. Nothing
here asks a server, reads a file or draws; a reason is a code, never a sentence.
"""
