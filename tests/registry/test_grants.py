"""The grant's document, field by field, and the documents beside it: what is read, what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from okuzuke.core.canonical import Json, JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry
from okuzuke.core.intervals import parse_instant
from okuzuke.core.money import Money
from okuzuke.registry.authority import Authority
from okuzuke.registry.grants import (
    Approval,
    Attribution,
    CharacterRules,
    Denied,
    Derivatives,
    Effect,
    Grant,
    Ground,
    Limits,
    Permission,
    Policy,
    Rating,
    Revocation,
    Stage,
)
from okuzuke.registry.interests import Interest, Ownership
from okuzuke.registry.known import Body, read_body
from okuzuke.registry.prices import Per, Price, PriceModel
from okuzuke.registry.sheets import Of, Sheet
from okuzuke.registry.uses import ALL_USES, Use
from registry_facts import digest_of

START, END = "2026-04-01T00:00:00.000000Z", "2027-04-01T00:00:00.000000Z"
YEN: JsonObject = {"amount": "61000000", "currency": "JPY", "scale": 6}
PERMISSION: JsonObject = {
    "act": "character",
    "models": ["okuzuke"],
    "stage": "studio",
    "purposes": ["commercial"],
    "mediums": ["picture"],
    "territories": ["JP"],
    "from": START,
    "until": END,
    "limits": {"count": 100, "per": "day", "seconds": 15, "resolution": 1024},
    "attribution": "text",
    "watermark": True,
    "approval": "pre",
    "exclusive": True,
    "derivatives": {"allowed": True, "share_ppm": 100_000, "policy": "absolute", "depth": 3},
    "character": {
        "ids": [digest_of("figure")],
        "deny": ["sexual", "political"],
        "pair_deny": [digest_of("rival")],
        "rating_max": "R15+",
        "voice": False,
        "max_per_day": 10,
    },
}
PUBLIC: JsonObject = {
    "vocabulary": 1,
    "subject": digest_of("series"),
    "grantee": "platform",
    "allow": [PERMISSION],
    "revoke": {
        "notice_days": 30,
        "effect": "stop_new",
        "survive": ["paid_outputs"],
        "grounds": ["expiry", "notice"],
    },
    "sheet": digest_of("sheet"),
    "law": "JP",
    "terms_sha256": digest_of("terms"),
    "without_prejudice": True,
}
PRICE: JsonObject = {"model": "fixed", "amount": YEN, "per": "generation", "share_ppm": None, "min_guarantee": YEN}
OWNERS = [digest_of("a"), digest_of("b")]
OWNERSHIP: JsonObject = {
    "subject": digest_of("series"),
    "form": "joint",
    "title": "creation",
    "owners": OWNERS,
    "agreement_sha256": None,
}
INTEREST: JsonObject = {
    "subject": digest_of("series"),
    "party": digest_of("a"),
    "interest": "underlying",
    "title": "creation",
    "uses": ["*"],
    "territories": ["*"],
    "from": START,
    "until": None,
}
WINDOW: JsonObject = {
    "uses": ["train"],
    "mediums": ["*"],
    "territories": ["*"],
    "from": START,
    "until": None,
    "rule": "parts",
    "party": None,
    "at_least": "2/3",
}


def read(public: JsonObject = PUBLIC, **sealed: object) -> Body:
    return read_body("grant", public, sealed)  # type: ignore[arg-type]


def with_permission(**changes: object) -> JsonObject:
    return {**PUBLIC, "allow": [{**PERMISSION, **changes}]}  # type: ignore[dict-item]


def test_every_field_of_a_grant_is_read_as_it_was_signed() -> None:
    yen = Money(61_000_000, "JPY")
    assert read(prices=[PRICE]) == Grant(
        subject=digest_of("series"),
        grantee="platform",
        allow=(
            Permission(
                act=Use.CHARACTER,
                models=("okuzuke",),
                stage=Stage.STUDIO,
                purposes=("commercial",),
                mediums=("picture",),
                territories=("JP",),
                start=parse_instant(START),
                end=parse_instant(END),
                limits=Limits(100, "day", 15, 1024),
                attribution=Attribution.TEXT,
                watermark=True,
                approval=Approval.PRE,
                exclusive=True,
                derivatives=Derivatives(allowed=True, share_ppm=100_000, policy=Policy.ABSOLUTE, depth=3),
                character=CharacterRules(
                    (Entry(digest_of("figure")),),
                    (Denied.SEXUAL, Denied.POLITICAL),
                    (Entry(digest_of("rival")),),
                    Rating.R15,
                    voice=False,
                    max_per_day=10,
                ),
            ),
        ),
        revocation=Revocation(30, Effect.STOP_NEW, ("paid_outputs",), frozenset({Ground.EXPIRY, Ground.NOTICE})),
        sheet=Entry(digest_of("sheet")),
        law="JP",
        terms_sha256=digest_of("terms"),
        vocabulary=1,
        prices=(Price(PriceModel.FIXED, yen, Per.GENERATION, None, yen),),
    )


def test_prices_that_stay_sealed_are_none() -> None:
    grant = read()
    assert isinstance(grant, Grant)
    assert grant.prices is None


@pytest.mark.parametrize("grantee", ["platform", digest_of("studio"), "class:fans"])
def test_a_grant_is_to_the_platform_a_party_or_a_class(grantee: str) -> None:
    grant = read({**PUBLIC, "grantee": grantee})
    assert isinstance(grant, Grant)
    assert grant.grantee == grantee


@pytest.mark.parametrize("field", sorted(set(PUBLIC) - {"sheet", "terms_sha256"}))
def test_a_grant_without_a_field_is_refused(field: str) -> None:
    with pytest.raises(InputError):
        read({name: value for name, value in PUBLIC.items() if name != field})


@pytest.mark.parametrize("field", sorted(set(PERMISSION) - {"until", "limits", "derivatives", "character"}))
def test_a_permission_without_a_field_is_refused(field: str) -> None:
    allow: JsonObject = {name: value for name, value in PERMISSION.items() if name != field}
    with pytest.raises(InputError):
        read({**PUBLIC, "allow": [allow]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"vocabulary": 2},
        {"vocabulary": 0},
        {"without_prejudice": False},
        {"without_prejudice": None},
        {"grantee": "everyone"},
        {"allow": []},
        {"colour": "red"},
        {"subject": "7f"},
        {"sheet": "7f"},
        {"revoke": {"notice_days": -1, "effect": "stop_new", "survive": [], "grounds": []}},
        {"revoke": {"notice_days": None, "effect": "stop_new", "survive": [], "grounds": ["whim"]}},
        {"revoke": {"notice_days": None, "effect": "stop_new", "survive": [], "grounds": [], "fee": 1}},
    ],
)
def test_a_grant_with_an_unknown_or_wrong_field_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(InputError):
        read({**PUBLIC, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "cameo"},
        {"act": "*"},
        {"stage": "all"},
        {"models": "okuzuke"},
        {"purposes": [""]},
        {"until": START},
        {"until": "2025-01-01T00:00:00Z"},
        {"from": "yesterday"},
        {"attribution": "loud"},
        {"approval": "maybe"},
        {"exclusive": 1},
        {"watermark": None},
        {"limits": {"count": 0}},
        {"limits": {"count": 1, "bytes": 1}},
        {"derivatives": {"allowed": True, "share_ppm": 1_000_001, "policy": "direct", "depth": 1}},
        {"derivatives": {"allowed": True, "share_ppm": 1, "policy": "some", "depth": 1}},
        {"character": {**PERMISSION["character"], "deny": ["kindness"]}},  # type: ignore[dict-item]
        {"character": {**PERMISSION["character"], "rating_max": "X"}},  # type: ignore[dict-item]
        {"sublicence": True},
    ],
)
def test_a_permission_with_an_unknown_or_wrong_field_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        read(with_permission(**wrong))


@pytest.mark.parametrize(
    "prices",
    [
        [],
        [PRICE, PRICE],
        [{**PRICE, "amount": 61}],
        [{**PRICE, "amount": "61"}],
        [{**PRICE, "amount": {**YEN, "amount": 61_000_000}}],
        [{**PRICE, "amount": {**YEN, "scale": 0}}],
        [{**PRICE, "min_guarantee": 0.5}],
        [{**PRICE, "model": "barter"}],
        [{**PRICE, "tip": YEN}],
        PRICE,
    ],
)
def test_prices_are_one_a_permission_and_never_a_json_number(prices: object) -> None:
    with pytest.raises(InputError):
        read(prices=prices)


def test_an_unknown_sealed_field_is_refused() -> None:
    with pytest.raises(InputError):
        read(discount="secret")


def test_only_cc0_is_a_dedication_and_it_needs_evidence() -> None:
    public: JsonObject = {
        "subject": digest_of("series"),
        "licence": "CC0-1.0",
        "licence_url": "https://cc0.example",
        "source_url": "https://source.example",
        "retrieved_at": START,
        "evidence": [digest_of("page")],
    }
    read_body("dedication", public, {})
    with pytest.raises(InputError, match="no dedication"):
        read_body("dedication", {**public, "licence": "CC-BY-4.0"}, {})
    with pytest.raises(InputError, match="evidence"):
        read_body("dedication", {**public, "evidence": []}, {})


def test_owners_parts_are_fractions_of_one_whole() -> None:
    body = read_body("ownership", OWNERSHIP, {"parts": {OWNERS[0]: "2/3", OWNERS[1]: "1/3"}})
    assert isinstance(body, Ownership)
    assert dict(body.parts or ()) == {OWNERS[0]: Fraction(2, 3), OWNERS[1]: Fraction(1, 3)}


@pytest.mark.parametrize(
    "parts",
    [
        ["1/2", "1/3"],
        ["1", "0"],
        ["2", "-1"],
        ["1/0", "1"],
        ["half", "half"],
        ["0.5", "0.5"],
        ["1e999999999", "1/2"],
        [0.5, 0.5],
        ["1"],
    ],
)
def test_parts_that_make_no_whole_are_refused(parts: list[Json]) -> None:
    with pytest.raises(InputError):
        read_body("ownership", OWNERSHIP, {"parts": dict(zip(OWNERS, parts, strict=False))})


@pytest.mark.parametrize(
    "wrong",
    [{"owners": []}, {"owners": [OWNERS[0]] * 2}, {"owners": OWNERS[:1]}, {"form": "sole"}, {"title": "theft"}],
)
def test_owners_who_do_not_hold_as_stated_are_refused(wrong: JsonObject) -> None:
    with pytest.raises(InputError):
        read_body("ownership", {**OWNERSHIP, **wrong}, {})


def test_an_interest_in_every_use_is_in_the_uses_of_its_vocabulary() -> None:
    body = read_body("interest", INTEREST, {})
    assert isinstance(body, Interest)
    assert body.uses == ALL_USES


@pytest.mark.parametrize(
    "wrong", [{"uses": ["*", "train"]}, {"uses": ["cameo"]}, {"interest": "owner"}, {"until": "2020-01-01"}]
)
def test_an_interest_with_an_unknown_use_or_a_backward_period_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(InputError):
        read_body("interest", {**INTEREST, **wrong}, {})


def authority(**changes: object) -> Body:
    window = {**WINDOW, **changes}
    public = {
        "subject": digest_of("series"),
        "windows": [window],
        "suspension_by": "any_member",
        "agreement_sha256": None,
    }
    return read_body("authority", public, {})  # type: ignore[arg-type]


def test_a_window_is_decided_by_a_party_by_parts_or_by_all() -> None:
    for changes in (
        {},
        {"rule": "window", "party": OWNERS[0], "at_least": None},
        {"rule": "unanimous", "at_least": None},
        {"at_least": "1"},
    ):
        assert isinstance(authority(**changes), Authority)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at_least": None},
        {"at_least": "0"},
        {"at_least": "-1/2"},
        {"at_least": "3/2"},
        {"at_least": "1e999999999"},
        {"rule": "window"},
        {"party": OWNERS[0]},
        {"rule": "unanimous"},
        {"rule": "chance"},
        {"until": "2020-01-01"},
        {"fee": 1},
    ],
)
def test_a_window_without_one_clear_decider_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        authority(**wrong)


def line(name: str, of: str, share_ppm: int) -> JsonObject:
    return {"name": name, "payee": OWNERS[0], "of": of, "share_ppm": share_ppm}


def test_a_waterfall_ends_with_the_whole_rest() -> None:
    body = read_body(
        "sheet",
        {"subject": digest_of("series"), "sheet": None},
        {"lines": [line("窓口手数料", "gross", 100_000), line("出資比率", "rest", 1_000_000)]},
    )
    assert isinstance(body, Sheet)
    assert [each.of for each in body.lines or ()] == [Of.GROSS, Of.REST]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [line("a", "rest", 999_999)],
        [line("a", "gross", 1_000_000)],
        [line("a", "gross", 600_000), line("b", "gross", 600_000), line("c", "rest", 1_000_000)],
        [line("a", "rest", 0), line("b", "rest", 1_000_000)],
    ],
)
def test_a_waterfall_that_pays_too_much_or_leaves_something_is_refused(lines: list[JsonObject]) -> None:
    with pytest.raises(InputError):
        read_body("sheet", {"subject": digest_of("series"), "sheet": None}, {"lines": lines})


def test_an_unknown_kind_fails_closed() -> None:
    with pytest.raises(InputError, match="unknown kind"):
        read_body("blessing", PUBLIC, {})
