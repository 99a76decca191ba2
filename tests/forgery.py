"""What an attacker does: change a bundle and seal it anew, or, holding keys, write into a log what no rule admits."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update

from archives import Chance, Told
from okuzuke.archive import Archive
from okuzuke.audit.verifier import Joint, Report, verify
from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import Entry
from okuzuke.core.intervals import format_instant
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.snapshot import Refused
from okuzuke.ledger import store, submission
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.registry.parties import Capacity
from okuzuke.storage import schema

Parts = dict[str, Any]
"""A bundle as plain JSON, to be changed at will."""


def opened(data: bytes) -> Parts:
    parts = json.loads(data)
    assert isinstance(parts, dict)
    return parts


def sealed(parts: Parts) -> bytes:
    """Return the bundle sealed anew, as any attacker can."""
    body = {name: value for name, value in parts.items() if name != "seal"}
    return rfc8785.dumps({**body, "seal": hashlib.sha256(rfc8785.dumps(body)).hexdigest()})


def failing(report: Report) -> Joint | None:
    """Return the first joint that fails."""
    return next((checked.joint for checked in report.joints if not checked.holds), None)


def detail(report: Report, joint: Joint) -> str:
    return next(checked.detail for checked in report.joints if checked.joint is joint)


class Forger:
    """An operator who holds every key of the log and asks no rule."""

    def __init__(self, told: Told, folder: Path) -> None:
        shutil.copytree(told.folder, folder / "forged")
        self.told = told
        chance = Chance(told.salts, told.now)
        self.archive = Archive.open(folder / "forged", now=chance.tick, entropy=chance.entropy)

    def record(
        self,
        draft: Draft,
        key: Ed25519PrivateKey | None = None,
        sets: Sequence[RowSet] = (),
        kinds: store.Kinds | None = None,
    ) -> Entry:
        """Sign the draft, by default with its signer's own key, and append it unasked."""
        assert draft.signer is not None
        signed = self.archive.journal.signed(draft, key or self.told.keys[draft.signer], sets)
        return self.append(signed, kinds)

    def erase(self, target: str) -> None:
        """Erase as an operator might that runs other code, which clears what ours would not."""
        every = frozenset(kind for kind, _ in self.archive.journal.kinds) - {"erase", "slots"}
        with patch("okuzuke.archive._ERASABLE", every):
            self.archive.erase(target, "asked to")

    def append(self, signed: Submission, kinds: store.Kinds | None = None) -> Entry:
        journal = self.archive.journal
        with journal.writing() as connection:
            # Without the plain digest the log no longer knows that it has recorded a statement before.
            connection.execute(update(schema.entry).values(statement_digest=None))
            item = store.append(connection, signed, journal.now(), journal.entropy(32), kinds or journal.kinds)
        return item.entry

    def draft(
        self, kind: str, signer: str, capacity: Capacity, public: JsonObject, *rests_on: Entry, version: int = 1
    ) -> Draft:
        party = self.told.parties[signer]
        beneath = tuple(RestsOn(entry=entry) for entry in dict.fromkeys([Entry(party), *rests_on]))
        return Draft(kind, party, capacity, public, {}, beneath, version)

    def snapshot(
        self,
        change: Callable[[list[Place], list[Refused]], None] | None = None,
        public: Mapping[str, str | bool] | None = None,
        beneath: Callable[[Sequence[RestsOn]], Sequence[RestsOn]] = lambda rests_on: rests_on,
    ) -> Entry:
        """Freeze the story's snapshot again with its rows, its public face or its grounds changed."""
        frozen = self.archive.datasets.read(self.told.entries["snapshot"])
        places, refused = list(frozen.places), list(frozen.refused)
        if change is not None:
            change(places, refused)
        manifest = self._set([place.to_row() for place in places])
        left_out = self._set([item.to_row() for item in refused]) if refused else None
        with self.archive.database.reading() as connection:
            first = store.recorded(connection, frozen.entry).statement
            last = store.last_instant(connection)
        assert last is not None
        face = {
            **first.public,
            "manifest": manifest.to_json(),
            "refused": left_out.to_json() if left_out is not None else None,
            "frozen_at": format_instant(last),
            **(public or {}),
        }
        entries = dict.fromkeys(
            [Entry(self.archive.operator), *(entry for place in places for entry in place.rests_on)]
        )
        rests_on = [RestsOn(set_root=manifest.root), *(RestsOn(entry=entry) for entry in entries)]
        draft = Draft("snapshot", self.archive.operator, Capacity.OPERATOR, face, {}, tuple(beneath(rests_on)))
        sets = [manifest, *([left_out] if left_out is not None else [])]
        return self.record(draft, sets=sets, kinds={("snapshot", 1): lambda _connection, _item: None})

    def report(self, subject: str, reader: str = "auditor") -> Report:
        return verify(self.archive.export(subject, reader).to_bytes(), self.archive.trust())

    def _set(self, rows: Sequence[JsonObject]) -> RowSet:
        return submission.set_of([submission.row_of(row, self.archive.journal.entropy(32)) for row in rows])
