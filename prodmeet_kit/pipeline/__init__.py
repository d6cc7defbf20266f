"""The run behind ``prodmeet report``: a kernel started early, the notebook, the folder that appears whole.

:mod:`prodmeet_kit.pipeline.report` tells the story; each module here is one of its steps.
"""

from __future__ import annotations
