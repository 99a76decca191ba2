"""Make the golden bundle anew: `python tests/golden/make.py`. A change of its bytes is a new version of a format.

The pictures are drawn once and kept, as another version of Pillow may compress them otherwise.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent
BUNDLE = GOLDEN / "first.okz"
TRUST = GOLDEN / "trust.json"
PICTURES = GOLDEN / "pictures"


def make() -> tuple[bytes, bytes]:
    """Return the bundle and the trust file that today's code makes of the archive."""
    import archives  # noqa: PLC0415 # when run as a script, tests/ is put on the path below

    with tempfile.TemporaryDirectory() as folder:
        told = archives.build(Path(folder), pictures=PICTURES)
        with told.open() as archive:
            return archive.export(told.entries["snapshot"], "auditor").to_bytes(), archive.trust().to_bytes()


if __name__ == "__main__":
    sys.path.insert(0, str(GOLDEN.parent))
    if not PICTURES.exists():
        import archives

        archives.draw(PICTURES)
    bundle, trust = make()
    BUNDLE.write_bytes(bundle)
    TRUST.write_bytes(trust)
    sys.stdout.write(f"{len(bundle)} bytes in {BUNDLE}\n")
