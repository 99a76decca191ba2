"""One thread a process, so that tests run side by side and give the same floats; hypothesis says how to repeat."""

from __future__ import annotations

import os

from hypothesis import settings

for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "RAYON"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

# A deadline fails on a loaded machine, not on a wrong program.
settings.register_profile("okuzuke", deadline=None, print_blob=True)
settings.load_profile("okuzuke")
