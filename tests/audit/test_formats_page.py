"""docs/formats.md names every kind with its members, and docs/verifying.md every joint in its order."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from archives import Told
from forgery import opened
from okuzuke.audit.evidence import OTHERS
from okuzuke.audit.verifier import Joint
from okuzuke.registry.known import READERS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def kinds() -> dict[str, set[str]]:
    page = (DOCS / "formats.md").read_text(encoding="utf-8")
    lines = page.partition("## Kinds")[2].partition("\n## ")[0].splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `")]
    return {row[1].strip(" `"): set(re.findall(r"[a-z_0-9]+", re.sub(r"`[^`]*`", "", row[2]))) - {"or"} for row in rows}


def test_the_page_of_formats_names_every_kind() -> None:
    assert set(kinds()) == {*READERS, *OTHERS}


def test_the_page_of_formats_names_the_members_of_every_kind(exported: Callable[[str, str], bytes], told: Told) -> None:
    parts = opened(exported(told.entries["snapshot"], "auditor"))
    found = {}
    for _, document in parts["documents"].values():
        subject = document["statement"]["credentialSubject"]
        found[subject["kind"]] = set(subject["public"])

    assert found == {kind: members for kind, members in kinds().items() if kind in found}
    assert len(found) > 15


def test_the_page_on_verifying_names_every_joint_in_its_order() -> None:
    page = (DOCS / "verifying.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| \d+ \| ([a-z ]+) \|", page, re.MULTILINE) == [joint.value for joint in Joint]
