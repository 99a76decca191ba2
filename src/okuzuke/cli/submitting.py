"""How a statement leaves the command line: signed and recorded, drafted for elsewhere, or as it came back signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.cli import clock, files, naming
from okuzuke.cli.call import Call, opened
from okuzuke.cli.reading import command_for, kind_of, read_in_full
from okuzuke.cli.shown import moment, show, table
from okuzuke.core.errors import InputError, StateError
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.ledger import keys, submission
from okuzuke.ledger.statement import Draft
from okuzuke.ledger.submission import Submission
from okuzuke.registry import standing
from okuzuke.registry.drafts import Signer
from okuzuke.registry.known import Fact, Statements, check_draft
from okuzuke.registry.parties import Capacity, Party
from okuzuke.registry.reasons import Code

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.ledger.store import Recorded

OPERATOR = "operator"
_NO_ENTRY = Entry("")
_NOT_HELD = {Code.NO_STANDING, Code.NOT_VERIFIER, Code.NOT_OPERATOR, Code.NOT_REGISTRANT}


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is about to sign with which key; `key` is None where it is held elsewhere."""

    party: PartyId
    did: str
    key: Ed25519PrivateKey | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that waits for its signer; nothing is recorded."""

    path: Path
    kind: str
    did: str


def say(
    call: Call,
    archive: Archive,
    make: Callable[[Signer], Draft],
    capacities: Sequence[Capacity],
    *,
    after: str,
    by_operator: bool = False,
) -> None:
    """Sign and record what `make` drafts for its signer, or write the draft, and show which.

    `capacities` are those the kind is signed in; the first that the signer holds is taken. `after` may name
    `{entry}`. With `by_operator` the operator signs where nobody else is named.
    """
    voice = voice_of(call, archive, by_operator=by_operator)
    capacity = call.capacity or _capacity(archive.registry.known(), voice, make, capacities)
    hand_in(call, archive, make(Signer(voice.party, capacity)), voice, after=after)


def hand_in(call: Call, archive: Archive, draft: Draft, voice: Voice, *, after: str) -> None:
    """Record the draft as its voice signs it, or write it where the key is held elsewhere; show which."""
    if voice.key is None:
        write_draft(call, archive, archive.journal.draft(draft, voice.did), draft.kind, voice.did)
    else:
        show_recorded(call, archive, archive.registry.say(draft, voice.key), after=after)


def record_signed(call: Call, path: Path, command: str) -> None:
    """Record a statement that was signed elsewhere, by the command of its kind."""
    handed_in = submission.parse(files.read(path))
    kind = kind_of(handed_in)
    if command_for(kind, path) != command:
        raise InputError(
            f"{path} holds a statement of the kind {kind}, which {command} does not record",
            remedy=f"okuzuke {command_for(kind, path)} --signed {path}",
        )
    if "proof" not in handed_in.document:
        raise InputError(f"{path} is not signed yet", remedy=f"okuzuke sign {path} --key KEY.pem")
    with opened(call) as archive:
        show_recorded(call, archive, archive.submit(handed_in), after="okuzuke log show")


def write_draft(call: Call, archive: Archive, drafted: Submission, kind: str, did: str) -> None:
    """Write a draft, with what the archive calls the ids in it, to the file named by `--draft`; say how it goes on."""
    assert call.draft is not None, "a voice without a key drafts"
    names = naming.names(archive.registry.known(), read_in_full(drafted))
    files.write_new(call.draft, replace(drafted, names=names).to_bytes())
    lines = table([["drafted", kind, f"for {did}", str(call.draft)]])
    show(Drafted(call.draft, kind, did), lines, as_json=call.json, after=f"okuzuke sign {call.draft} --key KEY.pem")


def show_recorded(call: Call, archive: Archive, item: Recorded, *, after: str) -> None:
    """Show a recorded statement, its entry last."""
    signer = archive.registry.known().name(item.statement.signer or item.entry)
    line = ["recorded", item.statement.kind, f"by {signer}", f"as {item.statement.capacity}", moment(item.recorded_at)]
    show(item, table([[*line, short(item.entry)]]), as_json=call.json, after=after.format(entry=short(item.entry)))


def voice_of(call: Call, archive: Archive, *, by_operator: bool = False, party: PartyId | None = None) -> Voice:
    """Return who signs: with `--key` here, with `--draft` and `--did` elsewhere, the operator with its own key.

    `party` is whom the command itself names; else it is `--as`, else the one party that signs with the key.
    """
    if call.party is not None:
        party = PartyId(resolved(archive, call.party))
    if call.key is not None and call.draft is not None:
        raise InputError("--key signs and records, --draft leaves that to others", remedy="give one of them")
    if (call.did is None) != (call.draft is None):
        raise InputError("a draft needs its file and its signer's key", remedy="give --draft FILE and --did DID")
    if call.draft is not None and call.did is not None:
        keys.public_key(call.did)
        return Voice(party or _holder(archive.registry.known(), call.did), call.did, None)
    if call.key is not None:
        key = keys.load(call.key)
        did = keys.did_of(key.public_key())
        return Voice(party or _holder(archive.registry.known(), did), did, key)
    if (party or (archive.operator if by_operator else None)) != archive.operator:
        raise InputError(
            "nobody signs this",
            remedy="give --key FILE, or --draft FILE --did DID to have it signed elsewhere",
        )
    if archive.operator_key is None:
        raise StateError("this archive holds no operator's key", remedy="restore keys/, or give --key FILE")
    return Voice(archive.operator, keys.did_of(archive.operator_key.public_key()), archive.operator_key)


def resolved(archive: Archive, text: str) -> str:
    """Return the id that begins so; `operator` is the archive's own."""
    return archive.operator if text == OPERATOR else archive.registry.resolve(text)


def resolved_all(archive: Archive, texts: Sequence[str]) -> list[str]:
    return [resolved(archive, text) for text in texts]


def _holder(known: Statements, did: str) -> PartyId:
    found = [
        PartyId(entry)
        for entry, fact in known.facts.items()
        if isinstance(fact.body, Party) and did in standing.dids(known, PartyId(entry))
    ]
    if len(found) != 1:
        who = "no party here signs" if not found else f"{len(found)} parties here sign"
        raise InputError(f"{who} with the key {did}", remedy="name the signer: --as PARTY")
    return found[0]


def _capacity(
    known: Statements, voice: Voice, make: Callable[[Signer], Draft], capacities: Sequence[Capacity]
) -> Capacity:
    """Return the first capacity the statement would stand in, else the one whose refusal says most.

    That is the first refused for another reason than that the signer does not hold it; else the owner's, which is what
    a reader expects to need; else the first. The archive judges again when it records.
    """
    says_most: Capacity | None = None
    for capacity in capacities if len(capacities) > 1 else ():
        draft = make(Signer(voice.party, capacity))
        fact = Fact(
            len(known.facts) + 1,
            _NO_ENTRY,
            clock.now(),
            voice.did,
            voice.party,
            capacity,
            draft.rests_on,
            check_draft(draft),
        )
        refused = standing.refusal(known, fact)
        if refused is None:
            return capacity
        if says_most is None and refused.code not in _NOT_HELD:
            says_most = capacity
    return says_most or (Capacity.OWNER if Capacity.OWNER in capacities else capacities[0])
