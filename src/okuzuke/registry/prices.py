"""What a permission costs: sealed from everyone but payee, licensee and auditor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okuzuke.core.fields import Fields
from okuzuke.core.money import Money


class PriceModel(StrEnum):
    """How a use is priced."""

    FIXED = "fixed"
    SHARE = "share"
    TARIFF = "tariff"
    FREE = "free"


class Per(StrEnum):
    """What a price is for one of."""

    GENERATION = "generation"
    SECOND = "second"
    THOUSAND_VIEWS = "1k_views"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Price:
    """What one permission costs; sealed from everyone but payee, licensee and auditor."""

    model: PriceModel
    amount: Money | None
    per: Per | None
    share_ppm: int | None
    min_guarantee: Money | None


def read_price(fields: Fields) -> Price:
    """Return a price; every amount is a string of sub-units with its scale."""
    price = Price(
        fields.choice("model", PriceModel),
        Money.from_json(fields.raw("amount")) if fields.has("amount") else None,
        fields.choice("per", Per) if fields.has("per") else None,
        fields.integer("share_ppm", high=1_000_000) if fields.has("share_ppm") else None,
        Money.from_json(fields.raw("min_guarantee")) if fields.has("min_guarantee") else None,
    )
    fields.end()
    return price
