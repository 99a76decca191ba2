"""The dedicated sets that are drawn: which style of the package each one asks for, and what of it is varied.

A further set is one entry in `people` or `things`, with a title in `catalogue`.
"""

from __future__ import annotations

from okuzuke.demo.sets.people import PEOPLE
from okuzuke.demo.sets.things import THINGS

SETS = {**THINGS, **PEOPLE}
