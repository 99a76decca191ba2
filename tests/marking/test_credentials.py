from __future__ import annotations

import io
import json
from dataclasses import fields, replace

import c2pa
import pytest
from PIL import Image

from marking.conftest import MODEL, OUTPUT, aged, entropy, picture, pixel_changed, valid, year
from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.core.ids import Entry
from okuzuke.marking.certificates import Authority, check_chain, make
from okuzuke.marking.claim import TRAINED, Claim, Named
from okuzuke.marking.credentials import PNG, Action, Signer, State, check, read, sign
from okuzuke.registry.pictures import content_code, decode
from okuzuke.registry.signals.cawg import reservation


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("side", [32, 300])
def test_a_signed_picture_reads_as_trusted_under_its_root(
    kind: str, side: int, claim: Claim, signer: Signer, authority: Authority
) -> None:
    media_type = f"image/{kind.lower()}"

    found = check(
        sign(picture(kind=kind, side=side), claim, signer, media_type), media_type, (authority.root,), year(2026)
    )

    assert found.state is State.TRUSTED
    assert found.failures == ()
    assert (found.origin, found.output, found.model) == ("demo.example/log", OUTPUT, MODEL)
    assert found.actions == (Action("c2pa.created", TRAINED),)
    assert found.chain == authority.chain


def test_signing_changes_no_pixel(signed: bytes) -> None:
    assert decode(signed, "signed").tobytes() == decode(picture(), "plain").tobytes()


def test_the_same_picture_claim_and_signer_give_the_same_file(claim: Claim, signer: Signer, signed: bytes) -> None:
    assert sign(picture(), claim, signer) == signed
    assert sign(picture(), replace(claim, title="another"), signer) != signed


def test_a_png_stays_a_png_whose_checksums_hold(signed: bytes) -> None:
    with Image.open(io.BytesIO(signed)) as image:
        image.verify()


def test_credentials_cost_under_five_kilobytes_and_half_a_kilobyte_a_unit(claim: Claim, signer: Signer) -> None:
    bare = len(sign(picture(), replace(claim, units=(), licences=()), signer)) - len(picture())
    all_named = len(sign(picture(), claim, signer)) - len(picture())

    assert bare < 5 * 1024
    assert all_named - bare < 3 * 512


def test_model_units_and_licences_are_named_as_ingredients(signed: bytes, authority: Authority) -> None:
    found = read(signed, PNG, (authority.root,))

    assert [(item.name, item.id) for item in found.ingredients] == [
        ("tiny", f"urn:okuzuke:model:{MODEL}"),
        ("達磨", f"urn:okuzuke:unit:{'ef' * 32}"),
        ("招き猫", f"urn:okuzuke:unit:{'01' * 32}"),
        ("達磨 style", f"urn:okuzuke:licence:{'12' * 32}"),
    ]
    assert {item.relationship for item in found.ingredients} == {"inputTo"}


def test_a_picture_may_name_sixty_units(claim: Claim, signer: Signer, authority: Authority) -> None:
    units = tuple(Named(Entry(f"{at:064x}"), f"unit {at}") for at in range(60))

    found = check(sign(picture(), replace(claim, units=units), signer), PNG, (authority.root,), year(2026))

    assert len(found.ingredients) == 1 + 60 + 1


def test_a_claim_has_no_room_for_a_prompt_a_user_or_a_face(signed: bytes) -> None:
    assert {field.name for field in fields(Claim)} == {
        "origin",
        "output",
        "title",
        "model_name",
        "model_hash",
        "units",
        "licences",
        "version",
        "iscc",
    }
    assertions = _assertions(signed)
    assert set(assertions) == {
        "c2pa.actions.v2",
        "org.okuzuke.ledger",
        "cawg.training-mining",
        "c2pa.training-mining",
        "c2pa.soft-binding",
    }
    assert set(assertions["org.okuzuke.ledger"]) == {"origin", "output", "model"}
    assert b"thumbnail" not in signed


def test_a_delivered_picture_reserves_training_and_mining_for_readers_old_and_new(signed: bytes) -> None:
    assertions = _assertions(signed)

    for maker in ("cawg", "c2pa"):
        assert assertions[f"{maker}.training-mining"]["entries"] == {
            f"{maker}.{use}": {"use": "notAllowed"} for use in ("ai_generative_training", "ai_training", "data_mining")
        }
    assert reservation(signed, PNG) is not None


def test_the_soft_binding_is_the_content_code_of_the_picture(claim: Claim, signer: Signer) -> None:
    code = content_code(decode(picture(), "plain"))

    found = _assertions(sign(picture(), replace(claim, iscc=code), signer))["c2pa.soft-binding"]

    assert found == {"alg": "io.iscc.v0", "blocks": [{"scope": {}, "value": code}]}
    assert "c2pa.soft-binding" not in _assertions(sign(picture(), replace(claim, iscc=None), signer))


def test_a_picture_under_another_root_is_whole_but_untrusted(signed: bytes, stranger: Authority) -> None:
    for roots in ((stranger.root,), ()):
        assert read(signed, PNG, roots).state is State.VALID
        with pytest.raises(CheckFailedError, match="untrusted"):
            check(signed, PNG, roots, year(2026))


def test_one_changed_pixel_is_named(signed: bytes, authority: Authority) -> None:
    with pytest.raises(CheckFailedError, match=r"the picture was changed .*dataHash\.mismatch"):
        check(pixel_changed(signed), PNG, (authority.root,), year(2026))


def test_a_stripped_picture_carries_no_credentials(signed: bytes, authority: Authority) -> None:
    out = io.BytesIO()
    with Image.open(io.BytesIO(signed)) as image:
        image.save(out, "PNG")

    with pytest.raises(CheckFailedError, match="carries no content credentials"):
        check(out.getvalue(), PNG, (authority.root,), year(2026))


@pytest.mark.parametrize("word", [b"trainedAlgorithmic", OUTPUT.encode()])
def test_a_changed_assertion_is_named(word: bytes, signed: bytes, authority: Authority) -> None:
    with pytest.raises(CheckFailedError, match="an assertion was changed"):
        check(_flipped(signed, signed.index(word)), PNG, (authority.root,), year(2026))


def test_a_changed_claim_breaks_its_signature(signed: bytes, authority: Authority) -> None:
    with pytest.raises(CheckFailedError, match=r"claim signature .* does not hold"):
        check(_flipped(signed, signed.rindex(b"dc:title") + 12), PNG, (authority.root,), year(2026))


def test_no_changed_byte_is_read_as_something_else(signed: bytes, authority: Authority) -> None:
    whole = check(signed, PNG, (authority.root,), year(2026))

    for at in range(0, len(signed), 23):
        try:
            found = check(_flipped(signed, at), PNG, (authority.root,), year(2026))
        except CheckFailedError:
            continue
        assert found == whole


@pytest.mark.parametrize("size", [0, 8, 40, 1000, 5000])
def test_a_file_cut_off_is_refused(size: int, signed: bytes, authority: Authority) -> None:
    with pytest.raises(CheckFailedError):
        check(signed[:size], PNG, (authority.root,), year(2026))


def test_a_picture_whose_leaf_expired_later_holds_as_of_its_recorded_instant(
    signed: bytes, authority: Authority
) -> None:
    old = aged(signed, authority, make("架空アーカイブ", valid(leaf_end=2022), entropy("ours")))

    assert read(old, PNG, (authority.root,)).state is State.INVALID
    assert check(old, PNG, (authority.root,), year(2021)).output == OUTPUT
    with pytest.raises(CheckFailedError, match="expired at 2022"):
        check(old, PNG, (authority.root,), year(2023))


def test_an_expired_leaf_excuses_nothing_else(signed: bytes, authority: Authority, stranger: Authority) -> None:
    old = aged(signed, authority, make("架空アーカイブ", valid(leaf_end=2022), entropy("ours")))

    with pytest.raises(CheckFailedError, match=r"dataHash\.mismatch"):
        check(pixel_changed(old), PNG, (authority.root,), year(2021))
    with pytest.raises(CheckFailedError, match="an assertion was changed"):
        check(_flipped(old, old.index(b"trainedAlgorithmic")), PNG, (authority.root,), year(2021))
    with pytest.raises(CheckFailedError, match="untrusted"):
        check(old, PNG, (stranger.root,), year(2021))


def test_a_picture_recorded_before_its_leaf_was_valid_is_refused(signed: bytes, authority: Authority) -> None:
    with pytest.raises(CheckFailedError, match="not yet at 2019"):
        check(signed, PNG, (authority.root,), year(2019))


def test_certificates_of_another_party_around_a_real_signature_are_refused(
    signed: bytes, authority: Authority, stranger: Authority
) -> None:
    namesake = make("架空アーカイブ", valid(), entropy("namesake"))

    with pytest.raises(CheckFailedError):
        check(aged(signed, authority, namesake), PNG, (namesake.root,), year(2026))
    with pytest.raises(CheckFailedError):
        check_chain((authority.chain[0], stranger.chain[1]), (authority.root,), year(2026))


def test_an_ingredient_of_ours_holds_with_the_picture(signed: bytes, signer: Signer, authority: Authority) -> None:
    found = check(_remix(signed, signer), PNG, (authority.root,), year(2026))

    assert len(found.chains) == 2
    assert found.output is None


def test_a_tampered_ingredient_is_found_though_the_library_trusts_the_child(
    signed: bytes, signer: Signer, authority: Authority
) -> None:
    remix = _remix(pixel_changed(signed), signer)

    assert read(remix, PNG, (authority.root,)).state is State.TRUSTED
    with pytest.raises(CheckFailedError, match="an ingredient: the picture was changed"):
        check(remix, PNG, (authority.root,), year(2026))


def test_a_tampered_ingredient_of_an_ingredient_is_found(signed: bytes, signer: Signer, authority: Authority) -> None:
    grandchild = _remix(_remix(pixel_changed(signed), signer), signer)

    with pytest.raises(CheckFailedError, match="an ingredient: the picture was changed"):
        check(grandchild, PNG, (authority.root,), year(2026))


def test_an_ingredient_under_another_root_is_untrusted(
    claim: Claim, signer: Signer, authority: Authority, stranger: Authority
) -> None:
    with Signer(stranger.leaf_key, stranger.chain) as other:
        remix = _remix(sign(picture(), claim, other), signer)

    with pytest.raises(CheckFailedError, match="untrusted"):
        check(remix, PNG, (authority.root,), year(2026))
    check(remix, PNG, (authority.root, stranger.root), year(2026))


def test_credentials_that_a_file_had_are_replaced(
    claim: Claim, signed: bytes, signer: Signer, authority: Authority
) -> None:
    again = sign(signed, replace(claim, output="77" * 32), signer)

    assert check(again, PNG, (authority.root,), year(2026)).output == "77" * 32


def test_a_leaf_outside_the_machines_days_does_not_sign(claim: Claim) -> None:
    past = make("Archive", valid(leaf_end=2021), entropy("past"))

    with Signer(past.leaf_key, past.chain) as signer, pytest.raises(StateError, match="not valid at time of signing"):
        sign(picture(), claim, signer)


def test_a_key_that_is_not_the_leafs_makes_no_signer(authority: Authority, stranger: Authority) -> None:
    with pytest.raises(InputError, match="of another key"):
        Signer(stranger.leaf_key, authority.chain)


def test_what_is_no_picture_or_cannot_be_settled_is_not_signed(claim: Claim, signer: Signer) -> None:
    with pytest.raises(InputError, match="cannot be signed"):
        sign(b"nothing", claim, signer)
    with pytest.raises(InputError, match="in pieces"):
        sign(picture(kind="GIF"), claim, signer, "image/gif")


def test_ids_in_another_spelling_are_refused(claim: Claim) -> None:
    with pytest.raises(InputError, match="no digest"):
        replace(claim, output=OUTPUT.upper())
    with pytest.raises(InputError, match="no digest"):
        replace(claim, model_hash="cd")
    with pytest.raises(InputError, match="no digest"):
        replace(claim, units=(Named(Entry("ef"), "unit"),))


def _assertions(signed: bytes) -> dict[str, dict[str, object]]:
    context = c2pa.Context.from_dict({"verify": {"remote_manifest_fetch": False}})
    with c2pa.Reader(PNG, io.BytesIO(signed), context=context) as reader:
        found = json.loads(reader.json())
    active = found["manifests"][found["active_manifest"]]
    return {item["label"]: item["data"] for item in active["assertions"]}


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _remix(parent: bytes, signer: Signer) -> bytes:
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
    manifest = {
        "claim_generator_info": [{"name": "test"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [opened]}}],
    }
    out = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest), context=signer.context) as builder:
        builder.add_ingredient(
            {"title": "parent", "relationship": "parentOf", "label": "parent"}, PNG, io.BytesIO(parent)
        )
        builder.sign(signer.native, PNG, io.BytesIO(picture((1, 2, 3))), out)
    return out.getvalue()
