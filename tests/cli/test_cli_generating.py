"""Pictures by commands: what is made, written and charged, and what is refused before anything is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.press import FREE, Press
from cli_desk import Said
from okuzuke.cli import files
from okuzuke.core.errors import StateError


def refused(said: Said, code: int, *words: str) -> None:
    assert said.code == code, said
    assert said.out == ""
    for word in words:
        assert word in said.err


def test_pictures_are_written_with_their_bundles_beside_them(press: Press) -> None:
    made = press.generate("red, calm", "--series", "だるま百態", "-n", 2, "--seed", 5)

    names = sorted(path.name for path in press.pictures.iterdir())
    assert names == [f"だるま百態-000{at}.png{end}" for at in (1, 2) for end in ("", ".okz")]
    assert [picture["path"] for picture in made["pictures"]] == [str(press.pictures / name) for name in names[::2]]
    assert set(made) == {"request", "user", "key", "pictures", "charged"}
    assert set(made["charged"]) == {"free", "paid", "price", "cost"}
    assert made["charged"]["free"] == 2
    assert made["charged"]["price"] == {"amount": "0", "currency": "JPY", "scale": 6}
    bundle = json.loads(Path(made["pictures"][0]["bundle"]).read_bytes())
    assert (bundle["reader"], bundle["subject"]) == ("public", made["pictures"][0]["entry"])


def test_the_first_picture_is_named_first_and_the_charge_after_all_of_them(press: Press) -> None:
    said = press.type("red, calm", "-n", 2)

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == f"first picture 最初の1枚   {press.pictures / 'red-calm-0001.png'}"
    assert [line.split()[0] for line in lines[1:]] == ["picture", "picture", "charged", "next:"]
    assert "free 無料分 2   paid 有料分 0" in lines[3]
    assert "metered cost 原価" in lines[3]


def test_a_second_order_overwrites_nothing(press: Press) -> None:
    press.generate("red")
    first = (press.pictures / "red-0001.png").read_bytes()

    made = press.generate("red")

    assert made["pictures"][0]["path"].endswith("red-0002.png")
    assert (press.pictures / "red-0001.png").read_bytes() == first


def test_an_order_typed_again_with_its_key_makes_and_charges_nothing_more(press: Press) -> None:
    first = press.generate("red", "-n", 2, "--key", "order 7")

    again = press.generate("red", "-n", 2, "--key", "order 7")

    assert again == first
    assert len(list(press.pictures.glob("*.png"))) == 2
    assert press.desk.log().count("capture") == 1


def test_a_key_of_another_order_is_refused(press: Press) -> None:
    press.generate("red", "--key", "order 7")

    refused(press.type("gold", "--key", "order 7"), 2, "was used for another request")


def test_what_a_full_disk_kept_out_is_written_by_the_order_typed_again(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    real = files.write_new

    def once(path: Path, data: bytes) -> None:
        if written:
            raise StateError(f"cannot write {path}: No space left on device", remedy="free room")
        written.append(path)
        real(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(files, "write_new", once)
        said = press.type("red", "-n", 2)
    key = said.err.partition("--key ")[2].split(",")[0]
    again = press.generate("red", "-n", 2, "--key", key)

    assert said.code == 4
    assert "recorded, charged and kept" in said.err
    assert [Path(picture["path"]).name for picture in again["pictures"]] == ["red-0001.png", "red-0002.png"]
    assert press.desk.log().count("capture") == 1


def test_a_series_nobody_granted_exits_with_three_in_both_languages_and_charges_nothing(press: Press) -> None:
    for arguments in (
        ["鯉のぼりの空"],
        ["red", "--series", "Koinobori Sky"],
        ["ｺｲﾉﾎﾞﾘの空, red", "--series", "鯉のぼりの空"],
    ):
        said = press.type(*arguments)

        refused(said, 3, "generate is not permitted", "許諾未取得", "ask 鯉のぼりの空")
    assert "request" not in press.desk.log()
    assert not press.pictures.exists()


def test_a_suspended_series_is_refused_where_it_was_permitted(press: Press) -> None:
    permitted = press.type("red", "--series", "だるま百態")
    title = "だるま百態"
    press.desk.entry("suspend", press.series[title], "--use", "generate", "--key", press.desk.key(title))

    assert permitted.code == 0
    refused(press.type("red", "--series", title), 3, "suspended", "停止")


def test_without_credits_it_exits_with_three_and_what_was_free_was_given(press: Press) -> None:
    assert press.type("red", "-n", FREE).code == 0

    refused(press.type("red"), 3, "no credits", "クレジットが足りません", "okuzuke credits buy")
    assert press.desk.log().count("output") == FREE


def test_bought_credits_pay_for_what_is_beyond_the_free_ones(press: Press) -> None:
    press.paid()

    charged = press.generate("red", "-n", FREE + 1)["charged"]

    assert (charged["free"], charged["paid"]) == (FREE, 1)
    assert charged["price"] == {"amount": "60000000", "currency": "JPY", "scale": 6}


def test_an_unknown_word_exits_with_two_and_names_the_nearest(press: Press) -> None:
    refused(press.type("redd"), 2, "has not learnt “redd”", "学習していない語", "red")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["red", "-n", 0], 2, "count"),
        (["red", "--guidance", "two"], 2, "--guidance is 'two'"),
        (["red", "--guidance", "99"], 2, "guidance_milli"),
        (["red", "--steps", "0"], 2, "steps"),
        (["red", "--seed", "-1"], 2, "seed"),
        (["red", "--series", "だるま百景"], 2, "だるま百態"),
        (["red", "--model", "00000000"], 2, "nothing here has an id"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_recorded(
    press: Press, arguments: list[object], code: int, words: str
) -> None:
    refused(press.type(*arguments), code, words)
    assert "request" not in press.desk.log()


def test_a_file_in_place_of_the_folder_is_refused_before_anything_is_charged(press: Press) -> None:
    press.pictures.write_text("not a folder")

    refused(press.type("red"), 4, "is no folder that may be written into")
    assert "capture" not in press.desk.log()


def test_a_series_is_named_by_the_beginning_of_its_id_too(press: Press) -> None:
    made = press.generate("red", "--series", press.series["だるま百態"], "--model", press.model)

    assert len(made["pictures"]) == 1
