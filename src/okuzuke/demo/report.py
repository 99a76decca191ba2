from __future__ import annotations
from pathlib import Path
from okuzuke.demo.findings import Findings
from okuzuke.demo.telling import Telling, write
def write_report(telling: Telling, findings: Findings) -> Path:
    p = telling.archive.path/'report'/'index.html'
    write(p, b'x')
    return p
