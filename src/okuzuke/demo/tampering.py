"""Bundles changed by someone who knows how, each then sealed anew: the verifier must say no, and where."""

from __future__ import annotations

from collections.abc import Mapping

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, verify
from okuzuke.demo import outputs_tampered, rights_tampered
from okuzuke.demo.forger import Forger, Workshop
from okuzuke.demo.specimens import Specimen, Tried

_ORDER = list(Joint)

TAMPERINGS = tuple(
    sorted(
        (*rights_tampered.TAMPERINGS, *outputs_tampered.TAMPERINGS), key=lambda tampering: _ORDER.index(tampering.joint)
    )
)
"""In the order of the joints; each joint but the trust file's own is named once at least."""


def attempt(workshop: Workshop, genuine: Mapping[Specimen, Bundle], trust: Trust) -> tuple[Tried, ...]:
    """Return what the verifier says to every tampering."""
    forgers = {specimen: Forger(workshop, bundle) for specimen, bundle in genuine.items()}
    found: list[Tried] = []
    for tampering in TAMPERINGS:
        report = verify(tampering.make(forgers[tampering.on]), trust)
        caught = report.conclusion.startswith(f"FAILED at {tampering.joint}: ")
        found.append(Tried(tampering.ja, tampering.en, tampering.joint, tampering.on.value, report.conclusion, caught))
    return tuple(found)
