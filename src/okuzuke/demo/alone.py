"""A holder who decides alone: its series, its ownership, its sheet, its grant, and what a generation costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import Entry
from okuzuke.core.money import Money
from okuzuke.demo import opening
from okuzuke.demo.cast import STUDIO, Member
from okuzuke.demo.catalogue import series
from okuzuke.demo.telling import Telling
from okuzuke.registry import drafts
from okuzuke.registry.interests import Form, InterestKind, Title
from okuzuke.registry.parties import Capacity
from okuzuke.registry.prices import Per, PriceModel
from okuzuke.registry.sheets import PPM, Line, Of
from okuzuke.registry.uses import Use

MANEKINEKO = "manekineko"
_SHARE_PPM = 150_000


@dataclass(frozen=True, slots=True)
class Held:
    """What makes a series usable: who owns it, where its money goes, what is granted."""

    series: Entry
    owned: Entry
    sheet: Entry
    grant: Entry


@dataclass(frozen=True, slots=True)
class Offer:
    """On what title a holder stands, what its line of the sheet is called, and what it grants at which price."""

    title: Title
    line: str
    prices: Mapping[Use, JsonObject]
    notice_days: int


def studio(telling: Telling) -> Held:
    """Let the studio enter a series of its own; nobody has attested its title, which is only claimed."""
    share = price(PriceModel.SHARE, share_ppm=_SHARE_PPM)
    prices = {Use.TRAIN: free(), Use.CAPTION: free(), Use.GENERATE: share}
    offer = Offer(Title.WORK_FOR_HIRE, "制作会社", prices, 30)
    return hold(telling, MANEKINEKO, STUDIO, f"© {STUDIO.names.name}", offer)


def hold(telling: Telling, series_id: str, holder: Member, copyright_line: str, offer: Offer) -> Held:
    """Let a holder enter a series and all that a use of it needs."""
    title = series(series_id).title_ja
    subject = opening.series(telling, series_id, holder, copyright_line)
    opening.register(telling, series_id, subject, holder)
    registrant, owner = telling.signer(holder, Capacity.REGISTRANT), telling.signer(holder, Capacity.OWNER)
    party = owner.party
    owned = telling.say(
        f"ownership {series_id}",
        holder,
        lambda known: drafts.ownership(registrant, known, subject, {party: "1"}, Form.SOLE, offer.title),
    )
    telling.fact("ownership", f"{title}  sole; only claimed as yet (申告のみ)", owned)
    span = telling.since()
    telling.say(
        f"interest {series_id}",
        holder,
        lambda known: drafts.interest(registrant, known, subject, party, InterestKind.AUTHOR, offer.title, span),
    )
    sheet = telling.say(
        f"sheet {series_id}",
        holder,
        lambda known: drafts.sheet(owner, known, subject, [Line(offer.line, party, Of.REST, PPM)]),
    )
    telling.fact("sheet", f"{title}  all to {holder.names.name}", sheet)
    term = opening.ten_years(telling)
    granted = telling.say(
        f"grant {series_id}",
        holder,
        lambda known: drafts.grant(
            owner,
            known,
            subject,
            [drafts.permission(use, term) for use in offer.prices],
            sheet_id=sheet,
            notice_days=offer.notice_days,
            prices=list(offer.prices.values()),
        ),
    )
    telling.fact("grant", f"{', '.join(offer.prices)} for ten years; the prices are sealed (封緘)", granted)
    return Held(subject, owned, sheet, granted)


def free() -> JsonObject:
    """Return the price of what costs nothing."""
    return price(PriceModel.FREE)


def price(
    model: PriceModel, *, amount: Money | None = None, per: Per | None = None, share_ppm: int | None = None
) -> JsonObject:
    """Return a price as a grant seals it."""
    return {
        "model": model.value,
        "amount": amount.to_json() if amount is not None else None,
        "per": per.value if per is not None else None,
        "share_ppm": share_ppm,
        "min_guarantee": None,
    }
