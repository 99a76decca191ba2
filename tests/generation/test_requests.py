from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from okuzuke.core.canonical import canonical_bytes
from okuzuke.core.errors import InputError, RightsError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot, WorkId
from okuzuke.core.intervals import format_instant
from okuzuke.datasets.manifest import Place, Snapshot
from okuzuke.generation.names import Prompt, names_of, read_prompt
from okuzuke.generation.request import Learnt, Licence, Permit, Request, Terms, Wish, own_tags, permit, wish
from okuzuke.registry.decision import Asked, Basis
from okuzuke.registry.grants import Ground
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Character, Persona
from okuzuke.training.model import Model, Unit
from okuzuke.training.vocabulary import UnitWords, Vocabulary
from registry_facts import Book, digest_of, permission

TRAIN = permission(Use.TRAIN)
GENERATE = permission(Use.GENERATE)
NOTHING = Prompt((), (), ())


class Learning:
    """A register in memory and a model that learnt two series of it, ann's and ben's, two works of each."""

    def __init__(self, *extra: Use) -> None:
        self.book = Book()
        self.judge = self.book.verifier("judge")
        self.ann, self.ben = self.book.party("ann"), self.book.party("ben")
        allow = [TRAIN, GENERATE, *(permission(use) for use in extra)]
        self.hers, self.her_works, self.her_grant = self.series(self.ann, *allow)
        self.his, self.his_works, self.his_grant = self.series(self.ben, TRAIN, GENERATE)
        self.learnt = self.freeze(
            {self.her_grant: self.her_works, self.his_grant: self.his_works},
            {self.her_grant: UnitWords("hers", (self.hers,), ("daruma", "round")), self.his_grant: self.his_words},
        )

    @property
    def his_words(self) -> UnitWords:
        return UnitWords("his", (self.his,), ("kokeshi", "calm"))

    def series(self, party: PartyId, *allow: object) -> tuple[Entry, tuple[WorkId, ...], Entry]:
        series = self.book.series(party)
        self.book.owned(series, party, party)
        works = tuple(self.book.work(series, party) for _ in range(2))
        return series, works, self.book.grant(series, party, *allow)  # type: ignore[arg-type]

    def freeze(self, units: dict[Entry, Sequence[WorkId]], words: dict[Entry, UnitWords]) -> Learnt:
        basis = {unit: Basis.GRANT if unit in (self.her_grant, self.his_grant) else Basis.DEDICATION for unit in units}
        places = [
            Place(at, work, digest_of(work), work, basis[unit], None, self.book.decide(work).rests_on)
            for at, (unit, work) in enumerate((unit, work) for unit, works in units.items() for work in works)
        ]
        asset = AssetId("1" * 64)
        found = tuple(Unit(unit, basis[unit], words[unit].name, 2) for unit in sorted(units))
        model = Model(Entry("2" * 64), "tiny", "3" * 64, asset, asset, "4" * 64, asset, 4, (Basis.GRANT,), found, asset)
        asked = Asked("", Use.TRAIN)
        frozen_at = format_instant(self.book.now)
        self.book.wait(1)
        snapshot = Snapshot(
            SetRoot("5" * 64), len(places), None, asked, frozenset(Basis), frozen_at, title_claimed=True
        )
        tags = {"daruma": 2, "round": 3, "kokeshi": 2, "calm": 2, "red": 4}
        return Learnt(Entry("6" * 64), model, Vocabulary(tags, words), snapshot, tuple(places))

    def wish(self, prompt: str, *series: Entry) -> Wish:
        known = self.book.known
        read = read_prompt(prompt, names_of(known), self.learnt.vocabulary.tags)
        return wish(known, self.learnt, read, series)

    def permit(self, prompt: str = "red", *series: Entry, terms: Terms | None = None) -> Permit:
        wanted = self.wish(prompt, *series)
        return permit(self.book.known, self.learnt, wanted, terms or Terms(), self.book.now)

    def refused(self, prompt: str = "red", *series: Entry, terms: Terms | None = None) -> RightsError:
        with pytest.raises(RightsError) as caught:
            self.permit(prompt, *series, terms=terms)
        assert caught.value.exit_code == 3
        return caught.value


@pytest.fixture
def learning() -> Learning:
    return Learning()


def test_who_names_nobody_rests_on_every_unit(learning: Learning) -> None:
    permitted = learning.permit("red")

    assert {(licence.subject, licence.grant) for licence in permitted.licences} == {
        (learning.hers, learning.her_grant),
        (learning.his, learning.his_grant),
    }
    assert {learning.her_grant, learning.his_grant} <= set(permitted.rests_on)
    assert len(set(permitted.rests_on)) == len(permitted.rests_on)


def test_who_names_a_series_rests_on_it_alone(learning: Learning) -> None:
    permitted = learning.permit("red", learning.hers)

    assert [(licence.subject, licence.use) for licence in permitted.licences] == [(learning.hers, Use.GENERATE)]
    assert learning.his_grant not in permitted.rests_on


def test_a_tag_that_only_one_unit_carries_names_its_series(learning: Learning) -> None:
    assert learning.wish("daruma").series == (learning.hers,)
    assert learning.wish("kokeshi, calm").series == (learning.his,)
    assert set(own_tags(learning.learnt)) == {"daruma", "kokeshi", "calm"}


def test_a_tag_that_anothers_works_carry_too_names_nobody(learning: Learning) -> None:
    assert learning.wish("round").series == ()


def test_the_units_own_tags_lead_the_model(learning: Learning) -> None:
    assert learning.wish("red", learning.hers).tags == ("daruma", "round", "red")
    assert learning.wish("red").tags == ("red",)


def test_a_suspended_series_is_refused_in_both_languages_and_names_who_stopped_it(learning: Learning) -> None:
    learning.book.suspend(learning.hers, learning.ann, uses=frozenset({Use.GENERATE}))

    refused = learning.refused("red", learning.hers)

    assert "generate is not permitted (suspended); ask ann" in refused.message
    assert "「生成」は許諾未取得です（停止中）。問い合わせ先：ann" in refused.message
    assert "ann has suspended new uses." in refused.message
    assert "ann が新規利用を停止しています。" in refused.message
    assert refused.remedy.startswith("ask ann: okuzuke consent show")
    assert learning.permit("red", learning.his).licences


def test_one_unit_that_is_not_permitted_refuses_who_names_nobody(learning: Learning) -> None:
    learning.book.suspend(learning.hers, learning.ann)

    assert "--series" in learning.refused("red").remedy


def test_all_reasons_of_all_series_are_told(learning: Learning) -> None:
    learning.book.suspend(learning.hers, learning.ann)
    learning.book.end(learning.his_grant, learning.judge, Ground.COURT, by=Capacity.VERIFIER)

    message = learning.refused("red").message

    assert "ann has suspended new uses." in message
    assert "The grant ended by court." in message


def test_a_series_never_granted_names_its_owner(learning: Learning) -> None:
    eve = learning.book.party("eve")
    series = learning.book.series(eve)
    learning.book.owned(series, eve, eve)

    refused = learning.refused("red", series)

    assert "not_asked" in refused.message
    assert f"ask eve: okuzuke grant {series[:12]} --use generate" in refused.remedy


def test_a_grant_that_waits_for_a_member_names_the_member(learning: Learning) -> None:
    eve, fay = learning.book.party("eve"), learning.book.party("fay")
    series = learning.book.series(eve)
    learning.book.owned(series, eve, eve, fay)
    grant = learning.book.grant(series, eve, GENERATE)

    refused = learning.refused("red", series)

    assert "（協議中）" in refused.message
    assert f"ask fay: okuzuke consent give {grant[:12]}" in refused.remedy


def test_whoever_declined_is_named_and_the_answer_is_no(learning: Learning) -> None:
    eve, fay = learning.book.party("eve"), learning.book.party("fay")
    series = learning.book.series(eve)
    learning.book.owned(series, eve, eve, fay)
    grant = learning.book.grant(series, eve, GENERATE)
    learning.book.consent(grant, fay, agrees=False)

    assert "「生成」は不許諾です（不許諾）。問い合わせ先：fay" in learning.refused("red", series).message


def test_a_series_that_is_permitted_and_not_learnt_is_bad_input(learning: Learning) -> None:
    series, _, _ = learning.series(learning.book.party("eve"), GENERATE)

    with pytest.raises(InputError, match=r"has not learnt .*, though it is permitted") as caught:
        learning.permit("red", series)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("terms", [Terms(territory="US"), Terms(purpose="research"), Terms(medium="clip")])
def test_a_grant_too_narrow_for_the_request_refuses_and_names_its_holder(terms: Terms) -> None:
    narrow = replace(GENERATE, territories=("JP",), purposes=("commercial",), mediums=("picture",))
    learning = Learning()
    series, works, grant = learning.series(learning.book.party("eve"), TRAIN, narrow)
    learning.her_grant, learning.hers = grant, series
    learning.learnt = learning.freeze({grant: works}, {grant: UnitWords("eve's", (series,), ())})

    assert learning.permit().licences
    assert "ask eve" in learning.refused(terms=terms).remedy


def test_a_work_that_was_stopped_alone_stops_its_series_and_no_other(learning: Learning) -> None:
    learning.book.suspend(learning.her_works[0], learning.ann)

    assert learning.refused("red", learning.hers).exit_code == 3
    assert learning.permit("red", learning.his).licences


def test_works_that_were_granted_one_by_one_need_no_grant_of_the_series() -> None:
    learning = Learning()
    eve = learning.book.party("eve")
    series = learning.book.series(eve)
    learning.book.owned(series, eve, eve)
    works = [learning.book.work(series, eve) for _ in range(2)]
    first = learning.book.grant(works[0], eve, TRAIN, GENERATE)
    learning.her_grant = first
    learning.learnt = learning.freeze({first: works[:1]}, {first: UnitWords("eve's", (series,), ())})

    assert [(item.subject, item.grant) for item in learning.permit("red", series).licences] == [(series, first)]

    learning.learnt = replace(
        learning.learnt, places=(*learning.learnt.places, replace(learning.learnt.places[0], work=works[1]))
    )
    assert learning.refused("red", series).exit_code == 3


def test_a_dedication_counts_as_granted_and_endorses_nothing(learning: Learning) -> None:
    operator = learning.book.operator
    series = learning.book.series(operator)
    works = [learning.book.work(series, operator)]
    found = learning.book.dedicate(series)
    learning.learnt = learning.freeze({found: works}, {found: UnitWords("public", (series,), ())})

    permitted = learning.permit()

    assert permitted.licences == (Licence(series, Use.GENERATE, None, None),)
    assert found in permitted.rests_on


@pytest.mark.parametrize("ground", [Ground.VOID, Ground.RESCISSION])
def test_a_grant_that_never_took_effect_refuses_the_whole_model(learning: Learning, ground: Ground) -> None:
    learning.book.end(learning.her_grant, learning.judge, ground, by=Capacity.VERIFIER)

    refused = learning.refused("red", learning.his)

    assert "nothing is made with it" in refused.message
    assert "初めから効力のない許諾" in refused.message
    assert "okuzuke train" in refused.remedy


def test_a_grant_that_ended_forward_leaves_the_others_of_the_model(learning: Learning) -> None:
    learning.book.end(learning.her_grant, learning.judge, Ground.COURT, by=Capacity.VERIFIER)

    assert learning.permit("red", learning.his).licences
    assert learning.refused("red", learning.hers).exit_code == 3


def test_a_work_whose_row_was_erased_stops_who_names_nobody(learning: Learning) -> None:
    known = learning.book.known
    kept = Statements.of(
        known.facts.values(), [item for key, item in known.works.items() if key != learning.her_works[0]]
    )
    now = learning.book.now

    with pytest.raises(RightsError, match="Not in this register"):
        permit(kept, learning.learnt, Wish((), (), ()), Terms(), now)
    assert permit(kept, learning.learnt, Wish((learning.his,), (), ()), Terms(), now).licences


def test_naming_an_author_asks_for_the_authors_style() -> None:
    without, granted = Learning(), Learning(Use.STYLE)

    assert "style is not permitted" in without.refused("red, ann").message
    licences = granted.permit("red, ann").licences
    assert [(item.subject, item.use) for item in licences] == [
        (granted.hers, Use.GENERATE),
        (granted.hers, Use.STYLE),
    ]


def test_naming_a_character_asks_for_its_use_in_its_series() -> None:
    for learning, allowed in ((Learning(), False), (Learning(Use.CHARACTER), True)):
        body = Character("赤丸", "あかまる", "Akamaru", learning.hers, (), None, None, ())
        learning.book.say(learning.ann, Capacity.REGISTRANT, body)
        learning.book.author(learning.hers, learning.ann, learning.ann)
        learning.book.moral(learning.hers, learning.ann, Use.CHARACTER)

        if allowed:
            uses = [(item.subject, item.use) for item in learning.permit("アカマル").licences]
            assert uses == [(learning.hers, Use.GENERATE), (learning.hers, Use.CHARACTER)]
        else:
            assert "character is not permitted" in learning.refused("アカマル").message


def test_naming_a_persona_is_refused_and_names_the_person(learning: Learning) -> None:
    person = learning.book.party("performer")
    learning.book.say(person, Capacity.PERSON, Persona("星野", person))

    refused = learning.refused("red, 星野")

    assert "星野: likeness is not permitted" in refused.message
    assert "ask performer" in refused.remedy


def _request() -> Request:
    licences = (
        Licence(Entry("1" * 64), Use.GENERATE, Entry("2" * 64), None),
        Licence(Entry("3" * 64), Use.STYLE, None, None),
    )
    return Request(
        Entry("a" * 64), 2, 7, 8, 2000, "picture", "commercial", "JP", licences, "赤い", ("red",), PartyId("b" * 64)
    )


def test_a_request_reads_as_it_was_written_and_its_prompt_stays_sealed() -> None:
    request = _request()

    fields = Fields(request.to_public(), "request")
    assert Request.read(fields, request.to_sealed()) == request
    fields.end()
    assert set(request.to_sealed()) == {"prompt", "tags", "user"}
    assert "赤い" not in canonical_bytes(request.to_public()).decode()


def test_shut_fields_of_a_request_are_none() -> None:
    shut = Request.read(Fields(_request().to_public(), "request"), {})

    assert shut == replace(_request(), prompt=None, tags=None, user=None)


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"steps": 0}, {"guidance_milli": -1}, {"seed": 2**53}, {"licences": [{"subject": "x"}]}]
)
def test_a_request_of_another_shape_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Request.read(Fields({**_request().to_public(), **wrong}, "request"), {})
