"""A stranger verifies with the base install, no database, no pictures, no tensors, no network."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from archives import Told
from okuzuke.audit.trust import Trust

PROGRAM = """
import json, socket, sys

FORBIDDEN = {"torch", "sqlalchemy", "numpy", "c2pa", "PIL", "iscc_lib", "typer", "httpx", "urllib3", "requests"}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in FORBIDDEN:
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())

def refuse(*args, **named):
    raise AssertionError("a socket was opened")

socket.socket = socket.create_connection = socket.getaddrinfo = refuse

from pathlib import Path
from okuzuke.audit import trust, verifier

report = verifier.verify(Path(sys.argv[1]).read_bytes(), trust.read(Path(sys.argv[2])))
loaded = sorted(FORBIDDEN & {name.split(".")[0] for name in sys.modules})
own = sorted(name for name in sys.modules if name.startswith("okuzuke.") and name.endswith((".store", ".desk")))
print(json.dumps([report.conclusion, loaded, own]))
"""


def test_the_verifier_runs_where_nothing_else_is_installed_and_no_network_is(
    exported: Callable[[str, str], bytes], told: Told, trust: Trust, tmp_path: Path
) -> None:
    (tmp_path / "bundle.okz").write_bytes(exported(told.entries["snapshot"], "auditor"))
    (tmp_path / "trust.json").write_bytes(trust.to_bytes())

    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, tmp_path / "bundle.okz", tmp_path / "trust.json"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": ""},
        cwd=tmp_path,
    )

    conclusion, loaded, own = json.loads(done.stdout)
    assert conclusion.startswith("matches the record")
    assert loaded == []
    assert own == []
