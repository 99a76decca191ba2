from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.accounts.book import Kind, balances, payable
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.money import Money
from okuzuke.registry.decision import Basis
from okuzuke.registry.prices import Per, Price, PriceModel
from okuzuke.registry.sheets import PPM, Line, Of
from okuzuke.royalties.split import Fee, Paid, Terms, Unit, divide, fee_of, split, waterfall, withhold
from registry_facts import digest_of

SHEETS = sorted(Entry(digest_of("sheet", at)) for at in range(4))
FOUND = Entry(digest_of("dedication"))
PARTIES = [PartyId(digest_of("party", at)) for at in range(4)]
FAMILIES = [WorkId(digest_of("family", at)) for at in range(6)]
OUTPUT = Entry(digest_of("output"))
MONTH = "2026-06"


def line(name: str, payee: PartyId, of: Of = Of.REST, ppm: int = PPM) -> Line:
    return Line(name, payee, of, ppm)


def fixed(sub_units: int, currency: str = "JPY", per: Per = Per.GENERATION) -> Price:
    return Price(PriceModel.FIXED, Money(sub_units, currency), per, None, None)


def share(ppm: int) -> Price:
    return Price(PriceModel.SHARE, None, None, ppm, None)


def paid_of(sub_units: int) -> Paid:
    return Paid(OUTPUT, Money(sub_units, "JPY"), MONTH)


ppm = st.integers(0, PPM)
names = st.sampled_from(["窓口手数料", "原作", "製作委員会"])
above = st.builds(line, names, st.sampled_from(PARTIES), st.sampled_from(Of), st.integers(1, PPM))
last = st.builds(line, names, st.sampled_from(PARTIES))
waterfalls = st.builds(lambda first, rest: (*first, rest), st.lists(above, max_size=4), last)
units = st.builds(
    lambda names, families, contested: tuple(
        Unit(
            unit,
            Basis.DEDICATION if unit == FOUND else Basis.GRANT,
            families,
            tuple(FAMILIES[: min(contested, families)]) if unit != FOUND else (),
        )
        for unit in names
    ),
    st.lists(st.sampled_from([*SHEETS[:3], FOUND]), min_size=1, unique=True),
    st.integers(1, 300),
    st.integers(0, 6),
)
prices = st.one_of(st.none(), st.integers(0, 10**9).map(fixed), ppm.map(share))
fees = st.lists(st.builds(Fee, st.one_of(st.none(), st.sampled_from(SHEETS)), prices), max_size=4)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Paid, list[Fee], dict[Entry, int], Terms]:
    found = draw(units)
    cut = sorted(draw(st.lists(ppm, min_size=len(found) - 1, max_size=len(found) - 1)))
    bounds = [0, *cut, PPM]
    parts = {unit.unit: high - low for unit, low, high in zip(found, bounds, bounds[1:], strict=False)}
    sheets = draw(st.dictionaries(st.sampled_from(SHEETS), waterfalls))
    terms = Terms(draw(ppm), draw(ppm), found, sheets)
    price = draw(st.one_of(st.integers(0, 40), st.integers(0, 10**12)))
    return paid_of(price), draw(fees), parts, terms


@given(cases())
def test_a_split_neither_makes_nor_loses_money(case: tuple[Paid, list[Fee], dict[Entry, int], Terms]) -> None:
    paid, asked, parts, terms = case
    transfers = split(paid, asked, parts, terms)

    assert sum(item.amount.sub_units for item in transfers) == paid.price.sub_units
    assert {item.debit.path for item in transfers} <= {f"pool:generation:{MONTH}:JPY"}
    assert all(item.output == OUTPUT for item in transfers)


@given(cases())
def test_the_order_in_which_anything_is_named_changes_nothing(
    case: tuple[Paid, list[Fee], dict[Entry, int], Terms],
) -> None:
    paid, asked, parts, terms = case
    turned = replace(
        terms,
        units=tuple(replace(unit, contested=unit.contested[::-1]) for unit in terms.units[::-1]),
        waterfalls=dict([*terms.waterfalls.items()][::-1]),
    )

    assert split(paid, asked[::-1], dict([*parts.items()][::-1]), turned) == split(paid, asked, parts, terms)


@given(cases())
def test_nobody_is_paid_for_a_dedication_nor_outside_the_sheets(
    case: tuple[Paid, list[Fee], dict[Entry, int], Terms],
) -> None:
    transfers = split(*case)
    payees = {item.payee for lines in case[3].waterfalls.values() for item in lines}

    assert {item.payee for item in transfers if item.payee is not None} <= payees
    for item in transfers:
        assert (item.credit.kind is Kind.PAYABLE) == (item.payee is not None)
        assert item.unit != FOUND
        assert item.credit.kind is not Kind.PAYABLE or item.credit == payable(item.payee or PARTIES[0], "JPY")


@given(cases())
def test_declared_fees_never_take_more_than_the_platform_left(
    case: tuple[Paid, list[Fee], dict[Entry, int], Terms],
) -> None:
    paid, asked, parts, terms = case
    stages = divide(paid.price, asked, parts, terms)
    sheets = sum(stages.sheets.values())

    assert stages.kept == paid.price.sub_units * terms.platform_share_ppm // PPM
    assert stages.kept + sheets + stages.common + stages.unattributed == paid.price.sub_units
    assert min(stages.kept, stages.common, stages.unattributed, *stages.sheets.values(), 0) == 0


@given(st.integers(0, 10**12), waterfalls)
def test_a_waterfall_gives_all_that_came_in_and_nothing_below_zero(amount: int, lines: tuple[Line, ...]) -> None:
    runs = waterfall(amount, lines)

    assert sum(run.amount for run in runs) == amount
    assert all(run.amount >= 0 for run in runs)
    assert [run.line for run in runs] == list(lines)


@given(st.integers(0, 10**9), st.integers(1, 60), st.integers(0, 6))
def test_what_is_contested_is_held_back_in_proportion_and_no_more(amount: int, families: int, contested: int) -> None:
    unit = Unit(SHEETS[0], Basis.GRANT, families, tuple(FAMILIES[: min(contested, families)]))
    held, free = withhold(amount, unit)

    assert sum(held.values()) + free == amount
    assert all(abs(part * families - amount) < families for part in held.values())
    assert bool(held) == bool(unit.contested and amount * len(unit.contested) >= families) or amount < families


def _terms(*found: Unit, rho: int = 0, platform: int = 0, **lines: tuple[Line, ...]) -> Terms:
    sheets = {unit.unit: (line("全額", PARTIES[at]),) for at, unit in enumerate(found) if unit.basis is Basis.GRANT}
    return Terms(platform, rho, found, sheets | {SHEETS[int(name[1:])]: value for name, value in lines.items()})


def _plain(at: int, families: int = 10) -> Unit:
    return Unit(SHEETS[at], Basis.GRANT, families)


def test_a_unit_without_a_part_earns_only_its_common_part_and_one_without_families_only_its_part() -> None:
    both = _terms(_plain(0), _plain(1), rho=1_000_000)
    common = _terms(_plain(0), _plain(1, 0), rho=0)
    parts = {SHEETS[0]: PPM, SHEETS[1]: 0}

    assert divide(Money(1000, "JPY"), [], parts, both).sheets == {SHEETS[0]: 1000, SHEETS[1]: 0}
    assert divide(Money(1000, "JPY"), [], parts, common).sheets == {SHEETS[0]: 1000, SHEETS[1]: 0}


def test_the_worked_example_of_the_documents_comes_out_to_the_sub_unit() -> None:
    # 20 yen: the platform keeps 4; a fee of 3 comes off; of the other 13, a quarter follows the shares.
    terms = _terms(_plain(0, 30), _plain(1, 10), Unit(FOUND, Basis.DEDICATION, 60), rho=250_000, platform=200_000)
    parts = {SHEETS[0]: 600_000, SHEETS[1]: 300_000, FOUND: 100_000}
    stages = divide(Money(20_000_000, "JPY"), [Fee(SHEETS[0], fixed(3_000_000))], parts, terms)

    assert stages.kept == 4_000_000
    assert stages.sheets[SHEETS[0]] == 3_000_000 + 1_950_000 + 2_925_000
    assert stages.sheets[SHEETS[1]] == 975_000 + 975_000
    assert stages.common == 325_000 + 5_850_000


def test_a_share_in_the_smallest_part_is_paid_in_sub_units_and_the_majority_does_not_take_it() -> None:
    # In whole yen, 20 yen over a thousand holders would all go to the largest few (royalties of 0xSplits, issue 21).
    terms = _terms(_plain(0), _plain(1), rho=1_000_000)
    sheets = divide(Money(20_000_000, "JPY"), [], {SHEETS[0]: 999_999, SHEETS[1]: 1}, terms).sheets

    assert sheets == {SHEETS[0]: 19_999_980, SHEETS[1]: 20}


def test_fees_that_ask_for_more_than_there_is_share_what_there_is_in_proportion() -> None:
    terms = _terms(_plain(0), _plain(1), platform=200_000)
    asked = [Fee(SHEETS[0], fixed(1500)), Fee(SHEETS[1], fixed(500))]
    stages = divide(Money(1000, "JPY"), asked, {SHEETS[0]: PPM}, terms)

    assert (stages.kept, stages.sheets) == (200, {SHEETS[0]: 600, SHEETS[1]: 200})


@pytest.mark.parametrize(
    ("price", "fee"),
    [
        (None, 0),
        (fixed(300), 300),
        (fixed(300, "USD"), 0),
        (fixed(300, per=Per.PERIOD), 0),
        (fixed(-300), 0),
        (share(150_000), 150),
        (Price(PriceModel.FREE, None, None, None, None), 0),
        (Price(PriceModel.TARIFF, Money(300, "JPY"), Per.GENERATION, None, None), 0),
    ],
)
def test_a_licence_asks_for_its_price_a_generation_or_its_share_and_for_nothing_else(
    price: Price | None, fee: int
) -> None:
    assert fee_of(price, Money(1000, "JPY")) == fee


def test_a_contested_familys_money_goes_to_escrow_and_the_rest_down_the_waterfall() -> None:
    terms = _terms(Unit(SHEETS[0], Basis.GRANT, 4, (FAMILIES[0],)))
    left = balances(split(paid_of(1000), [], {SHEETS[0]: PPM}, terms))

    assert left[f"escrow:{FAMILIES[0]}:JPY"] == 250
    assert left[f"payable:{PARTIES[0]}:JPY"] == 750


def test_where_every_family_is_contested_nobody_is_paid() -> None:
    terms = _terms(Unit(SHEETS[0], Basis.GRANT, 2, tuple(FAMILIES[:2])))
    transfers = split(paid_of(1001), [], {SHEETS[0]: PPM}, terms)

    assert {item.credit.kind for item in transfers} == {Kind.ESCROW}


def test_a_sheet_without_readable_lines_pays_nobody_and_its_money_waits() -> None:
    terms = replace(_terms(_plain(0)), waterfalls={})
    [only] = split(paid_of(1000), [Fee(None, fixed(10))], {SHEETS[0]: PPM}, terms)[1:]

    assert (only.credit.path, only.amount.sub_units, only.unit) == ("suspense:unattributed:JPY", 990, SHEETS[0])


def test_gross_lines_are_of_all_that_came_in_and_rest_lines_of_what_is_left() -> None:
    lines = (
        line("窓口手数料", PARTIES[0], Of.GROSS, 100_000),
        line("原作", PARTIES[1], Of.REST, 500_000),
        line("上乗せ", PARTIES[2], Of.GROSS, 700_000),
        line("製作委員会", PARTIES[3]),
    )

    assert [run.amount for run in waterfall(1001, lines)] == [100, 450, 451, 0]


def test_what_was_got_for_nothing_moves_nothing() -> None:
    assert split(paid_of(0), [Fee(SHEETS[0], fixed(10))], {SHEETS[0]: PPM}, _terms(_plain(0))) == ()


@pytest.mark.parametrize("parts", [{SHEETS[1]: PPM}, {SHEETS[0]: PPM - 1}, {}])
def test_shares_that_are_not_the_whole_or_name_a_stranger_are_refused(parts: dict[Entry, int]) -> None:
    with pytest.raises(CheckFailedError, match="shares"):
        split(paid_of(100), [], parts, _terms(_plain(0)))
