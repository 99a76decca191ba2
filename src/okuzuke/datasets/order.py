"""In which order the families of a manifest are drawn, so that a removed one moves no other. Pure.

The first *phase* of a run draws from families that nobody can take back, the last from every family, so that a removal
replays only the last, and what cannot be taken back is not forgotten there. Inside a phase each epoch is sorted by a
keyed PRF,

    HMAC-SHA-256(order seed, JCS ["okuzuke/order/v1", phase, epoch, family])        (epoch as a decimal string)

one *place* a family an epoch. A family of n members gives member number (epoch mod n), by slot, tombstones counted; a
tombstone keeps its place in the batch and weighs nothing there.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from okuzuke.core.canonical import canonical_bytes
from okuzuke.core.ids import WorkId
from okuzuke.datasets.manifest import Place, Tombstone
from okuzuke.registry.decision import Basis
from okuzuke.registry.grants import Grant, Ground
from okuzuke.registry.known import Statements


class Phase(StrEnum):
    """From which families a stretch of a run draws."""

    IRREVOCABLE = "irrevocable"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Family:
    """Copies that count once: the places of a manifest that carry one family, in slot order."""

    family: WorkId
    members: tuple[Place | Tombstone, ...]
    irrevocable: bool

    @property
    def first(self) -> Place | None:
        """The member at the lowest slot that is still there, None where every one was removed."""
        return next((member for member in self.members if isinstance(member, Place)), None)

    @property
    def places(self) -> tuple[Place, ...]:
        """The members that are still there."""
        return tuple(member for member in self.members if isinstance(member, Place))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One place of a batch: which family stands there in which epoch, and the member it gives."""

    family: WorkId
    epoch: int
    member: Place | Tombstone


def irrevocable(place: Place, known: Statements) -> bool:
    """Say whether nobody who gave the work can take it back before the term that was agreed.

    So stands a dedication, and a work whose grants, those of the works beneath it too, all end by no notice and name no
    breach as a ground: a breach is asserted by the holder alone, while a court's word, voidness and rescission need a
    verifier without interest, and expiry is the term itself. A suspension or a later "no" stops the next snapshot and
    ends nothing. A granted work whose grants this reader cannot see counts as revocable.
    """
    grants = [body for entry in place.rests_on if (body := known.body(entry, Grant)) is not None]
    lasting = all(
        grant.revocation.notice_days is None and grant.revocation.grounds.isdisjoint({Ground.NOTICE, Ground.BREACH})
        for grant in grants
    )
    return lasting and (bool(grants) or place.basis is Basis.DEDICATION)


def families(places: Sequence[Place | Tombstone], lasting: Callable[[Place], bool]) -> tuple[Family, ...]:
    """Return the families of a manifest in the order of their ids; `lasting` says which places are irrevocable.

    A family is irrevocable where every member is. A tombstone counts as revocable, for what could be removed was; an
    irrevocable family that leaves after all (voided, a finding withdrawn) takes the codec with it, so that run begins
    at step 0 and no place needs to stand still.
    """
    members: dict[WorkId, list[Place | Tombstone]] = {}
    for place in sorted(places, key=lambda place: place.slot):
        members.setdefault(place.family, []).append(place)
    return tuple(
        Family(family, tuple(held), all(isinstance(place, Place) and lasting(place) for place in held))
        for family, held in sorted(members.items())
    )


def removed(found: Sequence[Family], works: Collection[WorkId]) -> tuple[Family, ...]:
    """Return the families with tombstones where these works were; every family keeps its phase."""
    return tuple(
        replace(
            family,
            members=tuple(
                Tombstone(member.slot, member.family) if isinstance(member, Place) and member.work in works else member
                for member in family.members
            ),
        )
        for family in found
    )


def of_phase(found: Sequence[Family], phase: Phase) -> tuple[Family, ...]:
    """Return the families a phase draws from."""
    return tuple(family for family in found if family.irrevocable or phase is Phase.EVERY)


def epoch_order(seed: str, phase: Phase, epoch: int, found: Sequence[Family]) -> tuple[Family, ...]:
    """Return the families in the order of one epoch; `seed` is the order seed, 64 hexadecimal characters."""
    return tuple(sorted(found, key=lambda family: (_rank(seed, phase, epoch, family.family), family.family)))


class Order:
    """The endless sequence of places of one phase; any stretch of it can be asked for at once."""

    def __init__(self, seed: str, phase: Phase, found: Sequence[Family]) -> None:
        self.phase = phase
        self.families = tuple(found)
        self._epoch = lru_cache(2)(lambda epoch: epoch_order(seed, phase, epoch, self.families))

    def drawn(self, start: int, count: int) -> tuple[Drawn, ...]:
        """Return `count` places from number `start` of the phase on."""
        assert self.families, "a phase without families draws nothing"
        return tuple(self._drawn(start, count))

    def _drawn(self, start: int, count: int) -> Iterator[Drawn]:
        for at in range(start, start + count):
            epoch, number = divmod(at, len(self.families))
            family = self._epoch(epoch)[number]
            yield Drawn(family.family, epoch, family.members[epoch % len(family.members)])


def _rank(seed: str, phase: Phase, epoch: int, family: WorkId) -> bytes:
    words = canonical_bytes(["okuzuke/order/v1", phase.value, str(epoch), family])
    return hmac.digest(bytes.fromhex(seed), words, "sha256")
