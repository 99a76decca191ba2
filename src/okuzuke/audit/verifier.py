"""The stranger's check of a bundle, offline: every joint in its order, and the first that fails by name.

It needs no database, no tensors and no network, and re-makes every decision, score and payment whose statements the
bundle opens. A joint that a bundle does not have, such as the picture of a snapshot, is not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from okuzuke.audit import bundle as bundles
from okuzuke.audit import graph
from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle
from okuzuke.audit.evidence import Stated, failure, kind_of, read_stated, recorded_at
from okuzuke.audit.judged import Judged, judge
from okuzuke.audit.learnt import check_models
from okuzuke.audit.made import check_outputs
from okuzuke.audit.paid import check_payments
from okuzuke.audit.pictures import check_credentials, check_pictures
from okuzuke.audit.remake import remake
from okuzuke.audit.shared import check_shares
from okuzuke.audit.sold import check_credits
from okuzuke.audit.trust import Trust
from okuzuke.core.canonical import canonical_bytes, digest, salted_digest
from okuzuke.core.errors import LedgerError, OkuzukeError
from okuzuke.core.ids import Entry, short
from okuzuke.core.plain import plain
from okuzuke.ledger import checkpoint, policy, receipt, statement
from okuzuke.ledger.checkpoint import Checkpoint, SignatureType, VerifierKey
from okuzuke.ledger.receipt import Receipt
from okuzuke.ledger.statement import Statement
from okuzuke.registry.parties import Party


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
    MODEL = "model"
    OUTPUTS = "outputs"
    PICTURE = "picture"
    CREDENTIALS = "credentials"
    SHARES = "shares"
    CREDITS = "credits"
    PAYMENTS = "payments"
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
    """What the bundle's documents say, as far as the joints so far could read it."""

    bundle: Bundle
    sealed: bool
    trust: Trust | None
    statements: dict[Entry, Statement] = field(default_factory=dict)
    receipts: dict[Entry, Receipt] = field(default_factory=dict)
    head: Checkpoint | None = None
    stated: list[Stated] = field(default_factory=list)
    signed_by: str = ""
    told: Judged | None = None
    answers: tuple[str, ...] = ()

    @property
    def judged(self) -> Judged:
        if self.told is None:
            raise failure("the statements could not all be judged")
        return self.told


@dataclass(frozen=True, slots=True)
class Examined:
    """A report with what it was made from; `bundle` or `judged` is None where the file could not be read so far."""

    report: Report
    bundle: Bundle | None
    judged: Judged | None
    head: Checkpoint | None


def verify(data: bytes, trust: Trust | None) -> Report:
    """Return what every joint of the bundle comes to; what is no bundle at all fails at the seal. Never raises."""
    return examine(data, trust).report


def examine(data: bytes, trust: Trust | None) -> Examined:
    """Return the report on a bundle with the bundle and its statements as they were judged. Never raises."""
    try:
        bundle, sealed = bundles.parse(data)
    except OkuzukeError as error:
        checked = Checked(Joint.SEAL, holds=False, detail=plain(error.message))
        report = Report("", "", (checked,), (), f"FAILED at {Joint.SEAL}: {checked.detail}")
        return Examined(report, None, None, None)
    read = _Read(bundle, sealed, trust)
    every = (_checked(joint, check, read) for joint, check in _CHECKS.items())
    joints = tuple(checked for checked in every if checked.detail or not checked.holds)
    failed = next((joint for joint in joints if not joint.holds), None)
    if failed is not None:
        conclusion = f"FAILED at {failed.joint}: {failed.detail}"
    elif trust is not None:
        conclusion = "matches the record (記録と一致); it does not prove ownership"
    else:
        conclusion = f"consistent, signed by {plain(read.signed_by)}, not pinned"
    report = Report(bundle.subject, bundle.reader, joints, tuple(map(plain, read.answers)), conclusion)
    return Examined(report, bundle, read.told, read.head)


def _checked(joint: Joint, check: Callable[[_Read], str], read: _Read) -> Checked:
    try:
        return Checked(joint, holds=True, detail=plain(check(read)))
    except OkuzukeError as error:
        return Checked(joint, holds=False, detail=plain(error.message))
    except (ArithmeticError, LookupError, ValueError) as error:
        # Instants that no calendar holds overflow, and lists that are too short are read past their end, in the rules
        # that count with them; what is recorded is never so.
        return Checked(joint, holds=False, detail=f"a value is out of all range: {plain(str(error))}")


def _seal(read: _Read) -> str:
    if not read.sealed:
        raise failure("the file is not the one that was sealed: a bit changed or was added")
    return f"bundle on {short(read.bundle.subject)} for {read.bundle.reader}"


def _signatures(read: _Read) -> str:
    for entry, document in read.bundle.documents.items():
        body = document.envelope["statement"]
        if not isinstance(body, Mapping):
            raise failure(f"document {short(entry)} holds no statement")
        try:
            parsed = statement.read(body)
            statement.verify_proof(body)
        except OkuzukeError as error:
            raise failure(f"{kind_of(document)} {short(entry)}: {error.message}") from error
        read.statements[entry] = parsed
    return f"{len(read.statements)} statements signed (Ed25519, eddsa-jcs-2022)"


def _sealed_fields(read: _Read) -> str:
    if read.bundle.reader == PUBLIC and read.bundle.disclosures:
        raise failure("a bundle for the public opens sealed fields")
    if read.bundle.reader == AUDITOR:
        for entry, body in read.statements.items():
            if len(body.sealed) != len(read.bundle.disclosures.get(entry, ())):
                raise failure(
                    f"a field of {body.kind} {short(entry)} is sealed, and an auditor's bundle opens every field"
                )
    opened = 0
    for entry, texts in read.bundle.disclosures.items():
        if entry not in read.statements:
            raise failure(f"sealed fields of {short(entry)}, which is not in the bundle")
        try:
            opened += len(statement.check_disclosures(read.statements[entry], texts))
        except OkuzukeError as error:
            raise failure(f"{read.statements[entry].kind} {short(entry)}: {error.message}") from error
    return f"{opened} opened for this reader"


def _entries(read: _Read) -> str:
    signed: dict[bytes, Entry] = {}
    for entry, document in read.bundle.documents.items():
        if salted_digest(document.salt, document.envelope).hex() != entry:
            raise failure(f"{kind_of(document)} {short(entry)}: the document is not the one that was recorded")
        plain = digest(canonical_bytes(document.envelope["statement"]))
        # Said once, recorded twice: an old yes would come after a later no.
        if signed.setdefault(plain, entry) != entry:
            raise failure(f"{kind_of(document)} {short(entry)} is the statement of {short(signed[plain])} again")
    if read.bundle.subject not in {*read.bundle.documents, *graph.members(read.bundle)}:
        raise failure(f"the subject {short(read.bundle.subject)} is not in the bundle")
    return f"{len(read.bundle.documents)} documents are the recorded ones"


def _checkpoint(read: _Read) -> str:
    read.receipts = {entry: receipt.parse(text) for entry, text in read.bundle.receipts.items()}
    notes = {item.note for item in read.receipts.values()}
    if len(notes) != 1:
        raise failure("the receipts are not of one checkpoint")
    note = notes.pop()
    read.head = head = checkpoint.parse(checkpoint.split_note(note).text)
    brought = b"".join(item.extra for item in read.receipts.values() if item.index == 0)
    if any(item.extra for item in read.receipts.values() if item.index != 0):
        raise failure("a receipt other than the first entry's brings a key")
    key = checkpoint.parse_verifier_key(brought.decode("utf-8", "replace"))
    if key.name != head.origin or key.signature_type is not SignatureType.ED25519:
        raise failure("the checkpoint is of another log than the key beside it")
    signer = _pinned(read.trust, note) if read.trust is not None else key
    if signer != key:
        raise failure("the bundle brings another key than the one that signed the checkpoint")
    checkpoint.open_note(note, [key])
    read.signed_by = str(key)
    whose = "the pinned key" if read.trust is not None else "the key the bundle brings, which nobody has pinned"
    return f"{head.origin}, {head.size} entries, signed by {whose}"


def _pinned(trust: Trust, note: str) -> VerifierKey:
    signer = policy.check(trust.policy, note).log.key
    if signer != trust.log:
        raise failure("the checkpoint is signed by a log that the witness policy names and nobody pinned")
    return signer


def _receipts(read: _Read) -> str:
    head = read.head
    if head is None or not set(read.bundle.documents) <= set(read.receipts):
        raise failure("a document has no receipt")
    for entry, item in read.receipts.items():
        try:
            receipt.check_inclusion(item, bytes.fromhex(entry), head)
        except LedgerError as error:
            raise failure(f"{_named(read, entry)}: {error.message}") from error
    return f"{len(read.receipts)} inclusion proofs under one checkpoint"


def _order(read: _Read) -> str:
    last: datetime | None = None
    for entry in _in_order(read):
        at = recorded_at(read.bundle.documents[entry])
        if last is not None and at < last:
            raise failure(f"{short(entry)} is recorded before an entry that stands before it in the log")
        last = at
    return "instants never run back along the log"


def _standing(read: _Read) -> str:
    """Judge every signature as of its entry, against the statements before it."""
    bundle = read.bundle
    for entry in _in_order(read):
        parsed, texts = read.statements[entry], bundle.disclosures.get(entry, ())
        read.stated.append(read_stated(read.receipts[entry].index, entry, bundle.documents[entry], parsed, texts))
    judged = judge(bundle, read.stated)
    if judged.known.operator is None:
        raise failure("the log's first entry, which names its operator, is not in the bundle")
    if bundle.reader not in (PUBLIC, AUDITOR) and judged.known.body(bundle.reader, Party) is None:
        raise failure(f"the reader {short(bundle.reader)} is no party of this log")
    read.told = judged
    parties = sum(isinstance(fact.body, Party) for fact in judged.known.facts.values())
    aside = len(judged.set_aside)
    left = f"; {aside} set aside: what they rest on was erased" if aside else ""
    return f"{parties} parties; every signer held its key and capacity when it signed{left}"


def _rests_on(read: _Read) -> str:
    named = graph.check_edges(read.bundle, read.judged, read.stated, read.receipts)
    return f"{named} edges lead to statements in the bundle"


def _sets(read: _Read) -> str:
    graph.check_sets(read.bundle, read.judged, read.statements.values())
    return f"{len(read.bundle.sets)} sets recomputed to their roots"


def _rows(read: _Read) -> str:
    shut = graph.check_rows(read.bundle, read.judged)
    return f"{len(read.bundle.rows)} rows opened, {shut} shut for this reader"


def _files(read: _Read) -> str:
    graph.check_files(read.bundle, read.stated)
    return f"{len(read.bundle.files)} files are the ones named"


def _decisions(read: _Read) -> str:
    remade = remake(read.bundle, read.judged, {item.index for item in read.receipts.values()})
    read.answers = remade.answers
    return remade.detail


def _model(read: _Read) -> str:
    return check_models(read.bundle, read.judged)


def _outputs(read: _Read) -> str:
    return check_outputs(read.bundle, read.judged)


def _picture(read: _Read) -> str:
    return check_pictures(read.bundle, read.judged)


def _credentials(read: _Read) -> str:
    roots = read.trust.certificate_roots if read.trust is not None else read.bundle.certificates
    return check_credentials(read.bundle, read.judged, roots, read.head.origin if read.head is not None else "")


def _shares(read: _Read) -> str:
    return check_shares(read.bundle, read.judged)


def _credits(read: _Read) -> str:
    return check_credits(read.bundle, read.judged)


def _payments(read: _Read) -> str:
    return check_payments(read.bundle, read.judged)


def _trust(read: _Read) -> str:
    facts = read.judged.known.facts.values()
    demo = any(isinstance(fact.body, Party) and fact.body.demo for fact in facts)
    if read.trust is None:
        return "no trust file given" + ("; fictional parties of a demo" if demo else "")
    if demo and not read.trust.demo:
        raise failure("the bundle holds fictional parties of a demo, and the trust file does not admit a demo")
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
    Joint.MODEL: _model,
    Joint.OUTPUTS: _outputs,
    Joint.PICTURE: _picture,
    Joint.CREDENTIALS: _credentials,
    Joint.SHARES: _shares,
    Joint.CREDITS: _credits,
    Joint.PAYMENTS: _payments,
    Joint.TRUST: _trust,
}


def _in_order(read: _Read) -> list[Entry]:
    for entry in read.bundle.documents:
        if entry not in read.receipts or entry not in read.statements:
            raise failure(f"{short(entry)} could not be read")
    return sorted(read.bundle.documents, key=lambda entry: read.receipts[entry].index)


def _named(read: _Read, entry: Entry) -> str:
    document = read.bundle.documents.get(entry)
    return f"{kind_of(document) if document is not None else 'erased'} {short(entry)}"
