"""Trust policies: which logs and witnesses a reader believes (https://c2sp.org/tlog-policy)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from okuzuke.core.errors import InputError, LedgerError
from okuzuke.ledger.checkpoint import Checkpoint, Note, SignatureType, VerifierKey, open_note, parse_verifier_key
from okuzuke.ledger.checkpoint import parse as parse_checkpoint

NO_QUORUM = "none"


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are believed; the key's name is its origin; `url` is `None` where none was given."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A cosigner under the name it has in this policy; `url` is `None` where none was given."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Members (witnesses or groups named earlier) of which at least `threshold` must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A checkpoint counts if one of the logs signed it and the quorum cosigned it; `none` asks for no witness."""

    quorum: str
    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()

    def with_log(self, key: VerifierKey) -> Policy:
        """Return the policy that believes this log too, where the key is pinned outside the policy's text."""
        if any(log.key == key for log in self.logs):
            return self
        return replace(self, logs=_with_log(self.logs, Log(key)))


@dataclass(frozen=True, slots=True)
class TrustedCheckpoint:
    """A checkpoint that a policy accepted, with the log that signed it and its note's verified signatures."""

    checkpoint: Checkpoint
    log: Log
    note: Note


def parse(text: str) -> Policy:
    """Return the policy of a file's text; anything undefined, doubled or unknown is refused with its line."""
    if _FORBIDDEN.search(text):
        raise InputError("a policy holds no control characters but tab and newline", remedy="save it as plain text")
    draft = _Draft()
    for number, line in enumerate(text.split("\n"), start=1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                _read_line(draft, words)
            except InputError as error:
                raise InputError(f"line {number} of the policy: {error.message}", remedy=error.remedy) from error
    if draft.quorum is None:
        raise InputError("the policy has no quorum line", remedy="add: quorum NAME, or: quorum none")
    return Policy(draft.quorum, draft.logs, tuple(draft.witnesses), tuple(draft.groups))


def witnessed(policy: Policy, cosigners: Collection[str]) -> bool:
    """Say whether these witnesses, by their names in the policy, make its quorum."""
    reached = {NO_QUORUM, *cosigners}
    for group in policy.groups:
        if sum(member in reached for member in group.members) >= group.threshold:
            reached.add(group.name)
    return policy.quorum in reached


def check(policy: Policy, note: str) -> TrustedCheckpoint:
    """Return the checkpoint of a note that a log of the policy signed and its quorum cosigned, else `LedgerError`."""
    keys = [log.key for log in policy.logs] + [witness.key for witness in policy.witnesses]
    opened = open_note(note, keys)
    checkpoint = parse_checkpoint(opened.text)
    signers = {signature.key for signature in opened.signatures}
    log = next((log for log in policy.logs if log.key in signers and log.key.name == checkpoint.origin), None)
    if log is None:
        raise LedgerError(
            f"the checkpoint of {checkpoint.origin} is not signed by a log that is trusted here",
            remedy="check that the trust file names this log's key",
        )
    cosigners = [witness.name for witness in policy.witnesses if witness.key in signers]
    if not witnessed(policy, cosigners):
        raise LedgerError(
            f"the quorum {policy.quorum} is not reached; cosigned by {', '.join(cosigners) or 'no witness'}",
            remedy="ask the log for a checkpoint with more cosignatures",
        )
    return TrustedCheckpoint(checkpoint, log, opened)


@dataclass(slots=True)
class _Draft:
    quorum: str | None = None
    logs: tuple[Log, ...] = ()
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    defined: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)


_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def _read_line(draft: _Draft, words: list[str]) -> None:
    match words:
        case ["log", vkey, *url] if len(url) <= 1:
            draft.logs = _with_log(draft.logs, Log(parse_verifier_key(vkey), *url))
        case ["witness", name, vkey, *url] if len(url) <= 1:
            _define(draft, name)
            draft.witnesses.append(_witness(draft, Witness(name, parse_verifier_key(vkey), *url)))
        case ["group", name, threshold, member, *members]:
            draft.groups.append(_group(draft, name, threshold, (member, *members)))
            _define(draft, name)
        case ["quorum", name]:
            if draft.quorum is not None:
                raise InputError("a second quorum", remedy="keep one quorum line")
            if name != NO_QUORUM and name not in draft.defined:
                raise _undefined(name)
            draft.quorum = name
        case _:
            raise InputError(
                f"not understood: {' '.join(words)[:80]!r}",
                remedy="write log VKEY [URL], witness NAME VKEY [URL], group NAME all|any|K NAME..., or quorum NAME",
            )


def _define(draft: _Draft, name: str) -> None:
    if name == NO_QUORUM or name in draft.defined:
        raise InputError(f"the name {name} is taken", remedy="choose another name")
    draft.defined.add(name)


def _with_log(logs: tuple[Log, ...], log: Log) -> tuple[Log, ...]:
    if log.key.signature_type is not SignatureType.ED25519:
        raise InputError(f"{log.key.name} is not a log's key (type 0x01)", remedy="ask for the log's own key")
    if any(log.key.public_key == known.key.public_key for known in logs):
        raise InputError(f"the key of {log.key.name} is listed twice", remedy="list each log once")
    return (*logs, log)


def _witness(draft: _Draft, witness: Witness) -> Witness:
    if witness.key.signature_type is not SignatureType.COSIGNATURE:
        raise InputError(f"{witness.name} has no witness's key (type 0x04)", remedy="ask for its cosignature key")
    if any(witness.key.public_key == known.key.public_key for known in draft.witnesses):
        raise InputError(f"the key of {witness.name} is listed twice", remedy="list each witness once")
    return witness


def _group(draft: _Draft, name: str, threshold: str, members: tuple[str, ...]) -> Group:
    for member in members:
        if member not in draft.defined:
            raise _undefined(member)
        if member in draft.grouped:
            raise InputError(f"{member} is a member twice", remedy="list each name in one group, once")
        draft.grouped.add(member)
    thresholds = {"any": 1, "all": len(members)} | {str(k): k for k in range(1, len(members) + 1)}
    if threshold not in thresholds:
        raise InputError(
            f"the group {name} asks for {threshold} of {len(members)}", remedy="write all, any, or a number that fits"
        )
    return Group(name, thresholds[threshold], members)


def _undefined(name: str) -> InputError:
    return InputError(f"{name} is not defined above", remedy="define witnesses and groups before they are used")
