"""What goes wrong is said with its remedy and its exit code, and leaves nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from cli_desk import Desk, Said, Story


@pytest.fixture
def registering(desk: Desk) -> tuple[Desk, list[object]]:
    desk.party("作者")
    return desk, ["--series", desk.series("絵", "作者"), "--key", desk.key("作者")]


def refused(said: Said, code: int, *words: str) -> None:
    assert said.code == code, said
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "\nremedy: " in said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


def test_one_changed_byte_fails_a_bundle_by_name(story: Story, tmp_path: Path) -> None:
    bundle = tmp_path / "grant.okz"
    story.desk.json("export", story.grant, "--for", "auditor", "-o", bundle)
    bundle.write_bytes(bundle.read_bytes().replace(b'"train"', b'"style"', 1))

    said = story.desk.type("verify", bundle)

    assert said.code == 1
    assert "FAILED   seal" in said.out
    assert said.out.splitlines()[-1].startswith("FAILED at seal")


def test_a_bundle_that_is_not_there_is_bad_input(story: Story, tmp_path: Path) -> None:
    refused(story.desk.type("verify", tmp_path / "none.okz"), 2, "cannot read")


@pytest.mark.parametrize(
    "arguments",
    [
        ["grant"],
        ["consent", "show", "7f3a9c00"],
        ["ownership", "7f3a9c00", "--owner", "a=1", "--form", "sole"],
        ["nothing"],
        ["log", "nothing"],
        ["party", "作者", "--type", "person", "--unknown"],
    ],
)
def test_what_cannot_be_read_as_a_command_points_to_help(story: Story, arguments: list[str]) -> None:
    said = story.desk.type(*arguments)

    refused(said, 2, "--help")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["consent", "show", "abc", "--use", "train"], ["'abc' is no id", "first 8 characters"]),
        (["consent", "show", "0" * 64, "--use", "train"], ["nothing here has an id"]),
        (["consent", "show", "0" * 8, "--use", "train", "--valid-at", "tomorrow"], ["not an instant: 'tomorrow'"]),
        (["snapshot"], ["a snapshot is for one use", "give --use train"]),
        (["party"], ["one party is entered, rotated or ended"]),
        (["party", "作者"], ["--type person"]),
        (["sign", "nowhere.json"], ["cannot read nowhere.json"]),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(story: Story, arguments: list[str], words: list[str]) -> None:
    refused(story.desk.type(*arguments), 2, *words)


def test_a_missing_key_file_is_named(story: Story) -> None:
    said = story.desk.type("suspend", story.series, "--key", story.desk.key("誰も"))

    refused(said, 2, "no key file", "okuzuke party --new-key")


def test_a_key_of_nobody_needs_a_name(story: Story, desk: Desk) -> None:
    desk.party("他人")

    refused(story.desk.type("suspend", story.series, "--key", desk.key("他人")), 2, "no party here signs", "--as PARTY")


def test_a_refusal_speaks_both_languages(story: Story) -> None:
    said = story.desk.type("consent", "moral", story.series, "--use", "edit", "--key", story.desk.key("制作"))

    refused(said, 3, "does not hold the capacity", "の資格を持っていません")


def test_a_snapshot_that_nothing_may_enter_is_refused_and_not_recorded(desk: Desk) -> None:
    said = desk.type("snapshot", "--use", "train")

    refused(said, 3, "no work may enter this snapshot", "この条件で利用できる作品がありません")
    assert desk.log() == ["party"]


def test_no_archive_is_a_state_with_a_remedy(tmp_path: Path) -> None:
    refused(Desk(tmp_path).type("log", "show"), 4, "is no archive", "okuzuke init")


def test_an_archive_is_not_laid_over_another_folder(desk: Desk) -> None:
    said = desk.type("init", "--operator", "運営", "--origin", "log.example/desk")

    refused(said, 4, "is not empty")


def test_a_log_name_that_no_log_can_carry_lays_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    refused(desk.type("init", "--operator", "運営", "--origin", "my log"), 2, "'my log' is no log name")
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_never_overwritten_and_its_party_not_entered(desk: Desk) -> None:
    desk.party("作者")

    refused(
        desk.type("party", "他人", "--type", "person", "--new-key", desk.key("作者")), 4, "a key is never overwritten"
    )
    assert desk.log() == ["party", "party"]


def test_a_key_drawn_for_what_was_refused_is_taken_away(desk: Desk) -> None:
    key = desk.key("新")

    refused(desk.type("party", "新", "--type", "person", "--role", "operator", "--new-key", key), 3)
    assert not key.exists()


def test_a_bad_row_of_a_list_enters_nothing(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    folder = desk.pictures("絵", 2)
    listed = folder / "list.csv"
    listed.write_text("file,caption\nwork-000.png,one\nwork-009.png,two\n", encoding="utf-8")

    refused(desk.type("register", listed, *options), 2, "work-009.png (line 3)", "--skip-bad")
    assert desk.log() == ["party", "party", "series"]
    assert list((desk.archive / "blobs").iterdir()) == []


def test_with_skip_bad_each_row_left_out_is_named(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    folder = desk.pictures("絵", 2)
    listed = folder / "list.csv"
    listed.write_text("file,caption\nwork-000.png,one\nwork-009.png,two\n", encoding="utf-8")

    said = desk.type("register", listed, *options, "--skip-bad")

    assert said.code == 0
    assert "registered 1   already 0   bad 1" in said.out
    assert "bad row work-009.png (line 3): there is no file work-009.png\nremedy: " in said.err
    assert desk.log()[-2:] == ["register", "slots"]


def test_registering_again_enters_nothing_twice(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    folder = desk.pictures("絵", 2)
    desk.json("register", folder, *options)

    said = desk.type("register", folder, *options)

    assert "registered 0   already 2   bad 0" in said.out
    assert desk.log().count("register") == 1


def test_an_empty_folder_is_bad_input(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    empty = desk.folder / "empty"
    empty.mkdir()

    refused(desk.type("register", empty, *options), 2, "holds no picture")


@pytest.mark.parametrize("damage", ["truncated", "wide", "folder", "text"])
def test_a_picture_that_cannot_be_used_is_named_and_enters_nothing(
    registering: tuple[Desk, list[object]], damage: str
) -> None:
    desk, options = registering
    folder = desk.pictures("絵", 1)
    bad = folder / "bad.png"
    match damage:
        case "truncated":
            bad.write_bytes((folder / "work-000.png").read_bytes()[:-20])
        case "wide":
            Image.new("1", (20_000, 4)).save(bad)
        case "folder":
            bad.symlink_to(desk.folder)
        case _:
            bad.write_text("no picture", encoding="utf-8")

    refused(desk.type("register", folder, *options), 2, "bad.png", "nothing was registered")
    assert desk.log() == ["party", "party", "series"]
    assert list((desk.archive / "blobs").iterdir()) == []


def test_evidence_that_cannot_be_read_ends_before_anything_is_said(story: Story, tmp_path: Path) -> None:
    before = story.desk.log()

    said = story.desk.type("attest", story.ownership, "--claim", "title", "--method", "read", "--evidence", tmp_path,
                           "--key", story.desk.key("確認者"))  # fmt: skip

    refused(said, 2, "cannot read")
    assert story.desk.log() == before


def test_a_setting_nobody_knows_names_the_nearest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKUZUKE_ORIGINE", "x")

    refused(desk.type("log", "show"), 2, "did you mean origin?")


@pytest.mark.parametrize(
    ("arguments", "code", "message", "remedy"),
    [
        (["nothing"], 2, "No such command 'nothing'.", "okuzuke --help"),
        (["grant"], 2, "Missing argument 'SUBJECT'.", "okuzuke grant --help"),
        (["consent", "show", "abc", "--use", "train"], 2, "'abc' is no id", "give at least the first 8 characters"),
        (["snapshot", "--use", "style"], 3, "no work may enter this snapshot", "okuzuke"),
    ],
)
def test_a_program_reads_errors_as_json_too(
    story: Story, arguments: list[str], code: int, message: str, remedy: str
) -> None:
    said = story.desk.type(*arguments, "--json")

    error = json.loads(said.err)
    assert (said.code, said.out) == (code, "")
    assert set(error) == {"error", "remedy", "exit"}
    assert error["exit"] == code
    assert message in error["error"]
    assert remedy in error["remedy"]


def test_a_group_without_a_command_is_an_error_as_json_too(story: Story) -> None:
    said = story.desk.type("--json", "consent")

    assert json.loads(said.err) == {"error": "no command is given", "remedy": "okuzuke consent --help", "exit": 2}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grant", "7f3a9c00", "--use", "trian"], ["--use is 'trian'", "did you mean 'train'?"]),
        (["end", "7f3a9c00", "--ground", "brech"], ["--ground is 'brech'", "did you mean 'breach'?"]),
        (["suspend", "7f3a9c00", "--capacity", "windw"], ["--capacity is 'windw'", "did you mean 'window'?"]),
        (["snapshot", "--use", "train", "--basis", "grnt"], ["--basis is 'grnt'", "did you mean 'grant'?"]),
        (["grant", "7f3a9c00", "--use", "train", "--price", "fre"], ["a --price is 'fre'", "did you mean 'free'?"]),
        (["grant", "7f3a9c00", "--use", "train", "--price", "share:"], ["--price 'share:' is no price", "share:50000"]),
        (["grant", "7f3a9c00", "--use", "train", "--price", "share:1000001"], ["--price", "up to 1000000"]),
        (["grant", "7f3a9c00", "--use", "train", "--price", "fixed:5JPX"], ["--price is 'JPX'", "'JPY'"]),
        (["party", "", "--type", "person"], ["NAME is empty"]),
        (["party", "作者", "--type", "person", "--kana", ""], ["--kana is empty"]),
        (["init", "--operator", "", "--origin", "log.example/x"], ["--operator is empty"]),
        (["suspend", "7f3a9c00", "--as", ""], ["--as is empty"]),
        (
            ["series", "あ" * 4097, "--title-en", "A", "--copyright-line", "c"],
            ["TITLE is no text that can be stated", "1 to 4096 characters"],
        ),
        (["party", "作\x1b[2J", "--type", "person"], ["NAME is no text that can be stated: '作\\x1b[2J'"]),
        (["grnt"], ["No such command 'grnt'. Did you mean 'grant'?\nremedy"]),
    ],
)
def test_a_value_that_does_not_fit_names_its_option_and_what_is_near(
    story: Story, arguments: list[str], words: list[str]
) -> None:
    said = story.desk.type(*arguments)

    refused(said, 2, *words)
    assert "docs/formats.md" not in said.err


def test_a_part_that_is_none_names_its_owner(story: Story) -> None:
    held = ["--owner", "7f3a9c00=half", "--form", "sole", "--title", "creation"]
    said = story.desk.type("ownership", story.series, *held, "--key", story.desk.key("幹事"))

    refused(said, 2, "--owner 7f3a9c00 is no part of a whole: 'half'")


@pytest.mark.parametrize("character", ["x", "0", "あ"])
def test_a_long_value_is_cut_in_what_is_said_of_it(story: Story, character: str) -> None:
    said = story.desk.type("consent", "show", character * 300, "--use", "train")

    refused(said, 2, f"{character * 80}…")
    assert character * 81 not in said.err


def test_an_error_adds_no_remedy_of_its_own(story: Story) -> None:
    said = story.desk.type("consent", "show", "abc\x1b[2J\nremedy: rm", "--use", "train")

    refused(said, 2)
    assert said.err.count("\nremedy: ") == 1
    assert "\x1b" not in said.err


def test_who_owns_nothing_is_told_that_an_owner_is_needed(desk: Desk) -> None:
    desk.party("作者")
    desk.party("他人")
    series = desk.series("絵", "作者")

    said = desk.type("grant", series, "--use", "train", "--key", desk.key("他人"))

    refused(said, 3, "does not hold the capacity “owner”", "「著作権者」の資格を持っていません")


def test_a_file_in_place_of_a_folder_is_told_its_folder(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    picture = desk.pictures("絵", 1) / "work-000.png"

    refused(
        desk.type("register", picture, *options), 2, "is a file, not a folder", f"give its folder, {picture.parent}"
    )
    refused(desk.type("register", desk.folder / "none", *options), 2, "none does not exist")


def test_one_bad_row_is_counted_as_one(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    listed = desk.pictures("絵", 1) / "list.csv"
    listed.write_text("file,caption\nnone.png,one\n", encoding="utf-8")

    refused(desk.type("register", listed, *options), 2, "1 row cannot be registered:\n")


def test_a_file_name_with_a_line_break_adds_no_line(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    folder = desk.pictures("絵", 1)
    (folder / "a\nremedy: b.png").write_text("no picture", encoding="utf-8")

    said = desk.type("register", folder, *options)

    refused(said, 2, r"a\u000aremedy: b.png")
    assert len(said.err.splitlines()) == 3


def test_bad_rows_left_out_are_in_the_json_and_nowhere_else(registering: tuple[Desk, list[object]]) -> None:
    desk, options = registering
    folder = desk.pictures("絵", 1)
    (folder / "bad.png").write_text("no picture", encoding="utf-8")

    done = desk.json("register", folder, *options, "--skip-bad")

    assert [row["name"] for row in done["bad"]] == ["bad.png"]
