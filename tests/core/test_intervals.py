from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import InputError
from okuzuke.core.intervals import Period, format_instant, parse_instant

instants = st.datetimes(timezones=st.just(UTC))
# Few instants, so that ends meet starts.
days = st.integers(0, 6).map(lambda day: datetime(2026, 12, 1 + day, tzinfo=UTC))
JST = timezone(timedelta(hours=9))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(days)
    return Period(start, draw(st.none() | days.filter(lambda day: day >= start)))


@given(instants)
def test_every_recorded_instant_reads_back_as_itself(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(instants, instants)
def test_recorded_instants_sort_as_they_stand(first: datetime, second: datetime) -> None:
    assert (first < second) == (format_instant(first) < format_instant(second))


def test_an_instant_of_another_zone_is_recorded_in_utc() -> None:
    assert format_instant(datetime(2026, 12, 1, 9, 30, tzinfo=JST)) == "2026-12-01T00:30:00.000000Z"


def test_a_date_is_its_first_instant_in_utc() -> None:
    assert parse_instant("2026-12-01") == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T09:00:00",
        "2026-12-01T09:00:00+00:00",
        "2026-12-01T09:00:00z",
        "2026-12-01 09:00:00Z",
        "2026-12-01T09:00Z",
        "2026-12-01T09:00:00.123Z",
        "2026-12-01T24:00:00Z",
        "2026-12-01T23:59:60Z",
        "2026-02-29",
        "2026-12-01\n",
        "２０２６-12-01",
        "20261201",
        "2026-W01-1",
        "",
        None,
        20261201,
    ],
)
def test_any_other_spelling_of_an_instant_is_refused(text: object) -> None:
    with pytest.raises(InputError, match="not an instant"):
        parse_instant(text)


def test_an_instant_without_a_zone_is_not_recorded() -> None:
    with pytest.raises(InputError, match="without a zone"):
        format_instant(datetime(2026, 12, 1))  # noqa: DTZ001 # the naive instant is what is refused


def test_a_period_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="instants with a zone"):
        Period(datetime(2026, 12, 1))  # noqa: DTZ001 # the naive instant is what is refused


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InputError, match=r"ends .* before it starts"):
        Period(datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def test_a_period_covers_its_start_and_not_its_end() -> None:
    period = Period(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
    assert period.covers(period.start)
    assert period.covers(datetime(2026, 12, 1, 23, 59, 59, 999_999, tzinfo=UTC))
    assert not period.covers(datetime(2026, 12, 2, tzinfo=UTC))


@given(days, days, days)
def test_two_periods_that_meet_cover_every_instant_once(first: datetime, second: datetime, third: datetime) -> None:
    start, middle, end = sorted([first, second, third])
    before, after = Period(start, middle), Period(middle, end)
    for instant in (first, second, third):
        assert before.covers(instant) + after.covers(instant) == Period(start, end).covers(instant)
    assert not before.overlaps(after)


# Bounds are whole days, so the starts of the days decide whether some instant lies in both.
@given(periods(), periods())
def test_periods_overlap_where_some_instant_lies_in_both(first: Period, second: Period) -> None:
    starts = [datetime(2026, 12, day, tzinfo=UTC) for day in range(1, 9)]
    assert first.overlaps(second) == any(first.covers(start) and second.covers(start) for start in starts)
    assert second.overlaps(first) == first.overlaps(second)
