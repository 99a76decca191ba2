"""The stranger's check of a bundle, offline: every joint in its order, and the first that fails by name. Pure.

It needs no database, no tensors and no network, and re-makes every decision whose statements the bundle opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from okuzuke.audit import bundle as bundles
from okuzuke.audit.bundle import Bundle, Document
from okuzuke.audit.remake import Remade, remake
from okuzuke.audit.trust import Trust
from okuzuke.core.canonical import digest, salted_digest
from okuzuke.core.errors import CheckFailedError, LedgerError, OkuzukeError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, SetRoot, WorkId, short
from okuzuke.core.intervals import parse_instant
from okuzuke.ledger import checkpoint, policy, receipt, statement, submission
from okuzuke.ledger.receipt import Receipt
from okuzuke.ledger.statement import Statement
from okuzuke.registry import standing
from okuzuke.registry.known import READERS, Fact, Registered, Statements, read_fact
from okuzuke.registry.parties import Capacity, Party
from okuzuke.registry.works import Register, Work
from okuzuke.screening.match import Review, review_refusal


class Joint(StrEnum):
    """The joints of the chain, in the order they are checked."""

    SEAL = "seal"
    SIGNATURES = "signatures"
    SEALED_FIELDS = "sealed fields"
    ENTRIES = "entries"
    CHECKPOINT = "checkpoint"
    RECEIPTS = "receipts"
    ORDER = "order"
    STANDING = "keys and capacities"
    RESTS_ON = "rests on"
    SETS = "sets"
    ROWS = "rows"
    FILES = "files"
    DECISIONS = "decisions"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Checked:
    """One joint: whether it holds, and what was looked at or what is wrong."""

    joint: Joint
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: every joint, the answers re-made, and the last line a reader is told."""

    subject: str
    reader: str
    joints: tuple[Checked, ...]
    answers: tuple[str, ...]
    conclusion: str

    @property
    def holds(self) -> bool:
        """Whether every joint holds."""
        return all(joint.holds for joint in self.joints)


@dataclass(slots=True)
class _Read:
    """What the bundle's documents say, as far as they can be read."""

    bundle: Bundle
    sealed: bool
    trust: Trust | None
    statements: dict[Entry, Statement] = field(default_factory=dict)
    receipts: dict[Entry, Receipt] = field(default_factory=dict)
    known: Statements = field(default_factory=Statements)
    answers: list[str] = field(default_factory=list)
    signed_by: str = ""


def verify(data: bytes, trust: Trust | None) -> Report:
    """Return what every joint of the bundle comes to; what is no bundle at all fails at the seal."""
    try:
        bundle, sealed = bundles.parse(data)
    except OkuzukeError as error:
        checked = Checked(Joint.SEAL, holds=False, detail=error.message)
        return Report("", "", (checked,), (), f"FAILED at {Joint.SEAL}: {error.message}")
    read = _Read(bundle, sealed, trust)
    joints = tuple(_checked(joint, check, read) for joint, check in _CHECKS.items())
    failed = next((joint for joint in joints if not joint.holds), None)
    if failed is not None:
        conclusion = f"FAILED at {failed.joint}: {failed.detail}"
    elif trust is not None:
        conclusion = "matches the record (記録と一致); it does not prove ownership"
    else:
        conclusion = f"consistent, signed by {read.signed_by}, not pinned"
    return Report(bundle.subject, bundle.reader, joints, tuple(read.answers), conclusion)


def _checked(joint: Joint, check: Callable[[_Read], str], read: _Read) -> Checked:
    try:
        return Checked(joint, holds=True, detail=check(read))
    except OkuzukeError as error:
        return Checked(joint, holds=False, detail=error.message)


def _seal(read: _Read) -> str:
    if not read.sealed:
        raise _failure("the file is not the one that was sealed: a bit changed or was added")
    return f"bundle for {read.bundle.reader}"


def _signatures(read: _Read) -> str:
    for entry, document in read.bundle.documents.items():
        body = document.envelope["statement"]
        if not isinstance(body, Mapping):
            raise _failure(f"document {short(entry)} holds no statement")
        try:
            parsed = statement.read(body)
            statement.verify_proof(body)
        except OkuzukeError as error:
            raise _failure(f"{_kind(document)} {short(entry)}: {error.message}") from error
        read.statements[entry] = parsed
    return f"{len(read.statements)} statements signed (Ed25519, eddsa-jcs-2022)"


def _sealed_fields(read: _Read) -> str:
    opened = 0
    for entry, texts in read.bundle.disclosures.items():
        if entry not in read.statements:
            raise _failure(f"sealed fields of {short(entry)}, which is not in the bundle")
        try:
            opened += len(statement.check_disclosures(read.statements[entry], texts))
        except OkuzukeError as error:
            raise _failure(f"{read.statements[entry].kind} {short(entry)}: {error.message}") from error
    return f"{opened} opened for this reader"


def _entries(read: _Read) -> str:
    for entry, document in read.bundle.documents.items():
        if salted_digest(document.salt, document.envelope).hex() != entry:
            raise _failure(f"{_kind(document)} {short(entry)}: the document is not the one that was recorded")
    return f"{len(read.bundle.documents)} documents are the recorded ones"


def _checkpoint(read: _Read) -> str:
    texts = set()
    for entry, text in read.bundle.receipts.items():
        read.receipts[entry] = receipt.parse(text)
        texts.add(read.receipts[entry].note)
    if len(texts) != 1:
        raise _failure("the receipts are not of one checkpoint")
    note = texts.pop()
    unverified = checkpoint.split_note(note)
    head = checkpoint.parse(unverified.text)
    if read.trust is not None:
        policy.check(read.trust.policy, note)
        read.signed_by = str(read.trust.log)
        return f"{head.origin}, {head.size} entries, signed by the pinned key"
    carried = next((item.extra for item in read.receipts.values() if item.index == 0), b"")
    key = checkpoint.parse_verifier_key(carried.decode("utf-8", "replace"))
    if key.name != head.origin:
        raise _failure("the checkpoint is of another log than the key beside it")
    checkpoint.open_note(note, [key])
    read.signed_by = str(key)
    return f"{head.origin}, {head.size} entries, signed by the key the bundle brings, which nobody has pinned"


def _receipts(read: _Read) -> str:
    if set(read.receipts) != set(read.bundle.documents):
        raise _failure("documents and receipts are not of the same entries")
    for entry, item in read.receipts.items():
        head = checkpoint.parse(checkpoint.split_note(item.note).text)
        try:
            receipt.check_inclusion(item, bytes.fromhex(entry), head)
        except LedgerError as error:
            raise _failure(f"{_kind(read.bundle.documents[entry])} {short(entry)}: {error.message}") from error
    return f"{len(read.receipts)} inclusion proofs under one checkpoint"


def _order(read: _Read) -> str:
    last: datetime | None = None
    for entry in _in_order(read):
        recorded_at = _recorded_at(read.bundle.documents[entry])
        if last is not None and recorded_at < last:
            raise _failure(f"{short(entry)} is recorded before an entry that stands before it in the log")
        last = recorded_at
    return "instants never run back along the log"


def _standing(read: _Read) -> str:
    """Judge every signature as of its entry, against the statements before it."""
    facts: list[Fact] = []
    works: list[Registered] = []
    known = Statements.of(())
    parties = 0
    for entry in _in_order(read):
        body = read.statements[entry]
        recorded_at = _recorded_at(read.bundle.documents[entry])
        sealed = statement.check_disclosures(body, read.bundle.disclosures.get(entry, ()))
        if body.kind in READERS:
            fact = read_fact(read.receipts[entry].index, entry, recorded_at, body, sealed)
            refused = None if _shut(read, known, fact) else standing.refusal(known, fact)
            facts.append(fact)
            works += _works(read, fact)
            parties += isinstance(fact.body, Party)
            if refused is not None:
                raise _failure(f"{body.kind} {short(entry)}: {refused.en}")
            known = Statements.of(facts, works)
        else:
            _other_standing(known, entry, body, recorded_at)
    if known.operator is None:
        raise _failure("the log's first entry, which names its operator, is not in the bundle")
    read.known = known
    return f"{parties} parties; every signer held its key and capacity when it signed"


def _other_standing(known: Statements, entry: Entry, body: Statement, recorded_at: datetime) -> None:
    if (body.kind, body.version) not in {("screen", 1), ("snapshot", 1), ("erase", 1), ("review", 1)}:
        raise _failure(f"{short(entry)} is of the unknown kind {body.kind} version {body.version}")
    if body.signer is None:
        raise _failure(f"{body.kind} {short(entry)} names no signer")
    refused = standing.key_refusal(known, body.signer, body.issuer)
    if refused is None and body.kind == "review":
        review = Review.read(Fields(body.public, "review"), {})
        refused = review_refusal(known, body.signer, Capacity(body.capacity), review, recorded_at)
    elif refused is None and (body.signer != known.operator or body.capacity != Capacity.OPERATOR):
        raise _failure(f"{body.kind} {short(entry)} is not signed by the operator")
    if refused is not None:
        raise _failure(f"{body.kind} {short(entry)}: {refused.en}")


def _rests_on(read: _Read) -> str:
    erased = {
        Fields(body.public["entry"], "erase").digest("entry")
        for body in read.statements.values()
        if body.kind == "erase" and body.public.get("entry") is not None
    }
    edges = 0
    for entry, body in read.statements.items():
        for target in body.rests_on:
            edges += 1
            if target.entry is not None:
                missing = target.entry not in read.bundle.documents and target.entry not in erased
                later = not missing and _index(read, target.entry) >= _index(read, entry)
                if missing or later:
                    what = "a later entry" if later else f"{short(target.entry)}, which is not in the bundle"
                    raise _failure(f"{body.kind} {short(entry)} rests on {what}")
            elif target.set_root not in read.bundle.sets:
                raise _failure(f"{body.kind} {short(entry)} rests on a set that is not in the bundle")
    return f"{edges} edges lead to statements in the bundle"


def _sets(read: _Read) -> str:
    named: dict[SetRoot, int] = {}
    for body in read.statements.values():
        named |= statement.set_roots(body.public)
    for root, size in named.items():
        if root not in read.bundle.sets:
            raise _failure(f"set {short(root)} is not in the bundle")
        if len(read.bundle.sets[root]) != size:
            raise _failure(f"set {short(root)} has {len(read.bundle.sets[root])} rows, its statement says {size}")
    for root, keys in read.bundle.sets.items():
        if root not in named:
            raise _failure(f"set {short(root)} is named by no statement in the bundle")
        submission.check_set(root, keys)
    return f"{len(named)} sets recomputed to their roots"


def _rows(read: _Read) -> str:
    members = {key for keys in read.bundle.sets.values() for key in keys}
    for key, row in read.bundle.rows.items():
        submission.check_row(row)
        if key not in members:
            raise _failure(f"row {short(key)} is in no set of the bundle")
    shut = len(members) - len(read.bundle.rows)
    return f"{len(read.bundle.rows)} rows opened, {shut} shut for this reader"


def _files(read: _Read) -> str:
    for asset, data in read.bundle.files.items():
        if digest(data).hex() != asset:
            raise _failure(f"file {short(asset)} is not the one its statement names")
    return f"{len(read.bundle.files)} files are the ones named"


def _decisions(read: _Read) -> str:
    remade: Remade = remake(read.bundle, read.known, read.statements, _recorded_at_of(read))
    read.answers += remade.answers
    return remade.detail


def _trust(read: _Read) -> str:
    demo = any(isinstance(fact.body, Party) and fact.body.demo for fact in read.known.facts.values())
    if read.trust is None:
        return "no trust file given" + ("; fictional parties of a demo" if demo else "")
    if demo and not read.trust.demo:
        raise _failure("the bundle holds fictional parties of a demo, and the trust file does not admit a demo")
    return "pinned" + (" (demo)" if demo else "")


_CHECKS: Mapping[Joint, Callable[[_Read], str]] = {
    Joint.SEAL: _seal,
    Joint.SIGNATURES: _signatures,
    Joint.SEALED_FIELDS: _sealed_fields,
    Joint.ENTRIES: _entries,
    Joint.CHECKPOINT: _checkpoint,
    Joint.RECEIPTS: _receipts,
    Joint.ORDER: _order,
    Joint.STANDING: _standing,
    Joint.RESTS_ON: _rests_on,
    Joint.SETS: _sets,
    Joint.ROWS: _rows,
    Joint.FILES: _files,
    Joint.DECISIONS: _decisions,
    Joint.TRUST: _trust,
}


def _in_order(read: _Read) -> list[Entry]:
    for entry in read.bundle.documents:
        if entry not in read.receipts or entry not in read.statements:
            raise _failure(f"{short(entry)} could not be read")
    return sorted(read.bundle.documents, key=lambda entry: read.receipts[entry].index)


def _index(read: _Read, entry: Entry) -> int:
    return read.receipts[entry].index if entry in read.receipts else -1


def _works(read: _Read, fact: Fact) -> list[Registered]:
    if not isinstance(fact.body, Register):
        return []
    return [
        Registered(Work.read(WorkId(key), read.bundle.rows[key].document), fact, at)
        for at, key in enumerate(read.bundle.sets.get(fact.body.rows, ()))
        if key in read.bundle.rows
    ]


def _shut(read: _Read, known: Statements, fact: Fact) -> bool:
    """Say whether the statement is about a work whose row this reader may not see, so that it cannot be judged."""
    subject = getattr(fact.body, "subject", None)
    target = known.facts.get(getattr(fact.body, "target", Entry("")))
    subject = subject or getattr(target.body if target is not None else None, "subject", None)
    members = {key for keys in read.bundle.sets.values() for key in keys}
    return subject is not None and subject in members and WorkId(subject) not in known.works


def _recorded_at(document: Document) -> datetime:
    return parse_instant(document.envelope["recorded_at"])


def _recorded_at_of(read: _Read) -> Mapping[Entry, datetime]:
    return {entry: _recorded_at(document) for entry, document in read.bundle.documents.items()}


def _kind(document: Document) -> str:
    """Return the kind a document claims, for a message about a document that may not be readable."""
    body = document.envelope.get("statement")
    subject = body.get("credentialSubject") if isinstance(body, Mapping) else None
    kind = subject.get("kind") if isinstance(subject, Mapping) else None
    return kind if isinstance(kind, str) else "document"


def _failure(message: str) -> CheckFailedError:
    return CheckFailedError(message, remedy="ask the archive for the bundle again, and keep this one as evidence")
