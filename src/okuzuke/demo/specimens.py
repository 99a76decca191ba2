"""Which bundle each tampering is tried on: the smallest that carries the joint, all of them under one checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from okuzuke.audit.bundle import AUDITOR, PUBLIC
from okuzuke.audit.exporter import Wanted
from okuzuke.audit.verifier import Joint
from okuzuke.core.ids import Entry
from okuzuke.demo.cast import AUTHOR, ILLUSTRATOR, VISITOR
from okuzuke.demo.forger import Forger
from okuzuke.demo.freezing import Taken
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.selling import MONTH, Sold
from okuzuke.demo.telling import Telling
from okuzuke.registry.grants import Dedication, Grant


class Specimen(StrEnum):
    """A genuine bundle, by what it is on and for whom."""

    GRANT = "the committee's grant, for an auditor"
    DEDICATION = "a dedication, for the public"
    MANIFEST = "snapshot A, for the public"
    WORKS = "snapshot A, for the illustrator"
    SNAPSHOT = "snapshot A, for an auditor"
    PICTURE = "a paid picture, for the public"
    SHARES = "a paid picture, for the author of the original"
    CREDITS = "what pictures cost, for the user"
    ACCOUNT = "a statement of account, for the illustrator"


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was done to a bundle, and the joint that has to say so."""

    ja: str
    en: str
    joint: Joint
    on: Specimen
    make: Callable[[Forger], bytes]


@dataclass(frozen=True, slots=True)
class Tried:
    """What the verifier said to a tampered bundle; `caught` if it named the joint."""

    ja: str
    en: str
    joint: Joint
    on: str
    said: str
    caught: bool


def specimens(telling: Telling, daruma: Entry, taken: Taken, sold: Sold) -> Mapping[Specimen, Wanted]:
    """Return what to export for the tamperings."""
    known, parties = telling.archive.registry.known(), telling.parties
    grant = next(fact.entry for fact, body in known.about(daruma, Grant) if body.sheet is not None)
    dedication = next(fact.entry for fact in known.facts.values() if isinstance(fact.body, Dedication))
    snapshot, picture = taken.frozen.entry, sold.of(DARUMA)[0].entry
    illustrator = parties[ILLUSTRATOR.name]
    return {
        Specimen.GRANT: Wanted(grant, AUDITOR),
        Specimen.DEDICATION: Wanted(dedication, PUBLIC),
        Specimen.MANIFEST: Wanted(snapshot, PUBLIC),
        Specimen.WORKS: Wanted(snapshot, illustrator),
        Specimen.SNAPSHOT: Wanted(snapshot, AUDITOR),
        Specimen.PICTURE: Wanted(picture, PUBLIC),
        Specimen.SHARES: Wanted(picture, parties[AUTHOR.name]),
        Specimen.CREDITS: Wanted(sold.captures[-1], parties[VISITOR.name]),
        Specimen.ACCOUNT: Wanted(illustrator, illustrator, period=MONTH),
    }
