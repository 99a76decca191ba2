"""Compound options read into values. Pure: ids stay as typed, the clock's instant is handed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from okuzuke.cli.values import chosen, nearest_of
from okuzuke.core.canonical import Json, JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.intervals import parse_instant
from okuzuke.core.money import SCALES, Money
from okuzuke.registry.authority import Rule
from okuzuke.registry.drafts import Span
from okuzuke.registry.interests import read_part
from okuzuke.registry.prices import Per, PriceModel
from okuzuke.registry.sheets import Of
from okuzuke.registry.uses import Use

EVERY = "*"
_ALL_PPM = 1_000_000
_DECIMAL = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,3}))?")
_AMOUNT = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?([A-Z]{3,5})(?:/(\w+))?")


@dataclass(frozen=True, slots=True)
class WindowText:
    """One `--window`; `party` is an id as typed, None under another rule; `uses` None means every use."""

    uses: tuple[Use, ...] | None
    span: Span
    rule: Rule
    party: str | None
    at_least: str | None


@dataclass(frozen=True, slots=True)
class LineText:
    """One `--line` of a sheet; `payee` is an id as typed."""

    name: str
    payee: str
    of: Of
    share_ppm: int


def owners(texts: Sequence[str]) -> dict[str, str]:
    """Return the part of each owner, ids as typed.

    >>> owners(["7f3a9c00=1/3", "8e2b1d11=2/3"])
    {'7f3a9c00': '1/3', '8e2b1d11': '2/3'}
    """
    found: dict[str, str] = {}
    for text in texts:
        party, equals, part = text.partition("=")
        if not equals or not party or not part:
            raise InputError(f"--owner {text!r} names no part", remedy="write --owner PARTY=1/3")
        if party in found:
            raise InputError(f"--owner {party} is named twice", remedy="name each owner once")
        read_part(part, f"--owner {party}")
        found[party] = part
    return found


def window(text: str, now: datetime) -> WindowText:
    """Return one decision rule: USE[,USE]=PARTY, =unanimous or =parts:2/3, each [@FROM..UNTIL]; * means every use.

    Without FROM it begins now.
    """
    named, equals, rest = text.partition("=")
    decider, _, period = rest.partition("@")
    if not equals or not decider:
        raise InputError(f"--window {text!r} names no decider", remedy='write --window "train,caption=PARTY"')
    uses = None if named == EVERY else tuple(chosen(use.strip(), Use, "a use of --window") for use in named.split(","))
    start, _, end = period.partition("..")
    span = Span(parse_instant(start) if start else now, parse_instant(end) if end else None)
    if decider == Rule.UNANIMOUS:
        return WindowText(uses, span, Rule.UNANIMOUS, None, None)
    rule, colon, at_least = decider.partition(":")
    if rule == Rule.PARTS and colon:
        read_part(at_least, "the parts of --window")
        return WindowText(uses, span, Rule.PARTS, None, at_least)
    return WindowText(uses, span, Rule.WINDOW, decider, None)


def line(text: str) -> LineText:
    """Return one line of a sheet: NAME=PARTY:gross|rest:PPM.

    >>> line("窓口手数料=7f3a9c00:gross:100000").share_ppm
    100000
    """
    name, _, rest = text.rpartition("=")
    match rest.split(":"):
        case [payee, of, share] if name and payee and _is_share(share):
            return LineText(name, payee, chosen(of, Of, "what --line is taken of"), int(share))
    raise InputError(
        f"--line {text!r} is no line of a sheet",
        remedy=f"write --line NAME=PARTY:gross:100000, in millionths up to {_ALL_PPM}",
    )


def prices(texts: Sequence[str], uses: Sequence[Use]) -> list[JsonObject] | None:
    """Return one price a use, in the order of the uses; None where none is named.

    A price is [USE=]free, [USE=]share:PPM or [USE=]fixed:500JPY/generation (or tariff:...); without USE it is for all.
    """
    if not texts:
        return None
    found: dict[str, JsonObject] = {}
    for text in texts:
        use, equals, price = text.rpartition("=")
        for named in [chosen(use, Use, "the use of --price")] if equals else uses:
            found[named] = _price(price)
    missing = [use for use in uses if use not in found]
    if missing or len(found) > len(uses):
        odd = missing[0] if missing else next(use for use in found if use not in uses)
        raise InputError(f"prices and uses differ: {odd}", remedy="give one price a use: --price train=free")
    return [found[use] for use in uses]


def notice(text: str) -> int | None:
    """Return the days of notice; None where the grant cannot be ended by notice."""
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > 36_500:
        raise InputError(f"--notice-days {text!r} is no number of days", remedy="write --notice-days 30, or none")
    return int(text)


def listed(texts: Sequence[str]) -> list[str]:
    """Return the parts of comma-separated options, each once, in order.

    >>> listed(["grant,dedication", "grant"])
    ['grant', 'dedication']
    """
    return list(dict.fromkeys(part.strip() for text in texts for part in text.split(",") if part.strip()))


def thousandths(text: str, what: str) -> int:
    """Return a decimal number in thousandths; a finer one is refused.

    >>> thousandths("2.5", "--guidance")
    2500
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise InputError(f"{what} is {text!r}", remedy=f"write {what} 2.0, with at most 3 decimals")
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))


def _price(text: str) -> JsonObject:
    name, _, rest = text.partition(":")
    model = chosen(name, PriceModel, "a --price")
    price: dict[str, Json] = dict.fromkeys(("amount", "per", "share_ppm", "min_guarantee"))
    if model is PriceModel.SHARE and _is_share(rest):
        price["share_ppm"] = int(rest)
    elif model in (PriceModel.FIXED, PriceModel.TARIFF) and (found := _AMOUNT.fullmatch(rest)) is not None:
        price["amount"] = _money(found).to_json()
        price["per"] = chosen(found[4], Per, "what a --price is for").value if found[4] else None
    elif model is not PriceModel.FREE or rest:
        raise InputError(
            f"--price {text!r} is no price",
            remedy=f"write free, share:50000 (in millionths up to {_ALL_PPM}) or fixed:500JPY/generation",
        )
    return {"model": model.value, **price}


def _is_share(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,7}", text) is not None and int(text) <= _ALL_PPM


def _money(found: re.Match[str]) -> Money:
    whole, fraction, currency = found[1], found[2] or "", found[3]
    if currency not in SCALES:
        raise InputError(f"the currency of --price is {currency!r}", remedy=nearest_of(currency, list(SCALES)))
    scale = SCALES[currency]
    sub_units = Decimal(f"{whole}.{fraction or 0}").scaleb(scale)
    if sub_units != sub_units.to_integral_value():
        raise InputError(f"{found[0]!r} is finer than {currency} is counted", remedy=f"give at most {scale} decimals")
    return Money(int(sub_units), currency)
