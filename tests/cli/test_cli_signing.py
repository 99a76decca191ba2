"""Signing elsewhere: a draft travels, is read in words, comes back signed; nothing is recorded before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli_desk import Desk
from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import PartyId
from okuzuke.ledger import keys, submission
from okuzuke.ledger.statement import Draft


@pytest.fixture
def series(desk: Desk) -> str:
    party = desk.party("作者")
    series = desk.series("絵", "作者")
    desk.entry("ownership", series, "--owner", f"{party}=1", "--form", "sole", "--title", "creation",
               "--key", desk.key("作者"))  # fmt: skip
    return series


def test_a_draft_records_nothing(desk: Desk, series: str) -> None:
    before = desk.log()

    drafted = desk.json("grant", series, "--use", "train", "--draft", desk.folder / "g.json", "--did", desk.did("作者"))

    assert drafted["kind"] == "grant"
    assert desk.log() == before


def test_a_signer_reads_in_both_languages_what_is_signed(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.json("grant", series, "--use", "train", "--price", "train=fixed:500JPY/generation",
              "--draft", draft, "--did", desk.did("作者"))  # fmt: skip

    said = desk.type("sign", draft)

    assert said.code == 0
    assert "grant 許諾" in said.out
    assert "owner 著作権者" in said.out
    assert "act 利用: train 学習" in said.out
    assert "sealed 封緘項目" in said.out
    assert "amount 金額: 500000000" in said.out
    assert "not signed 未署名" in said.out
    assert not (desk.folder / "g.signed.json").exists()


def test_what_comes_back_signed_is_recorded_as_it_is(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))
    signed = desk.type("sign", draft, "--key", desk.key("作者"))
    recorded = desk.type("grant", "--signed", desk.folder / "g.signed.json")

    assert signed.out.splitlines()[-1] == f"next: okuzuke grant --signed {desk.folder / 'g.signed.json'}"
    assert recorded.code == 0
    assert desk.log()[-1] == "grant"


def test_what_comes_back_twice_is_recorded_once(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))
    desk.json("sign", draft, "--key", desk.key("作者"))
    back = desk.folder / "g.signed.json"

    assert desk.entry("grant", "--signed", back) == desk.entry("grant", "--signed", back)
    assert desk.log().count("grant") == 1


def test_a_register_is_signed_elsewhere_with_its_rows(desk: Desk, series: str) -> None:
    draft = desk.folder / "r.json"
    desk.json("register", desk.pictures("絵", 2), "--series", series, "--draft", draft, "--did", desk.did("作者"))
    said = desk.type("sign", draft, "--key", desk.key("作者"))
    desk.entry("register", "--signed", desk.folder / "r.signed.json")

    assert "rows 行   2\n  work-000.png" in said.out
    assert desk.log()[-2:] == ["register", "slots"]


def test_a_party_whose_key_is_elsewhere_enters_by_its_own_signature(desk: Desk) -> None:
    draft = desk.folder / "p.json"
    own = Ed25519PrivateKey.generate()
    keys.save(desk.folder / "own.pem", own)
    did = keys.did_of(own.public_key())
    desk.json("party", "別名", "--type", "person", "--draft", draft, "--did", did)
    desk.json("sign", draft, "--key", desk.folder / "own.pem")

    desk.entry("party", "--signed", desk.folder / "p.signed.json")

    assert desk.json("log", "show")[-1]["signer"] == "別名"


def test_an_unsigned_draft_is_not_recorded(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))

    said = desk.type("grant", "--signed", draft)

    assert said.code == 2
    assert f"remedy: okuzuke sign {draft} --key KEY.pem" in said.err
    assert "grant" not in desk.log()


def test_a_draft_for_another_key_is_not_signed(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.party("他人")
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))

    said = desk.type("sign", draft, "--key", desk.key("他人"))

    assert said.code == 2
    assert "remedy: sign with the key the document names" in said.err
    assert not (desk.folder / "g.signed.json").exists()


@pytest.mark.parametrize("member", ["disclosures", "rows"])
def test_what_the_signer_cannot_see_in_full_is_not_signed(desk: Desk, series: str, member: str) -> None:
    draft = desk.folder / "d.json"
    if member == "rows":
        desk.json("register", desk.pictures("絵", 2), "--series", series, "--draft", draft, "--did", desk.did("作者"))
    else:
        desk.json("grant", series, "--use", "train", "--price", "free", "--draft", draft, "--did", desk.did("作者"))
    changed = json.loads(draft.read_bytes())
    changed[member] = type(changed[member])()
    draft.write_text(json.dumps(changed), encoding="utf-8")

    said = desk.type("sign", draft, "--key", desk.key("作者"))

    assert said.code == 1
    assert said.out == ""


def test_a_rotated_key_signs_and_the_old_one_no_more(desk: Desk, series: str) -> None:
    new = desk.folder / "new.pem"
    party = desk.json("log", "show")[1]["entry"]
    desk.entry("party", "--rotate", party, "--new-key", new, "--key", desk.key("作者"))

    old = desk.type("suspend", series, "--as", party, "--key", desk.key("作者"))

    assert old.code == 3
    assert "この鍵は 作者 の現在の鍵ではありません。" in old.err
    assert desk.type("suspend", series, "--key", new).code == 0


def test_a_signature_names_the_capacity_it_was_given(desk: Desk, series: str) -> None:
    key = ["--key", desk.key("作者")]

    assert desk.json("suspend", series, *key)["statement"]["capacity"] == "owner"
    assert desk.json("suspend", series, "--capacity", "registrant", *key)["statement"]["capacity"] == "registrant"
    assert desk.type("suspend", series, "--capacity", "window", *key).code == 3


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ([], "give --key FILE, or --draft FILE --did DID to have it signed elsewhere"),
        (["--draft", "g.json"], "give --draft FILE and --did DID"),
        (["--key", "a.pem", "--draft", "g.json"], "give one of them"),
    ],
)
def test_a_statement_nobody_signs_is_bad_input(desk: Desk, series: str, options: list[str], remedy: str) -> None:
    said = desk.type("grant", series, "--use", "train", *options)

    assert said.code == 2
    assert f"remedy: {remedy}" in said.err


def test_a_file_is_never_overwritten(desk: Desk, series: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken.json"
    taken.write_text("mine", encoding="utf-8")

    said = desk.type("grant", series, "--use", "train", "--draft", taken, "--did", desk.did("作者"))

    assert said.code == 4
    assert taken.read_text(encoding="utf-8") == "mine"


def test_a_draft_cannot_hide_a_line_from_its_signer(desk: Desk) -> None:
    desk.party("作者")
    draft = desk.folder / "r.json"
    rows = submission.set_of([submission.row_of({"name": "絵\x1b[2J\nnot signed 未署名\u202e"}, bytes(32))])
    public: JsonObject = {"series": "5e" * 32, "rows": rows.to_json()}
    register = Draft("register", PartyId("7f" * 32), "registrant", public, {})
    draft.write_bytes(submission.drafted(register, desk.did("作者"), bytes, [rows]).to_bytes())

    said = desk.type("sign", draft)
    as_json = desk.type("sign", draft, "--json").out

    assert said.code == 0
    assert r"  絵\u001b[2J\u000anot signed 未署名\u202e" in said.out
    assert said.out.splitlines().count("not signed 未署名") == 1
    assert not set("\x1b\u202e") & set(said.out + as_json)


@pytest.mark.parametrize("character", ["\x1b[2J", "\n", "\u202e"])
def test_a_draft_whose_field_would_hide_a_line_is_not_signed(desk: Desk, series: str, character: str) -> None:
    draft = desk.folder / "s.json"
    desk.json("series", "絵", "--title-en", "Pictures", "--copyright-line", "© 作者", "--draft", draft,
              "--did", desk.did("作者"))  # fmt: skip
    changed = json.loads(draft.read_bytes())
    changed["statement"]["credentialSubject"]["public"]["title_en"] += character
    draft.write_text(json.dumps(changed), encoding="utf-8")

    said = desk.type("sign", draft, "--key", desk.key("作者"))

    assert said.code == 2
    assert character not in said.err.removesuffix("\n").replace("\nremedy: ", " ")
    assert not (desk.folder / "s.signed.json").exists()


def test_a_signer_reads_what_the_ids_are_called_and_that_nobody_signs_the_names(desk: Desk, series: str) -> None:
    grant = desk.entry("grant", series, "--use", "train", "--key", desk.key("作者"))
    given, asked = desk.folder / "c.json", desk.folder / "g.json"
    desk.json("consent", "give", grant, "--draft", given, "--did", desk.did("作者"))
    desk.json("grant", series, "--use", "edit", "--draft", asked, "--did", desk.did("作者"))

    consent, permission = desk.type("sign", given).out, desk.type("sign", asked).out

    assert "「絵 © 絵」" in permission
    assert "signer 署名者" in permission
    assert "「作者」" in permission
    assert "「grant 許諾 " in consent
    assert " 作者: 絵 © 絵」" in consent
    assert "the signature does not cover them" in consent
    assert "署名の対象ではありません" in consent


def test_a_name_cannot_leave_its_quotation_and_is_not_recorded(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))
    changed = json.loads(draft.read_bytes())
    changed["names"] = dict.fromkeys(changed["names"], "花」 and signed")
    draft.write_text(json.dumps(changed), encoding="utf-8")

    said = desk.type("sign", draft, "--key", desk.key("作者"))
    desk.entry("grant", "--signed", desk.folder / "g.signed.json")

    assert "「花』 and signed」" in said.out
    assert "and signed" not in json.dumps(desk.json("log", "show"))
    assert desk.log()[-1] == "grant"


def test_a_draft_without_names_is_signed_as_before(desk: Desk, series: str) -> None:
    draft = desk.folder / "g.json"
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))
    changed = json.loads(draft.read_bytes())
    del changed["names"]
    draft.write_text(json.dumps(changed), encoding="utf-8")

    said = desk.type("sign", draft)

    assert said.code == 0
    assert "「" not in said.out


@pytest.mark.parametrize("command", [["ownership"], ["consent", "give"], ["party"]])
def test_a_signed_file_is_recorded_by_the_command_of_its_kind_only(desk: Desk, series: str, command: list[str]) -> None:
    draft, back = desk.folder / "g.json", desk.folder / "g.signed.json"
    desk.json("grant", series, "--use", "train", "--draft", draft, "--did", desk.did("作者"))
    desk.json("sign", draft, "--key", desk.key("作者"))

    said = desk.type(*command, "--signed", back)

    assert said.code == 2
    assert "holds a statement of the kind grant" in said.err
    assert said.err.splitlines()[-1] == f"remedy: okuzuke grant --signed {back}"
    assert "grant" not in desk.log()


def test_a_rotation_signed_elsewhere_is_recorded_by_party(desk: Desk, series: str) -> None:
    draft, new = desk.folder / "k.json", desk.folder / "other.pem"
    party = desk.json("log", "show")[1]["entry"]
    did = keys.did_of(Ed25519PrivateKey.generate().public_key())
    desk.json("party", "--rotate", party, "--new-did", did, "--draft", draft, "--did", desk.did("作者"))
    said = desk.type("sign", draft, "--key", desk.key("作者"))

    desk.entry("party", "--signed", desk.folder / "k.signed.json")

    assert said.out.splitlines()[-1].startswith("next: okuzuke party --signed ")
    assert desk.log()[-1] == "key"
    assert not new.exists()
