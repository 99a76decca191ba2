from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from okuzuke.attribution.scorer import Head, Scorer, score
from okuzuke.attribution.shares import Part, Shares
from okuzuke.core.errors import CheckFailedError, InputError, RightsError, StateError
from okuzuke.core.ids import AssetId, Entry
from okuzuke.ledger import submission
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.registry.decision import Basis
from okuzuke.registry.parties import Capacity
from registry_facts import digest_of
from royalties.house import Charged, House, small_recipe


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House(tmp_path_factory.mktemp("house"))
    made.found()
    return made


@pytest.fixture
def house(founded: House, tmp_path: Path) -> Iterator[House]:
    made = founded.copied(tmp_path)
    yield made
    made.scene.archive.close()


def _head(house: House) -> Head:
    return Head.parse(house.blobs.get(house.scorer.scorer.head))


def _put(house: House, head: Head) -> AssetId:
    return house.blobs.put(head.to_bytes())


def _say_scorer(house: House, scorer: Scorer) -> None:
    with house.journal.writing() as connection:
        house.attribution._record(connection, "scorer", scorer.to_public(), [scorer.model])


def _say_shares(house: House, charged: Charged, parts: dict[Entry, int]) -> None:
    output = charged.outputs[0].entry
    rows = [Part(output, unit, Basis.GRANT, ppm).to_row() for unit, ppm in sorted(parts.items())]
    named = submission.set_of([submission.row_of(row, house.scene.entropy(32)) for row in rows])
    shares = Shares(output, house.scorer.entry, named.root, len(rows))
    with house.journal.writing() as connection:
        house.attribution._record(connection, "shares", shares.to_public(), [output, house.scorer.entry], [named])


def test_the_scorer_of_a_model_scores_its_units_and_says_how_it_was_tried(house: House) -> None:
    scorer, head = house.scorer.scorer, _head(house)

    assert house.scorer.new
    assert {item.unit: item.basis for item in head.units} == {
        house.first.sheet: Basis.GRANT,
        house.second.sheet: Basis.GRANT,
        house.dedication: Basis.DEDICATION,
    }
    assert head.model == house.model.model.model
    assert head.width == 4 * house.model.recipe.width
    assert (scorer.trials, scorer.classes, scorer.rho_ppm) == (0, 3, 0)


def test_fitting_a_model_again_gives_the_same_bytes_and_records_nothing(house: House) -> None:
    again = house.attribution.fit(house.model.entry)

    assert not again.new
    assert (again.entry, again.scorer) == (house.scorer.entry, house.scorer.scorer)
    assert house.attribution.scorer_of(house.model.entry) == again


def test_a_work_that_does_not_pass_the_gate_stops_the_fit(house: House) -> None:
    work = next(iter(house.scene.known.works.values())).work
    house.blobs.remove(work.asset)

    with pytest.raises(CheckFailedError, match="gate"):
        house.attribution.fit(house.model.entry)


def test_every_output_has_shares_that_follow_from_its_features_and_the_head_alone(house: House) -> None:
    charged = house.generate(2)

    for output in charged.outputs:
        shared = house.attribution.shares_of(output.entry)
        features = output.sealed["features"]
        assert isinstance(features, list)
        scored = score(_head(house), features)
        assert {part.unit: part.ppm for part in shared.parts} == {unit: ppm for unit, ppm in scored.items() if ppm}
        assert sum(part.ppm for part in shared.parts) == 1_000_000
        assert shared.shares.scorer == house.scorer.entry


def test_an_output_is_scored_by_the_newest_scorer_of_its_model(house: House) -> None:
    newer = house.rely(8, 10)
    charged = house.generate()

    assert house.attribution.shares_of(charged.outputs[0].entry).shares.scorer == newer


def test_without_a_scorer_nothing_is_recorded_that_nobody_could_be_paid_for(house: House) -> None:
    recipe = replace(small_recipe(house.training), seed=2)
    house.model = house.training.train(house.model.run.snapshot, recipe)

    with pytest.raises(StateError, match="no scorer"):
        house.generate()
    assert house.attribution.scorer_of(house.model.entry) is None
    assert house.till.balance(house.user).free_left == 3


def test_an_output_has_shares_once(house: House) -> None:
    charged = house.generate()
    parts = {part.unit: part.ppm for part in house.attribution.shares_of(charged.outputs[0].entry).parts}

    with pytest.raises(CheckFailedError, match="already"):
        _say_shares(house, charged, parts)
    with pytest.raises(InputError, match="no shares"):
        house.attribution.shares_of(charged.request)


def test_shares_that_do_not_follow_from_the_scorer_are_refused(house: House) -> None:
    with pytest.raises(CheckFailedError, match="do not follow"):
        _forged(house, {house.first.sheet: 500_000, house.second.sheet: 500_000})
    with pytest.raises(CheckFailedError, match="sum"):
        _forged(house, {house.first.sheet: 999_999})


def _forged(house: House, parts: dict[Entry, int]) -> None:
    """Record an output whose shares are these, as a dishonest operator would."""
    house.attribution.record_in = lambda *_ignored: []  # type: ignore[method-assign]
    _say_shares(house, house.generate(), parts)


def test_a_head_of_another_model_or_over_other_units_is_refused(house: House) -> None:
    head, scorer = _head(house), house.scorer.scorer
    of_another = _put(house, replace(head, model=digest_of("another")))
    fewer = _put(house, replace(head, units=head.units[1:], weights=head.weights[1:], bias=head.bias[1:]))

    for wrong in (replace(scorer, head=of_another), replace(scorer, head=fewer), replace(scorer, classes=2)):
        with pytest.raises(CheckFailedError):
            _say_scorer(house, wrong)
    with pytest.raises(CheckFailedError, match="not in the archive"):
        _say_scorer(house, replace(scorer, head=AssetId(digest_of("missing"))))


def test_only_the_operator_records_a_scorer(house: House) -> None:
    party = house.first.party
    public = house.scorer.scorer.to_public()
    draft = Draft("scorer", party, Capacity.OPERATOR, public, {}, (RestsOn(entry=house.model.entry),))

    with pytest.raises(RightsError, match="Only the operator"):
        house.journal.record(house.journal.signed(draft, house.scene.keys[party]))
