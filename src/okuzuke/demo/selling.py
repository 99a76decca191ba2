"""Credits and pictures: what is free of charge first, then pictures that somebody pays for, each with its colophon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from okuzuke.accounts.rates import Pack, default_rates
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry
from okuzuke.core.money import Money
from okuzuke.core.pages import money
from okuzuke.demo import catalogue
from okuzuke.demo.alone import MANEKINEKO
from okuzuke.demo.cast import VISITOR
from okuzuke.demo.catalogue import Kind
from okuzuke.demo.contest import KOKESHI
from okuzuke.demo.learning import Learnt
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.telling import Telling, write
from okuzuke.generation import store as generation
from okuzuke.generation.output import Output
from okuzuke.ledger import store as ledger
from okuzuke.training.vocabulary import UnitWords, Vocabulary

OPEN = "open"
"""What the pictures are called for which no series was named."""
OWN = (DARUMA, KOKESHI, MANEKINEKO)
PAID_EACH = 8
MONTH = "2026-06"
"""In which the pictures are paid for."""

_CURRENCY = "JPY"
_PACK = Pack(10, Money(600_000_000, _CURRENCY))
_PACKS = 3
_FREE_EACH, _FREE_OPEN = 3, 6
_AT_ONCE = 4
_SAID = 3
"""How many tags of a caption are asked with; what is left open differs from picture to picture."""
_CHANGE = timedelta(days=118)


@dataclass(frozen=True, slots=True)
class Made:
    """A picture of the story: its statement, its file and bundle in the archive's folder, what was paid for it."""

    series: str
    entry: Entry
    output: Output
    picture: Path
    price: Money

    @property
    def bundle(self) -> Path:
        return self.picture.with_name(f"{self.picture.name}.okz")


@dataclass(frozen=True, slots=True)
class Sold:
    """Everything that was made and paid, and the tables of rates: the one in force and the one announced."""

    made: tuple[Made, ...]
    rates: Entry
    announced: Entry
    purchases: tuple[Entry, ...]
    captures: tuple[Entry, ...]

    def of(self, series: str) -> tuple[Made, ...]:
        return tuple(made for made in self.made if made.series == series)


@dataclass(frozen=True, slots=True)
class _Order:
    """One request: the series it names, if any, what is typed and how many are made."""

    series: str
    title: str | None
    prompt: str
    count: int
    at: int
    """The number of its first picture within the series."""


def sell(telling: Telling, learnt: Learnt) -> Sold:
    """Set the rates, sell credits, and make the pictures: the day's free ones, then the paid ones."""
    rates, announced = _rates(telling)
    purchases = _buy(telling)
    made: list[Made] = []
    captures: list[Entry] = []
    for order in _orders(telling, learnt):
        capture, pictures = _generate(telling, order, first=not made)
        captures.append(capture)
        made += pictures
    return Sold(tuple(made), rates, announced, purchases, tuple(captures))


def trained_units(vocabulary: Vocabulary) -> dict[str, UnitWords]:
    """Return what the model knows of each trained series, by the series' id in the catalogue, in its order."""
    titles = {words.name: words for words in vocabulary.units.values()}
    return {known.id: titles[known.title_ja] for known in catalogue.catalogue() if known.title_ja in titles}


def vocabulary_of(telling: Telling, learnt: Learnt) -> Vocabulary:
    return Vocabulary.read(telling.archive.blobs.get(learnt.trained.model.vocabulary))


def _rates(telling: Telling) -> tuple[Entry, Entry]:
    """Record the rates in force, and those of autumn beforehand."""
    till = telling.archive.till

    def set_now() -> Entry:
        return till.set_rates(replace(default_rates(telling.since().start), packs=(_PACK,))).entry

    rates = telling.step("rates", set_now)
    each = Money(_PACK.price.sub_units // _PACK.credits, _CURRENCY)
    told = f"{_PACK.credits} credits {money(_PACK.price)}, a picture 1 credit ({money(each)}), 30 free a day"
    telling.fact("rates", f"{told}; the platform keeps 20 %", rates)

    def set_later() -> Entry:
        later = telling.since().start + _CHANGE
        table = replace(default_rates(later), packs=(_PACK,), platform_share_ppm=180_000)
        return till.set_rates(table).entry

    announced = telling.step("rates announced", set_later)
    telling.fact(
        "announced", f"18 % from {telling.now + _CHANGE:%Y-%m-%d}; what is paid before is divided as now", announced
    )
    return rates, announced


def _buy(telling: Telling) -> tuple[Entry, ...]:
    till, user = telling.archive.till, telling.parties[VISITOR.name]

    def buy(number: int) -> Entry:
        return telling.step(f"buy {number}", lambda: till.buy(user, _PACK.credits, _CURRENCY, f"receipt-{number}"))

    bought = tuple(buy(number) for number in range(1, _PACKS + 1))
    price = Money(_PACK.price.sub_units * _PACKS, _CURRENCY)
    telling.fact("credits buy", f"{VISITOR.names.name}: {_PACKS} packs, {money(price)}", bought[-1])
    return bought


def _orders(telling: Telling, learnt: Learnt) -> list[_Order]:
    """Return the requests: dedications and an open prompt use the day's free credits up, own series are paid for."""
    vocabulary = vocabulary_of(telling, learnt)
    units = trained_units(vocabulary)
    missing = [series for series in OWN if series not in units]
    if missing:
        raise InputError(f"every work of {', '.join(missing)} was held out", remedy="tell the story with more works")
    captions = _captions(telling, learnt, vocabulary)

    def order(series: str, count: int, at: int) -> _Order:
        words = captions[series][at // _AT_ONCE % len(captions[series])]
        return _Order(series, catalogue.series(series).title_ja, ", ".join(words), count, at)

    orders = [order(series, _FREE_EACH, 1) for series in units if catalogue.series(series).kind is Kind.DEDICATION]
    grounds = [tag for tag in vocabulary.tags if tag.endswith(" ground")]
    shared = max(grounds, key=lambda tag: (vocabulary.tags[tag], tag))
    orders.append(_Order(OPEN, None, shared, _FREE_OPEN, 1))
    for at in range(1, PAID_EACH + 1, _AT_ONCE):
        orders += [order(series, _AT_ONCE, at) for series in OWN]
    return orders


def _captions(telling: Telling, learnt: Learnt, vocabulary: Vocabulary) -> dict[str, list[tuple[str, ...]]]:
    """Return the beginnings of captions, of works the model never saw as far as it knows their words; else of any."""
    ground = telling.archive.training.ground(learnt.trained.model.run)
    unseen = {place.work for family in ground.division.held_out for place in family.places}
    found: dict[str, list[tuple[str, ...]]] = {}
    for series, words in trained_units(vocabulary).items():
        tags = [(work, ground.tags[work]) for work in ground.tags if set(words.series) & set(ground.known.scopes(work))]
        short = [(work, said[:_SAID]) for work, said in tags]
        known = [(work, said) for work, said in short if all(tag in vocabulary.tags for tag in said)]
        found[series] = [said for work, said in known if work in unseen] or [said for _, said in known]
    return found


def _generate(telling: Telling, order: _Order, *, first: bool) -> tuple[Entry, list[Made]]:
    """Have one request made, and write its pictures beside the archive."""
    archive, user = telling.archive, telling.parties[VISITOR.name]
    key = f"{order.series}-{order.at:04d}"
    named = [] if order.title is None else [order.title]
    seed = telling.seed.number * 1000 + order.at

    def act() -> Entry:
        done = archive.studio.generate(order.prompt, user=user, series=named, count=order.count, seed=seed, key=key)
        with archive.database.reading() as connection:
            return generation.capture_of(connection, done.request).entry

    capture = telling.step(f"generate {key}", act, "capture")
    with archive.database.reading() as connection:
        request = ledger.recorded(connection, capture).statement.public["request"]
    generated = archive.studio.read(Entry(str(request)))
    prices = generated.capture.prices or ()
    made: list[Made] = []
    for number, (output, paid) in enumerate(zip(generated.outputs, prices, strict=True), order.at):
        picture = archive.path / "pictures" / f"{order.series}-{number:04d}.png"
        write(picture, archive.blobs.get(output.output.file))
        if first and not made:
            telling.fact("first", f"{picture}")
        made.append(Made(order.series, output.entry, output.output, picture, paid))
    whole = Money(sum(paid.sub_units for paid in prices), _CURRENCY)
    cost = f"paid {money(whole)}" if whole.sub_units else "free"
    telling.fact("generate", f"{len(made)} of {order.series}: “{order.prompt}”  {cost}", generated.request)
    return capture, made
