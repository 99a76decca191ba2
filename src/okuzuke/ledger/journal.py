"""The one way into the log: signed, checked and recorded in one transaction; then receipts under a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.errors import StateError
from okuzuke.ledger import keys, store, submission
from okuzuke.ledger.checkpoint import Checkpoint, SignatureType, VerifierKey, sign
from okuzuke.ledger.statement import Draft
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.storage.database import Connection, Database

Check: TypeAlias = Callable[[Connection, Recorded, Submission], None]
"""Raises if the domain refuses the statement; what it refuses is rolled back as if never said."""


class Journal:
    """Holds the log's name and key, the clock and the entropy it was given, and what each kind means."""

    def __init__(  # everything an archive hands in once
        self,
        database: Database,
        origin: str,
        key: Ed25519PrivateKey | None,
        kinds: Kinds,
        checks: Mapping[str, Check],
        now: Callable[[], datetime],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.database = database
        self.origin = origin
        self.now = now
        self.entropy = entropy
        self.kinds = kinds
        self._key = key
        self._checks = checks

    def draft(self, draft: Draft, did: str, sets: Sequence[RowSet] = ()) -> Submission:
        """Return the unsigned submission of a draft that `did` is to sign."""
        return submission.drafted(draft, did, self.entropy, sets)

    def signed(self, draft: Draft, key: Ed25519PrivateKey, sets: Sequence[RowSet] = ()) -> Submission:
        """Return the draft signed at the journal's instant."""
        return submission.signed(self.draft(draft, keys.did_of(key.public_key()), sets), key, self.now())

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the writing transaction, for statements that must stand or fall together."""
        with self.database.writing() as connection:
            yield connection

    def record(self, item: Submission) -> Recorded:
        """Record one signed statement durably and return it; the same document again returns its entry."""
        with self.writing() as connection:
            return self.record_in(connection, item)

    def record_in(self, connection: Connection, item: Submission) -> Recorded:
        """Record within a transaction of the caller's."""
        size = store.size(connection)
        recorded = store.append(connection, item, self.now(), self.entropy(store.SALT_BYTES), self.kinds)
        if recorded.position >= size:
            self._checks[recorded.statement.kind](connection, recorded, item)
        return recorded

    @property
    def verifier_key(self) -> VerifierKey:
        """The log's key as a C2SP vkey."""
        return VerifierKey(self.origin, SignatureType.ED25519, self._signing_key.public_key().public_bytes_raw())

    def checkpoint(self) -> str:
        """Return the signed note of the log as it stands; every note once signed is kept and given again.

        The head is durable before it is signed: a signature over what a crash takes back would be a fork.
        """
        with self.database.reading() as connection:
            size = store.size(connection)
            kept = store.kept_checkpoint(connection, size)
            if kept is not None:
                return kept
            head = Checkpoint(self.origin, size, store.root(connection, size))
        note = sign(head, self.origin, self._signing_key)
        with self.writing() as connection:
            return store.keep_checkpoint(connection, size, note)

    @property
    def _signing_key(self) -> Ed25519PrivateKey:
        if self._key is None:
            raise StateError("this archive holds no log key, so it can be read and not signed", remedy="restore keys/")
        return self._key
