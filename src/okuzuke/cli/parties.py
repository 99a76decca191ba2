"""The archive itself and who is in it: init, party, persona."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.cli import clock, files, options
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import show, table
from okuzuke.cli.submitting import Voice, hand_in, resolved, resolved_all, say, voice_of
from okuzuke.core.errors import InputError
from okuzuke.core.ids import PartyId, short
from okuzuke.ledger import keys
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Names
from okuzuke.registry.parties import Capacity, PartyEndGround, PartyType, Role
from okuzuke.settings import Settings

if TYPE_CHECKING:
    from okuzuke.archive import Archive

_NOBODY_YET = PartyId("")


@dataclass(frozen=True, slots=True)
class Made:
    """A new archive."""

    path: Path
    origin: str
    operator: PartyId
    log: str
    """The log's key as a C2SP vkey, which readers pin."""


def init(
    context: typer.Context,
    operator: Annotated[str, typer.Option(help="Who runs the archive.")],
    origin: Annotated[str, typer.Option(help="The log's name for ever, such as example.com/log.")],
    kana: options.Kana = None,
    romaji: options.Romaji = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fictional parties; title only claimed enters snapshots.")
    ] = False,
) -> None:
    """Lay a new archive in an empty folder; its keys are drawn afresh."""
    from okuzuke.archive import Archive  # noqa: PLC0415 # SQL is imported by commands that need it

    call = Call.of(context)
    settings = Settings(origin, demo)
    with Archive.create(call.path, settings, Names(operator, kana, romaji), now=clock.now) as archive:
        made = Made(call.path, origin, archive.operator, str(archive.journal.verifier_key))
    lines = table([["archive", str(made.path), made.origin, f"operator {operator}", short(made.operator)]])
    after = f"okuzuke party NAME --type organisation --new-key NAME.pem --archive {made.path}"
    show(made, lines, as_json=call.json, after=after)


def party(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The name of a new party.")] = None,
    type_: Annotated[PartyType | None, typer.Option("--type", help="What it is.")] = None,
    role: Annotated[Role, typer.Option(help="What it says it is here.")] = Role.HOLDER,
    kana: options.Kana = None,
    romaji: options.Romaji = None,
    legal_name: options.LegalName = None,
    new_key: Annotated[Path | None, typer.Option(help="Draw a key and write it here.")] = None,
    rotate: Annotated[str | None, typer.Option(metavar="PARTY", help="Change the key of this party instead.")] = None,
    new_did: Annotated[str | None, typer.Option(help="With --rotate: the new key, held elsewhere.")] = None,
    end: Annotated[str | None, typer.Option(metavar="PARTY", help="End this party instead.")] = None,
    ground: Annotated[PartyEndGround | None, typer.Option(help="With --end: why.")] = None,
    successor: Annotated[list[str] | None, typer.Option(help="With --end: who follows; repeat it.")] = None,
    evidence: options.Evidence = None,
) -> None:
    """Enter a person or an organisation with its key; or change its key, or end it."""
    call = Call.of(context)
    if sum(given is not None for given in (name, rotate, end)) != 1:
        raise InputError("one party is entered, rotated or ended", remedy="give NAME, --rotate PARTY or --end PARTY")
    with opened(call) as archive:
        if name is not None and type_ is not None:
            names = Names(name, kana, romaji)
            _enter(call, archive, names, type_, role, legal_name, new_key)
        elif rotate is not None:
            _rotate(call, archive, rotate, new_key, new_did)
        elif end is not None and ground is not None:
            _end(call, archive, end, ground, successor or [], files.digest_of(evidence))
        else:
            missing = "--type person or --type organisation" if end is None else f"--ground {PartyEndGround.DEATH}"
            raise InputError(f"{name or end} is not described in full", remedy=f"give {missing}")


def persona(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The stage name.")],
    legal_name: options.LegalName = None,
) -> None:
    """Enter a person's likeness and voice; the person signs."""
    call = Call.of(context)
    with opened(call) as archive:
        say(
            call,
            archive,
            lambda signer: drafts.persona(signer.party, name, legal_name=legal_name),
            [Capacity.PERSON],
            after="okuzuke log show",
        )


def _enter(
    call: Call,
    archive: Archive,
    names: Names,
    type_: PartyType,
    role: Role,
    legal_name: str | None,
    new_key: Path | None,
) -> None:
    with _first_voice(call, new_key) as voice:
        draft = drafts.party(
            names,
            type_,
            role,
            voice.did,
            operator=archive.operator,
            demo=archive.settings.demo,
            legal_name=legal_name,
        )
        after = {
            Role.VERIFIER: 'okuzuke attest {entry} --claim appointment --method "…"',
            Role.USER: "okuzuke log show",
        }.get(role, 'okuzuke series TITLE --title-en TITLE --copyright-line "© …" --registrant {entry} --key KEY.pem')
        hand_in(call, archive, draft, voice, after=after)


@contextmanager
def _first_voice(call: Call, new_key: Path | None) -> Iterator[Voice]:
    """Give who signs a party's first statement, which nobody is known for yet."""
    if sum(given is not None for given in (call.key, new_key, call.draft)) != 1:
        raise InputError(
            "a party begins with one key", remedy="give --new-key FILE, --key FILE, or --draft FILE --did DID"
        )
    if new_key is not None:
        with files.new_key(new_key) as key:
            yield _voice(key)
    elif call.key is not None:
        yield _voice(keys.load(call.key))
    elif call.did is not None:
        yield Voice(_NOBODY_YET, call.did, None)
    else:
        raise InputError("a draft needs its signer's key", remedy="give --did DID")


def _voice(key: Ed25519PrivateKey) -> Voice:
    return Voice(_NOBODY_YET, keys.did_of(key.public_key()), key)


def _rotate(call: Call, archive: Archive, rotate: str, new_key: Path | None, new_did: str | None) -> None:
    party_id = PartyId(resolved(archive, rotate))
    voice = voice_of(call, archive, party=party_id)
    after = f"okuzuke log show   # the old key of {short(party_id)} signs nothing more"
    if new_key is not None and new_did is None:
        with files.new_key(new_key) as key:
            hand_in(call, archive, drafts.key(party_id, _voice(key).did, voice.did), voice, after=after)
    elif new_did is not None and new_key is None:
        hand_in(call, archive, drafts.key(party_id, new_did, voice.did), voice, after=after)
    else:
        raise InputError("a rotation names one new key", remedy="give --new-key FILE or --new-did DID")


def _end(
    call: Call, archive: Archive, end: str, ground: PartyEndGround, successors: list[str], evidence: str | None
) -> None:
    ended = PartyId(resolved(archive, end))
    following = [PartyId(party_id) for party_id in resolved_all(archive, successors)]
    say(
        call,
        archive,
        lambda signer: drafts.party_end(signer, ended, ground, following, evidence),
        [Capacity.SELF, Capacity.OPERATOR],
        after=f"okuzuke affected {short(ended)}",
        by_operator=True,
    )
