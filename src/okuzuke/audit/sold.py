"""Credits sold and used, held against rates and lots: what a user paid is what an output cost. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from okuzuke.accounts.lots import Lot
from okuzuke.accounts.rates import Pack, Rates, Tariff, in_force, tokyo_day, tokyo_month
from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.audit.paid import transfers
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.generation.credits import Capture, Purchase, charge, opened, paid_in
from okuzuke.generation.output import Output
from okuzuke.generation.request import Request


def check_credits(bundle: Bundle, judged: Judged) -> str:
    """Return what purchases and captures come to where this reader sees them; the first that fails raises."""
    till = _Till(bundle, judged)
    sold = sum(till.check_purchase(item, purchase) for item, purchase in judged.all(Purchase))
    used = sum(till.check_capture(item, capture) for item, capture in judged.all(Capture))
    return f"{sold} purchases and {used} captures follow from rates and lots" if sold or used else ""


class _Till:
    """The lots as the log so far left them."""

    def __init__(self, bundle: Bundle, judged: Judged) -> None:
        self._bundle = bundle
        self._judged = judged
        self._lots: dict[Entry, tuple[PartyId, Lot]] = {}
        self._captured: set[Entry] = set()
        self._free: Counter[tuple[PartyId, date]] = Counter()

    def check_purchase(self, item: Stated, purchase: Purchase) -> bool:
        """Say whether the purchase is open and follows from the rates in force."""
        if purchase.user is None or purchase.price is None or purchase.credits is None or purchase.reference is None:
            return False
        rates = self._rates(item, purchase.rates)
        if Pack(purchase.credits, purchase.price) not in rates.packs:
            raise failure(f"purchase {short(item.entry)}: no such pack was sold then")
        lot = purchase.lot(item.entry)
        if lot.lot in {other.lot for _, other in self._lots.values()}:
            raise failure(f"purchase {short(item.entry)} is one payment recorded twice")
        if transfers(self._bundle, purchase.transfers.root) != paid_in(
            purchase.user, purchase.reference, purchase.price
        ):
            raise failure(f"purchase {short(item.entry)}: its transfers are not its price")
        self._lots[item.entry] = (purchase.user, lot)
        return True

    def check_capture(self, item: Stated, capture: Capture) -> bool:
        """Say whether the capture is open and follows from lots, free credits and rates."""
        named = f"capture {short(item.entry)}"
        beneath = capture.beneath(item.statement.rests_on)
        if capture.request in self._captured:
            raise failure(f"{named}: its request was captured before")
        self._captured.add(capture.request)
        for entry in beneath.outputs:
            _, output = self._judged.beneath(item, entry, Output)
            if output.request != capture.request:
                raise failure(f"{named} pays an output of another request")
        rates = self._rates(item, beneath.rates)
        if capture.user is None or capture.lots is None or capture.free is None or capture.paid is None:
            return False
        _, request = self._judged.beneath(item, capture.request, Request)
        if request.user is not None and request.user != capture.user:
            raise failure(f"{named}: another user pays than the one who asked")
        lots = self._left(capture)
        prices, draws = opened(capture.prices, "prices"), opened(capture.lots, "lots")
        if len(prices) != capture.outputs or lots is None:
            raise failure(f"{named}: it has not one price an output, or draws what is not the user's to draw")
        unit_credits, rest = divmod(capture.free + capture.paid, capture.outputs)
        if rest or unit_credits not in {rates.picture_credits, self._asked_under(item, capture, rates).picture_credits}:
            raise failure(f"{named}: an output cost other credits than the rates say")
        made = charge(capture.outputs, unit_credits, capture.free, lots, prices[0].currency)
        month = tokyo_month(item.recorded_at)
        moved = transfers(self._bundle, capture.transfers.root) if capture.transfers is not None else ()
        stated = (capture.free, capture.paid, draws, prices, moved)
        if stated != (made.free, made.paid, made.draws, made.prices, made.moves(beneath.outputs, month)):
            raise failure(f"{named}: its prices do not follow from lots and free credits")
        self._free[capture.user, tokyo_day(item.recorded_at)] += capture.free
        if self._free[capture.user, tokyo_day(item.recorded_at)] > rates.free_per_day:
            raise failure(f"{named} uses more free credits than a day has")
        for draw in draws:
            user, lot = self._lots[draw.lot]
            self._lots[draw.lot] = (user, Lot(lot.purchase, lot.lot, lot.credits, draw.last, lot.price))
        return True

    def _left(self, capture: Capture) -> list[Lot] | None:
        """Return the lots that could pay, oldest first, as they were left; None where one is not the user's.

        A user's bundle does not bring the user's other captures, so there a lot stands where the draw found it.
        """
        draws = opened(capture.lots, "lots")
        if any(draw.lot not in self._lots or self._lots[draw.lot][0] != capture.user for draw in draws):
            return None
        if self._bundle.reader == AUDITOR:
            return [lot for user, lot in self._lots.values() if user == capture.user]
        for draw in draws:
            if draw.first < self._lots[draw.lot][1].used:
                return None
        return [replace(self._lots[draw.lot][1], used=draw.first) for draw in draws]

    def _asked_under(self, item: Stated, capture: Capture, later: Rates) -> Rates:
        """Return the rates that were in force when the credits were held, with the request, as far as they are here."""
        requested, _ = self._judged.beneath(item, capture.request, Request)
        found = self._newest(requested)
        return found.rates if found is not None else later

    def _rates(self, item: Stated, entry: Entry) -> Rates:
        stated, rates = self._judged.beneath(item, entry, Rates)
        newest = self._newest(item)
        if newest is None or newest.entry != stated.entry:
            raise failure(f"{item.statement.kind} {short(item.entry)} rests on rates that were not in force")
        return rates

    def _newest(self, item: Stated) -> Tariff | None:
        tables = [
            Tariff(other.entry, other.index, other.recorded_at, table)
            for other, table in self._judged.all(Rates)
            if other.index < item.index
        ]
        return in_force(tables, item.recorded_at)
