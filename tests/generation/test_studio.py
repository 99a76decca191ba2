from __future__ import annotations

import io
import resource
import sys
from collections.abc import Sequence

import pytest
from PIL import Image

from atelier import FREE, Atelier
from okuzuke.core.errors import InputError, RightsError, StateError
from okuzuke.core.ids import Entry, PartyId
from okuzuke.generation import store
from okuzuke.generation.output import output_id, pixel_digest
from okuzuke.generation.request import Terms
from okuzuke.generation.studio import HOLD, Generated
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Recorded
from okuzuke.marking import credentials
from okuzuke.marking.credentials import Signer
from okuzuke.registry.parties import Role
from okuzuke.storage.database import Connection


def _made(atelier: Atelier, prompt: str = "だるま百態, red", count: int = 1, key: str | None = None) -> Generated:
    return atelier.studio.generate(prompt, user=atelier.user, count=count, seed=7, key=key)


def _nothing_charged(atelier: Atelier) -> bool:
    balance = atelier.till.balance(atelier.user)
    return (balance.free_left, balance.held) == (FREE, 0)


def _nothing_made(atelier: Atelier) -> bool:
    with atelier.archive.database.reading() as connection:
        return not any(store.outputs_of(connection, request) for request in store.requests(connection))


def test_a_picture_is_recorded_with_its_request_its_charge_and_its_credentials(atelier: Atelier) -> None:
    made = _made(atelier, count=2)

    model = atelier.training.read(atelier.model).model
    assert [item.output.index for item in made.outputs] == [0, 1]
    for item in made.outputs:
        data = atelier.archive.blobs.get(item.output.file)
        roots = atelier.archive.keyring.roots
        said = credentials.check(data, "image/png", roots, atelier.now)
        assert (said.origin, said.output, said.model) == ("log.example/scene", item.output.output, model.model)
        named = output_id(model.model, made.request, 7, item.output.index, item.output.pixel_digest)
        assert item.output.output == named
        assert len(item.output.features or ()) == 4 * 32
    assert (made.capture.free, made.capture.paid, made.capture.outputs) == (2, 0, 2)
    assert made.capture.cost is not None
    assert made.capture.cost.sub_units > 0
    assert atelier.till.balance(atelier.user).free_left == FREE - 2


def test_the_pixels_of_the_signed_file_have_the_recorded_digest(atelier: Atelier) -> None:
    made = _made(atelier).outputs[0].output

    image = Image.open(io.BytesIO(atelier.archive.blobs.get(made.file)))
    assert pixel_digest(image.tobytes(), 1, image.height, image.width, 3) == made.pixel_digest


def test_a_request_rests_on_its_model_its_user_and_the_grants_it_names(atelier: Atelier) -> None:
    made = _made(atelier)

    with atelier.archive.database.reading() as connection:
        item = ledger.recorded(connection, made.request)
    request = store.read_request(item)
    beneath = [target.entry for target in item.statement.rests_on]
    assert beneath[:2] == [atelier.model, Entry(atelier.user)]
    assert [(licence.subject, licence.grant) for licence in request.licences] == [
        (atelier.series_of["daruma"], atelier.grants["daruma"])
    ]
    assert atelier.grants["daruma"] in beneath
    assert atelier.grants["kokeshi"] not in beneath
    assert request.tags == ("daruma", "red")
    assert "だるま" not in str(item.statement.public)


def test_a_request_that_names_nobody_rests_on_every_unit_of_the_model(atelier: Atelier) -> None:
    made = _made(atelier, "red")

    with atelier.archive.database.reading() as connection:
        request = store.read_request(ledger.recorded(connection, made.request))
    assert {licence.grant for licence in request.licences} == {atelier.grants["daruma"], atelier.grants["kokeshi"]}


@pytest.mark.parametrize("prompt", ["Koinobori Sky, red", "鯉のぼりの空", "コイノボリ sky, 鯉のぼりの空"])
def test_a_series_not_permitted_exits_3_and_says_in_both_languages_what_is_missing_and_whom_to_ask(
    atelier: Atelier, prompt: str
) -> None:
    with pytest.raises(RightsError) as caught:
        _made(atelier, prompt)

    assert caught.value.exit_code == 3
    assert "generate is not permitted (not_asked)" in caught.value.message
    assert "「生成」は許諾未取得です（未照会）" in caught.value.message
    assert "窓口：作者鯉のぼりの空" in caught.value.message
    assert "ask 作者鯉のぼりの空" in caught.value.remedy
    assert "--use generate" in caught.value.remedy
    assert _nothing_charged(atelier)


def test_a_series_that_is_permitted_and_not_learnt_is_bad_input(atelier: Atelier) -> None:
    with pytest.raises(InputError, match=r"has not learnt 花の図案.*permitted") as caught:
        atelier.studio.generate("red", user=atelier.user, series=["花の図案"])

    assert "だるま百態" in caught.value.remedy


def test_an_unknown_word_is_named_with_the_nearest_tags(atelier: Atelier) -> None:
    with pytest.raises(InputError, match="“ドラゴン”, “darma”") as caught:
        _made(atelier, "ドラゴン, darma")

    assert "darma: daruma" in caught.value.remedy
    assert _nothing_charged(atelier)


def test_one_suspended_unit_stops_who_names_nobody_and_not_who_names_another(atelier: Atelier) -> None:
    atelier.suspend("kokeshi")

    with pytest.raises(RightsError, match="suspended"):
        _made(atelier, "red")
    assert _made(atelier, "だるま百態, red").outputs


def test_a_grant_void_from_the_start_refuses_the_whole_model(atelier: Atelier) -> None:
    atelier.void("kokeshi")

    with pytest.raises(RightsError, match="whose permission never took effect") as caught:
        _made(atelier, "だるま百態, red")

    assert "初めから効力のない許諾" in caught.value.message


def test_without_credits_nothing_is_made_and_with_bought_ones_it_is(atelier: Atelier) -> None:
    _made(atelier, count=4)
    with pytest.raises(RightsError, match="1 are missing") as caught:
        _made(atelier, count=2)
    assert "okuzuke credits buy" in caught.value.remedy

    atelier.buy()
    made = _made(atelier, count=2)

    assert (made.capture.free, made.capture.paid) == (1, 1)
    assert [price.sub_units for price in made.capture.prices or ()] == [0, 60_000_000]


def test_the_same_key_returns_the_same_outputs_and_is_charged_once(atelier: Atelier) -> None:
    first = _made(atelier, key="once")
    again = _made(atelier, key="once")

    assert again == first
    assert atelier.till.balance(atelier.user).free_left == FREE - 1
    with pytest.raises(InputError, match="was used for another request"):
        _made(atelier, "kokeshi", key="once")


def test_one_users_key_is_no_other_users(atelier: Atelier) -> None:
    other = atelier.party("別の客", Role.USER)
    first = _made(atelier, key="once")

    second = atelier.studio.generate("だるま百態, red", user=other, seed=7, key="once")

    assert second.request != first.request


def test_the_seed_is_drawn_and_recorded_where_none_is_given(atelier: Atelier) -> None:
    seeds = set()
    for _ in range(2):
        made = atelier.studio.generate("だるま百態", user=atelier.user)
        with atelier.archive.database.reading() as connection:
            seeds.add(store.read_request(ledger.recorded(connection, made.request)).seed)

    assert len(seeds) == 2


def test_what_comes_after_stands_or_falls_with_the_outputs(atelier: Atelier) -> None:
    told: list[Entry] = []

    def after(_connection: Connection, outputs: Sequence[Recorded]) -> None:
        told.extend(item.entry for item in outputs)
        raise StateError("the scorer is gone", remedy="fit it anew")

    with pytest.raises(StateError, match="the scorer is gone"):
        atelier.studio_with(after=after).generate("だるま百態", user=atelier.user)

    assert len(told) == 1
    assert _nothing_made(atelier)
    assert _nothing_charged(atelier)


def test_a_suspension_while_the_pictures_are_made_stops_them(atelier: Atelier) -> None:
    def suspending() -> Signer:
        atelier.suspend("daruma")
        return atelier.archive.signer()

    before = set(atelier.archive.blobs)
    with pytest.raises(RightsError, match="suspended"):
        atelier.studio_with(suspending).generate("だるま百態", user=atelier.user)

    assert _nothing_made(atelier)
    assert _nothing_charged(atelier)
    assert set(atelier.archive.blobs) == before


def test_of_two_processes_with_one_key_one_is_charged_and_the_other_reads_its_outputs(atelier: Atelier) -> None:
    winners: list[Generated] = []

    def overtaken() -> Signer:
        winners.append(_made(atelier, key="once"))
        return atelier.archive.signer()

    with pytest.raises(StateError, match="another process made this request meanwhile"):
        atelier.studio_with(overtaken).generate("だるま百態, red", user=atelier.user, seed=7, key="once")

    assert _made(atelier, key="once") == winners[0]
    assert winners[0].outputs[0].output.file in atelier.archive.blobs
    balance = atelier.till.balance(atelier.user)
    assert (balance.free_left, balance.held) == (FREE - 1, 0)


def test_pictures_that_took_longer_than_their_hold_are_not_charged(atelier: Atelier) -> None:
    def late() -> Signer:
        atelier.now += HOLD
        return atelier.archive.signer()

    with pytest.raises(RightsError, match="nothing was charged"):
        atelier.studio_with(late).generate("だるま百態", user=atelier.user)

    assert _nothing_made(atelier)
    assert _nothing_charged(atelier)


def test_what_cannot_be_made_here_is_bad_input(atelier: Atelier) -> None:
    with pytest.raises(InputError, match="no clip can be made"):
        atelier.studio.generate("red", user=atelier.user, terms=Terms(medium="clip"))
    with pytest.raises(InputError, match="is not an integer from 1 to 100"):
        atelier.studio.generate("red", user=atelier.user, steps=0)
    with pytest.raises(InputError, match="control character"):
        atelier.studio.generate("red\x1b", user=atelier.user)
    with pytest.raises(InputError, match="no party"):
        atelier.studio.generate("red", user=PartyId(atelier.model))

    assert _nothing_charged(atelier)


def test_a_signer_that_fails_charges_nothing(atelier: Atelier) -> None:
    def missing() -> Signer:
        raise StateError("no certificates here", remedy="make some")

    with pytest.raises(StateError, match="no certificates"):
        atelier.studio_with(missing).generate("だるま百態", user=atelier.user)

    assert _nothing_charged(atelier)
    assert _nothing_made(atelier)


def test_a_disk_that_is_full_charges_nothing(atelier: Atelier) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full() -> Signer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))
        return atelier.archive.signer()

    try:
        with pytest.raises(StateError):
            atelier.studio_with(full).generate("だるま百態", user=atelier.user)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert _nothing_made(atelier)
    atelier.now += HOLD  # a disk that full cannot record that the credits are back; the hold says so by itself
    assert _nothing_charged(atelier)


def test_without_torch_the_extra_is_named_and_nothing_is_recorded(
    atelier: Atelier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(StateError) as caught:
        _made(atelier)
    with pytest.raises(RightsError):
        _made(atelier, "鯉のぼりの空")

    assert (caught.value.exit_code, caught.value.remedy) == (4, "pip install 'okuzuke[train]'")
    with atelier.archive.database.reading() as connection:
        assert store.requests(connection) == ()


def test_an_output_is_found_by_its_id_its_entry_and_its_file(atelier: Atelier) -> None:
    made = _made(atelier).outputs[0]

    named = (made.output.output, made.entry, made.output.file)
    assert [atelier.studio.output(text) for text in named] == [made] * 3
    with pytest.raises(InputError, match="no output"):
        atelier.studio.output("0" * 64)


def test_the_archive_is_rebuilt_with_its_outputs(atelier: Atelier) -> None:
    _made(atelier, count=2)

    rebuilt = atelier.archive.rebuild()

    assert rebuilt.before == rebuilt.after
