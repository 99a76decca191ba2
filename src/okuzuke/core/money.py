"""Money as int64 sub-units with a currency and its scale; on paper a string, never a float, never a JSON number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from okuzuke.core.errors import InputError

INT64_MAX = 2**63 - 1
SCALES: Mapping[str, int] = {"JPY": 6, "USD": 6, "USDC": 6, "POINT": 9}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `sub_units` of 10**-scale of the currency, within int64.

    >>> Money(61_000_000, "JPY").to_json()
    {'amount': '61000000', 'currency': 'JPY', 'scale': 6}
    """

    sub_units: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse unknown currencies and amounts beyond int64."""
        if self.currency not in SCALES:
            raise InputError(f"unknown currency {self.currency!r}", remedy=f"use one of {', '.join(SCALES)}")
        if not -INT64_MAX <= self.sub_units <= INT64_MAX:
            raise InputError(f"{self.sub_units} {self.currency} does not fit int64", remedy="split the amount")

    def to_json(self) -> dict[str, str | int]:
        return {"amount": str(self.sub_units), "currency": self.currency, "scale": SCALES[self.currency]}

    @classmethod
    def from_json(cls, value: object) -> Money:
        """Read {"amount": string, "currency", "scale"}; any other shape or scale is an `InputError`."""
        match value:
            case {"amount": str(amount), "currency": str(currency), "scale": int(scale)} if (
                isinstance(value, Mapping) and len(value) == 3 and _INTEGER.fullmatch(amount) and amount != "-0"
            ):
                money = cls(int(amount), currency)
                if scale == SCALES[currency]:
                    return money
        raise InputError(
            f"not an amount of money: {value!r}", remedy='write {"amount":"1000000","currency":"JPY","scale":6}'
        )


def allocate(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return parts that sum to `total` exactly, by largest remainder, ties by key; weight zero gets zero.

    A negative total mirrors the allocation of its positive. Source: Hamilton's method (largest remainder).

    >>> allocate(100, {"a": 1, "b": 1, "c": 1})
    {'a': 34, 'b': 33, 'c': 33}
    """
    if total < 0:
        return {key: -part for key, part in allocate(-total, weights).items()}
    if any(weight < 0 for weight in weights.values()):
        raise InputError("a weight is negative", remedy="give weights of zero or more")
    weight_sum = sum(weights.values())
    if weight_sum == 0:
        if total:
            raise InputError(f"{total} sub-units have nobody to go to", remedy="give at least one weight above zero")
        return dict.fromkeys(sorted(weights), 0)
    parts = {key: total * weights[key] // weight_sum for key in sorted(weights)}
    remainders = sorted(parts, key=lambda key: (-(total * weights[key] % weight_sum), key))
    for key in remainders[: total - sum(parts.values())]:
        parts[key] += 1
    return parts
