from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import InputError
from okuzuke.registry.intake import (
    PICTURE_TYPES,
    BadRow,
    Intake,
    IntakeRow,
    WorkType,
    read_csv,
    read_folder,
    split_tags,
)

WORK = "7f" * 32
FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name in ("b.png", "a.png", "inner/c.JPG"):
        place(tmp_path, name)
    return tmp_path


def place(folder: Path, name: str, text: str = "picture") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def listed(folder: Path, *lines: str, header: str = "file,caption") -> Intake:
    return read_csv(place(folder, "works.csv", "\n".join([header, *lines]) + "\n"))


def told(folder: Path, *members: object) -> Intake:
    place(folder, "captions.jsonl", "\n".join(json.dumps(value, ensure_ascii=False) for value in members))
    return read_folder(folder)


def names(intake: Intake) -> list[str]:
    return [row.name for row in intake.rows]


def only(intake: Intake) -> IntakeRow:
    (row,) = intake.rows
    return row


def only_bad(intake: Intake) -> BadRow:
    (bad,) = intake.bad
    return bad


def test_a_folder_gives_its_pictures_sorted_by_name(desk: Path) -> None:
    intake = read_folder(desk)

    assert names(intake) == ["a.png", "b.png", "inner/c.JPG"]
    assert intake.bad == ()
    assert intake.rows[2].path == desk / "inner" / "c.JPG"


def test_a_picture_nobody_described_is_an_unpublished_picture_without_caption(desk: Path) -> None:
    assert read_folder(desk).rows[0] == IntakeRow(
        "a.png", desk / "a.png", "", (), None, published=False, based_on=(), contains=(), type=WorkType.PICTURE
    )


def test_the_first_line_beside_a_picture_is_its_caption(desk: Path) -> None:
    place(desk, "a.txt", "\ufeffDaruma, Red , one eye\nnotes nobody reads\n")

    row = read_folder(desk).rows[0]

    assert row.caption == "Daruma, Red , one eye"
    assert row.tags == ("daruma", "red", "one eye")


def test_one_list_in_the_folder_may_describe_its_pictures(desk: Path) -> None:
    intake = told(
        desk,
        {"file": "a.png", "caption": "だるま、赤"},
        {"file": "inner/c.JPG", "caption": "page", "tags": ["Ink"], "title": "First", "published": True},
    )

    assert intake.bad == ()
    assert intake.rows[0].tags == ("だるま", "赤")
    assert (intake.rows[2].tags, intake.rows[2].title, intake.rows[2].published) == (("ink",), "First", True)


def test_an_empty_list_of_tags_means_no_tags(desk: Path) -> None:
    assert told(desk, {"file": "a.png", "caption": "red, round", "tags": []}).rows[0].tags == ()


def test_a_caption_twice_is_refused_with_its_picture(desk: Path) -> None:
    place(desk, "a.txt", "red")

    intake = told(desk, {"file": "a.png", "caption": "blue"})

    assert names(intake) == ["b.png", "inner/c.JPG"]
    assert only_bad(intake).reason == "a.png already has a caption on line 1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"file": "d.png", "caption": ""}', "there is no picture d.png"),
        ('{"file": "a.png", "caption": 3}', "caption is 3, which is no text"),
        ('{"file": "a.png", "captoin": "x"}', "unknown member 'captoin'"),
        ('{"file": "a.png", "caption": "", "tags": [1]}', "tags is [1], which is no list of texts"),
        ('{"file": "a.png", "caption": "", "published": "perhaps"}', "published is 'perhaps'"),
        ('{"file": "a.png", "caption": "\\ud800"}', r"'\ud800' is not a text of whole characters"),
        ('{"caption": "x"}', "no file is named"),
        ('["a.png", "x"]', "captions.jsonl line 1 is not a JSON object"),
    ],
)
def test_a_bad_line_of_the_list_is_named_with_its_number(desk: Path, line: str, reason: str) -> None:
    place(desk, "captions.jsonl", line)

    bad = only_bad(read_folder(desk))

    assert (bad.line, bad.reason) == (1, reason)
    assert bad.remedy


def test_a_picture_whose_description_is_bad_is_not_taken_in_without_it(desk: Path) -> None:
    assert "a.png" not in names(told(desk, {"file": "a.png", "captoin": "red"}))


def test_a_caption_beside_no_picture_is_a_bad_row(desk: Path) -> None:
    place(desk, "aa.txt", "red")

    bad = only_bad(read_folder(desk))

    assert (bad.name, bad.reason) == ("aa.txt", "aa.txt stands beside no picture of that name")


def test_notes_lists_and_hidden_files_are_passed_over(desk: Path) -> None:
    for name in ("README.txt", "notes.md", "works.csv", "Thumbs.db", ".DS_Store", ".trash/d.png", "__MACOSX/._a.png"):
        place(desk, name)

    assert read_folder(desk) == Intake(read_folder(desk).rows, ())
    assert names(read_folder(desk)) == ["a.png", "b.png", "inner/c.JPG"]


def test_a_file_that_is_no_picture_is_a_bad_row(desk: Path) -> None:
    place(desk, "layers.psd")

    bad = only_bad(read_folder(desk))

    assert (bad.name, bad.line) == ("layers.psd", None)
    assert bad.remedy == "export it as PNG, or move it out of the folder"


def test_a_caption_in_another_encoding_is_a_bad_row_that_tells_how_to_convert(desk: Path) -> None:
    (desk / "a.txt").write_bytes("赤いだるま".encode("cp932"))

    bad = only_bad(read_folder(desk))

    assert bad.name == "a.png"
    assert bad.remedy == "convert it: iconv -f CP932 -t UTF-8 a.txt > utf8-a.txt"


def test_a_link_out_of_the_folder_is_a_bad_row_and_one_inside_is_not(
    desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = place(tmp_path_factory.mktemp("elsewhere"), "secret.png")
    (desk / "out.png").symlink_to(outside)
    (desk / "out.txt").symlink_to(outside)
    (desk / "linked").symlink_to(outside.parent)
    (desk / "lost.png").symlink_to(desk / "nowhere.png")
    (desk / "again.png").symlink_to(desk / "a.png")

    intake = read_folder(desk)

    assert [bad.name for bad in intake.bad] == ["linked", "lost.png", "out.png", "out.txt"]
    assert names(intake) == ["a.png", "again.png", "b.png", "inner/c.JPG"]


def test_an_empty_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    place(tmp_path, "README.md")

    with pytest.raises(InputError, match="holds no picture") as refusal:
        read_folder(tmp_path)
    assert ".png" in refusal.value.remedy


def test_a_folder_that_is_none_is_refused(desk: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        read_folder(desk / "a.png")


def test_a_list_gives_its_rows_in_its_order(desk: Path) -> None:
    intake = listed(
        desk,
        'b.png,"Kokeshi, Blue","doll, ｂｌｕｅ,doll",Number 2,yes,line_art,a.png;' + WORK + ",",
        "inner\\c.JPG,,,,,,,",
        "a.png,red,,,no,,,b.png",
        header="file,caption,tags,title,published,type,based_on,contains",
    )

    assert intake.bad == ()
    assert names(intake) == ["b.png", "inner/c.JPG", "a.png"]
    assert intake.rows[0] == IntakeRow(
        name="b.png",
        path=desk / "b.png",
        caption="Kokeshi, Blue",
        tags=("doll", "blue"),
        title="Number 2",
        published=True,
        based_on=("a.png", WORK),
        contains=(),
        type=WorkType.LINE_ART,
    )


def test_a_list_may_start_with_a_byte_order_mark(desk: Path) -> None:
    (desk / "works.csv").write_bytes("\ufefffile,caption\r\na.png,赤\r\n".encode())

    assert only(read_csv(desk / "works.csv")).caption == "赤"


@pytest.mark.parametrize("form", FORMS)
def test_a_japanese_name_is_found_however_its_letters_are_composed(tmp_path: Path, form: Literal["NFC", "NFD"]) -> None:
    composed, decomposed = (unicodedata.normalize(known, "ガチャ.png") for known in FORMS)
    place(tmp_path, unicodedata.normalize(form, composed))

    assert only(listed(tmp_path, f"{composed},x")).name == composed
    assert only(listed(tmp_path, f"{decomposed},x")).name == composed
    assert names(read_folder(tmp_path)) == [composed]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("d.png,x", "there is no file d.png"),
        ("b.png,x,y", "line 3 has 3 columns, the header 2"),
        ("b.png", "line 3 has 1 columns, the header 2"),
        ("a.png,again", "a.png already has a caption on line 2"),
        ("../a.png,x", "'../a.png' lies outside the folder"),
        ("inner/../../a.png,x", "'inner/../../a.png' lies outside the folder"),
        ("/etc/a.png,x", "'/etc/a.png' lies outside the folder"),
        ("C:\\pictures\\a.png,x", "'C:\\\\pictures\\\\a.png' lies outside the folder"),
        ("inner,x", "inner is not a file"),
        ("works.csv,x", "works.csv is not a picture by its name: .csv"),
        (",x", "no file is named"),
        ("n" * 300 + ".png,x", "n" * 300 + ".png names no file: File name too long"),
    ],
)
def test_a_bad_line_of_a_list_is_named_and_the_others_are_read(desk: Path, line: str, reason: str) -> None:
    intake = listed(desk, "a.png,first", line, "inner/c.JPG,last")

    bad = only_bad(intake)
    assert (bad.line, bad.reason) == (3, reason)
    assert bad.remedy
    assert names(intake) == ["a.png", "inner/c.JPG"]


def test_lines_are_counted_as_an_editor_counts_them(desk: Path) -> None:
    intake = listed(desk, 'a.png,"two\nlines"', "", "d.png,x")

    assert only(intake).tags == ("two", "lines")
    assert only_bad(intake).line == 5


def test_a_misspelt_file_names_the_nearest_one(desk: Path) -> None:
    assert only_bad(listed(desk, "inner/c.jpg,x")).remedy == "did you mean 'inner/c.JPG'?"


def test_an_unknown_column_names_the_nearest_one(desk: Path) -> None:
    with pytest.raises(InputError, match="unknown column 'captions'") as refusal:
        listed(desk, "a.png,x", header="file,captions")
    assert refusal.value.remedy == "did you mean 'caption'?"


@pytest.mark.parametrize(
    ("header", "reason"),
    [("file", "has no column 'caption'"), ("file,caption,file", "the column 'file' twice"), ("", "has no header")],
)
def test_a_list_without_a_proper_header_is_refused(desk: Path, header: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        listed(desk, "a.png,x", header=header)


@pytest.mark.parametrize(("encoding", "source"), [("cp932", "CP932"), ("utf-16", "UTF-16")])
def test_a_list_that_is_not_utf_8_is_refused_with_how_to_convert_it(desk: Path, encoding: str, source: str) -> None:
    (desk / "works.csv").write_bytes("file,caption\na.png,赤\n".encode(encoding))

    with pytest.raises(InputError, match=r"works\.csv is not UTF-8") as refusal:
        read_csv(desk / "works.csv")
    assert refusal.value.remedy == f"convert it: iconv -f {source} -t UTF-8 works.csv > utf8-works.csv"


def test_a_list_with_an_open_quotation_is_refused_at_its_line(desk: Path) -> None:
    with pytest.raises(InputError, match=r"works\.csv line 3 is not CSV"):
        listed(desk, "a.png,x", 'b.png,"y')


def test_a_list_without_pictures_is_refused(desk: Path) -> None:
    with pytest.raises(InputError, match="names no picture"):
        listed(desk)


def test_a_list_that_is_not_there_is_refused(desk: Path) -> None:
    with pytest.raises(InputError, match="is not a file"):
        read_csv(desk / "other.csv")


@pytest.mark.parametrize("kind", sorted(WorkType))
def test_only_what_can_be_a_picture_is_registered_with_a_picture_file(desk: Path, kind: WorkType) -> None:
    intake = listed(desk, f"a.png,x,{kind}", header="file,caption,type")

    if kind in PICTURE_TYPES:
        assert only(intake).type is kind
    else:
        assert only_bad(intake).reason == f"a picture file cannot be registered as '{kind}'"


def test_a_work_that_rests_on_a_bad_row_is_bad_too(desk: Path) -> None:
    intake = listed(
        desk, "lost.png,x,", "a.png,x,lost.png", "b.png,x,a.png", "inner/c.JPG,x,", header="file,caption,based_on"
    )

    assert names(intake) == ["inner/c.JPG"]
    assert [(bad.line, bad.name) for bad in intake.bad] == [(2, "lost.png"), (3, "a.png"), (4, "b.png")]


def test_a_work_does_not_rest_on_itself(desk: Path) -> None:
    intake = listed(desk, "a.png,x,a.png", header="file,caption,contains")

    assert only_bad(intake).reason == "a.png is said to rest on itself"


@given(st.text())
def test_splitting_tags_again_changes_nothing(text: str) -> None:
    tags = split_tags(text)

    assert split_tags(",".join(tags)) == tags
    assert len(set(tags)) == len(tags)
