"""What is permitted and what stops: grant, consent, attest, suspend, end, dedicate, erase."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from okuzuke.cli import answers, clock, files, options, parsed
from okuzuke.cli.call import Call, opened
from okuzuke.cli.submitting import resolved, resolved_all, say, show_recorded, voice_of
from okuzuke.core.canonical import Json
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Span
from okuzuke.registry.grants import FROM_THE_START, PLATFORM, Consent, Grant, Ground
from okuzuke.registry.interests import Credit
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, Claim

_GRANTORS = (
    Capacity.WINDOW,
    Capacity.OWNER,
    Capacity.UNDERLYING,
    Capacity.PUBLICATION,
    Capacity.EXCLUSIVE,
    Capacity.NEIGHBOURING,
)
_STOPPERS = (*_GRANTORS, Capacity.AUTHOR, Capacity.PERSON, Capacity.REGISTRANT, Capacity.VERIFIER, Capacity.OPERATOR)
_DAY = timedelta(days=1)

Licensee: TypeAlias = Annotated[str, typer.Option(help="platform, class:NAME or a party.")]


def grant(
    context: typer.Context,
    subject: options.Subject,
    use: options.NamedUses,
    start: options.Start = None,
    until: options.End = None,
    licensee: Licensee = PLATFORM,
    purpose: Annotated[list[str] | None, typer.Option(help="Only for this; repeat it.")] = None,
    territory: options.Territories = None,
    medium: Annotated[list[str] | None, typer.Option(help="Only in this medium; repeat it.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="Only for this model family; repeat it.")] = None,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="To nobody else.")] = False,
    notice_days: Annotated[str, typer.Option(help="Days of notice to end it, or none.")] = "30",
    sheet: Annotated[str | None, typer.Option(help="The sheet that its money is shared by.")] = None,
    terms: Annotated[Path | None, typer.Option(help="The contract's file; its SHA-256 is stated.")] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(help="[USE=]free, share:PPM or fixed:500JPY/generation; one a use, sealed."),
    ] = None,
) -> None:
    """Permit uses of a work or a series; without prejudice to what the law allows."""
    call = Call.of(context)
    given: dict[str, list[str] | None] = {
        "purposes": purpose,
        "territories": territory,
        "mediums": medium,
        "models": model,
    }
    narrowed: dict[str, Json] = {name: list(values) for name, values in given.items() if values}
    span = Span(start or clock.now(), until)
    allow = [drafts.permission(item, span, {**narrowed, "exclusive": exclusive}) for item in use]
    days = parsed.notice(notice_days)
    grounds = (Ground.EXPIRY, Ground.BREACH) if days is None else (Ground.EXPIRY, Ground.NOTICE, Ground.BREACH)
    prices, paper = parsed.prices(price or [], use), files.digest_of(terms)
    with opened(call) as archive:
        about = resolved(archive, subject)
        known = archive.registry.known()
        sheet_id = Entry(resolved(archive, sheet)) if sheet is not None else None
        grantee = licensee if _is_class(licensee) else resolved(archive, licensee)
        say(
            call,
            archive,
            lambda signer: drafts.grant(
                signer,
                known,
                about,
                allow,
                grantee=grantee,
                sheet_id=sheet_id,
                notice_days=days,
                grounds=grounds,
                terms=paper,
                prices=prices,
            ),
            [*_GRANTORS, Capacity.VERIFIER],
            after=f"okuzuke consent show {short(about)} --use {use[0]}",
        )


def consent_show(
    context: typer.Context,
    subject: options.Subject,
    use: options.AskedUse,
    licensee: Licensee = PLATFORM,
    purpose: Annotated[str, typer.Option(help="For what.")] = "commercial",
    territory: Annotated[str, typer.Option(help="Where.")] = "JP",
    medium: Annotated[str, typer.Option(help="In what medium.")] = "picture",
    model_family: Annotated[str, typer.Option(help="For which models.")] = "okuzuke",
    valid_at: options.ValidAt = None,
    known_at: options.KnownAt = None,
) -> None:
    """Answer whether a use is permitted, by whom and why; a refusal exits with 3."""
    from okuzuke.registry.decision import Asked  # noqa: PLC0415 # only this command asks

    call = Call.of(context)
    with opened(call) as archive:
        grantee = licensee if _is_class(licensee) else resolved(archive, licensee)
        asked = Asked(resolved(archive, subject), use, grantee, purpose, territory, medium, model_family)
        answers.show_decision(call, archive, archive.registry.decide(asked, valid_at, known_at))


def consent_give(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="A grant, an authority, an ownership or a later version of a sheet.")],
    no: Annotated[bool, typer.Option("--no", help="Decline it.")] = False,
) -> None:
    """Join a grant, an authority or an ownership with one's own signature, or decline it."""
    call = Call.of(context)
    with opened(call) as archive:
        entry = Entry(resolved(archive, target))
        subject = getattr(archive.registry.known().body(entry, object), "subject", entry)
        say(
            call,
            archive,
            lambda signer: drafts.consent(signer, entry, agrees=not no),
            _GRANTORS,
            after=f"okuzuke consent show {short(subject)} --use train",
        )


def consent_moral(
    context: typer.Context,
    subject: options.Subject,
    use: options.NamedUses,
    credit: Annotated[Credit, typer.Option(help="How the author wants to be named.")] = Credit.NAME,
    first_publication: Annotated[
        bool, typer.Option("--first-publication", help="Also what was never made public.")
    ] = False,
) -> None:
    """Give the moral consent that only the author can give."""
    call = Call.of(context)
    with opened(call) as archive:
        about = resolved(archive, subject)
        known = archive.registry.known()
        say(
            call,
            archive,
            lambda signer: drafts.moral(signer.party, known, about, use, credit, first_publication=first_publication),
            [Capacity.AUTHOR],
            after=f"okuzuke consent show {short(about)} --use {use[0]}",
        )


def attest(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="What is attested: ownership, authority, party or grant.")],
    claim: Annotated[Claim, typer.Option(help="What is said of it.")],
    method: Annotated[str, typer.Option(help="How it was checked.")],
    evidence: options.Evidence = None,
    signatory: Annotated[list[str] | None, typer.Option(help="Who signed the paper; repeat it.")] = None,
    start: options.Start = None,
    until: options.End = None,
) -> None:
    """Attest title, authority, identity or a contract as a verifier; the operator appoints verifiers."""
    call = Call.of(context)
    appointment = claim is Claim.APPOINTMENT
    span = Span(start or clock.now(), until)
    paper = files.digest_of(evidence)
    with opened(call) as archive:
        entry = Entry(resolved(archive, target))
        signatories = [PartyId(party) for party in resolved_all(archive, signatory or [])]
        say(
            call,
            archive,
            lambda signer: drafts.attest(signer, claim, entry, method, span, evidence=paper, signatories=signatories),
            [Capacity.OPERATOR if appointment else Capacity.VERIFIER],
            after="okuzuke log show" if appointment else f"okuzuke export {short(entry)} --for auditor -o {claim}.okz",
            by_operator=appointment,
        )


def suspend(
    context: typer.Context,
    subject: options.Subject,
    use: options.Uses = None,
    until: options.End = None,
) -> None:
    """Stop new uses of a work, a series or one grant at once."""
    call = Call.of(context)
    with opened(call) as archive:
        about = resolved(archive, subject)
        known = archive.registry.known()
        say(
            call,
            archive,
            lambda signer: drafts.suspend(signer, known, about, use, until),
            _STOPPERS,
            after=f"okuzuke affected {short(about)}",
            by_operator=True,
        )


def end(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="A grant, suspension, dedication, consent, attestation or interest.")],
    ground: Annotated[Ground, typer.Option(help="Why; void and rescission act from the start, the others forward.")],
    effective: options.Effective = None,
    evidence: options.Evidence = None,
) -> None:
    """End a statement on a ground it names."""
    call = Call.of(context)
    paper = files.digest_of(evidence)
    with opened(call) as archive:
        entry = Entry(resolved(archive, target))
        known = archive.registry.known()
        at = effective or _effective(known, entry, ground, clock.now())
        voice = voice_of(call, archive, by_operator=True)
        say(
            call,
            archive,
            lambda signer: drafts.end(signer, entry, ground, at, paper),
            _enders(known, entry, ground, voice.party),
            after=f"okuzuke affected {short(entry)}",
            by_operator=True,
        )


def dedicate(
    context: typer.Context,
    series: Annotated[str, typer.Argument(help="The series or work that its maker put under CC0.")],
    licence_url: Annotated[str, typer.Option(help="Where the CC0 deed is.")],
    source_url: Annotated[str, typer.Option(help="Where its maker says so.")],
    evidence: Annotated[list[Path], typer.Option(help="A file the finding rests on, kept here; repeat it.")],
    creator: Annotated[str | None, typer.Option(help="Who made it; sealed.")] = None,
) -> None:
    """Record the operator's finding of a CC0 dedication: open to challenge, no payee, no endorsement."""
    call = Call.of(context)
    data = [files.read(path) for path in evidence]
    with opened(call) as archive:
        about = resolved(archive, series)
        known = archive.registry.known()
        kept = [archive.blobs.put(item) for item in data]
        say(
            call,
            archive,
            lambda signer: drafts.dedication(
                signer.party, known, about, licence_url, source_url, clock.now(), kept, creator=creator
            ),
            [Capacity.OPERATOR],
            after="okuzuke screen",
            by_operator=True,
        )


def erase(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="An entry, or a work whose row is to go.")],
    reason: Annotated[str, typer.Option(help="Why; sealed.")],
) -> None:
    """Clear a document or a row for good; the log's leaf and every proof stay."""
    call = Call.of(context)
    with opened(call) as archive:
        item = archive.erase(resolved(archive, target), reason)
        show_recorded(call, archive, item, after="okuzuke rebuild")


def _is_class(licensee: str) -> bool:
    return licensee == PLATFORM or licensee.startswith("class:")


def _effective(known: Statements, target: Entry, ground: Ground, now: datetime) -> datetime:
    """Return when an ending takes effect at the earliest: by notice, the first day that begins after it has run."""
    body = known.body(target, Grant)
    if ground is not Ground.NOTICE or body is None or body.revocation.notice_days is None:
        return now
    run = now + timedelta(days=body.revocation.notice_days)
    return run.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def _enders(known: Statements, target: Entry, ground: Ground, signer: PartyId) -> list[Capacity]:
    """Return the capacities in which this party can end the target: first those in which it gave it."""
    if ground in FROM_THE_START | {Ground.COURT}:
        return [Capacity.VERIFIER, Capacity.OPERATOR]
    facts = [known.facts[target]] if target in known.facts else []
    facts += [fact for fact, _ in known.about(target, Consent)]
    gave = [fact.capacity for fact in facts if fact.signer == signer]
    # Paper that a verifier attests says that others gave it, so those come next.
    return [*dict.fromkeys([*gave, *_GRANTORS, Capacity.VERIFIER, Capacity.OPERATOR])]
