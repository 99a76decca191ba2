"""Pictures as a stranger checks them: with their bundle, without it, and what was done to them in between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from cli.press import Press


@pytest.fixture
def picture(earned: Press, tmp_path: Path) -> Path:
    """A delivered picture with its bundle, in a folder of its own."""
    found = earned.pictures / "red-0001.png"
    shutil.copy(found.with_name("red-0001.png.okz"), tmp_path / "made.png.okz")
    return Path(shutil.copy(found, tmp_path / "made.png"))


def alone(picture: Path) -> Path:
    picture.with_name("made.png.okz").unlink()
    return picture


def test_a_picture_and_its_bundle_match_the_record(earned: Press, picture: Path) -> None:
    said = earned.desk.type("verify", picture, "--trust", earned.trust())

    assert said.code == 0
    assert f"{picture} is the recorded file of output" in said.out
    assert said.out.splitlines()[-1].startswith("matches the record (記録と一致)")


def test_without_trust_a_picture_is_only_consistent(earned: Press, picture: Path) -> None:
    said = earned.desk.type("verify", picture)

    assert said.code == 0
    assert said.out.splitlines()[-1].endswith("not pinned")


def test_one_changed_pixel_fails_at_the_picture(earned: Press, picture: Path) -> None:
    with Image.open(picture) as image:
        red, green, blue = image.getpixel((3, 3))  # type: ignore[misc]
        image.putpixel((3, 3), (red ^ 1, green, blue))
        image.save(picture)

    said = earned.desk.type("verify", picture, "--trust", earned.trust())

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at picture: the pixels of")
    assert "FAILED   picture" in said.out


def test_stripped_credentials_fail_at_the_credentials(earned: Press, picture: Path) -> None:
    with Image.open(picture) as image:
        pixels = image.copy()
    pixels.save(picture)

    said = earned.desk.type("verify", picture, "--trust", earned.trust())

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at credentials: the pixels are those of output")
    assert "carries no content credentials" in said.out


def test_another_outputs_picture_fails_at_the_picture(earned: Press, picture: Path) -> None:
    other = next(path for path in sorted(earned.pictures.glob("*.png")) if path.name != "red-0001.png")
    shutil.copy(other, picture)

    said = earned.desk.type("verify", picture)

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at picture")


def test_a_file_that_is_no_picture_fails_at_the_picture(earned: Press, picture: Path) -> None:
    picture.write_bytes(b"no picture")

    said = earned.desk.type("verify", picture)

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at picture: the picture cannot be read")


def test_a_broken_bundle_is_told_before_the_picture(earned: Press, picture: Path) -> None:
    bundle = picture.with_name("made.png.okz")
    bundle.write_bytes(bundle.read_bytes().replace(b"picture", b"pictura", 1))

    said = earned.desk.type("verify", picture)

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at seal")


def test_a_picture_without_its_bundle_is_checked_by_its_credentials_alone_and_that_is_said(
    earned: Press, picture: Path
) -> None:
    pinned = earned.desk.type("verify", alone(picture), "--trust", earned.trust())
    loose = earned.desk.type("verify", picture)

    assert (pinned.code, loose.code) == (0, 0)
    last = pinned.out.splitlines()[-1]
    assert last.startswith("credentials hold, signed under the pinned certificates; only the credentials were checked")
    assert "who permitted it or who was paid" in last
    assert "許諾・支払は確認していません" in last
    assert "O=運営, not pinned" in loose.out.splitlines()[-1]


def test_credentials_alone_have_the_same_json_as_a_bundle(earned: Press, picture: Path) -> None:
    report = earned.desk.json("verify", alone(picture))

    assert set(report) == {"subject", "reader", "joints", "answers", "conclusion"}
    assert [(joint["joint"], joint["holds"]) for joint in report["joints"]] == [("credentials", True)]


def test_credentials_alone_fail_where_the_picture_was_changed(earned: Press, picture: Path) -> None:
    data = bytearray(alone(picture).read_bytes())
    data[-40] ^= 1
    picture.write_bytes(data)

    for trust in ([], ["--trust", earned.trust()]):
        said = earned.desk.type("verify", picture, *trust)

        assert said.code == 1
        assert said.out.splitlines()[-1].startswith("FAILED at credentials")


def test_credentials_of_another_archive_fail_under_the_pinned_certificates(
    earned: Press, picture: Path, story_trust: Path
) -> None:
    said = earned.desk.type("verify", alone(picture), "--trust", story_trust)

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at credentials")


def test_a_picture_without_bundle_and_credentials_proves_nothing(earned: Press, tmp_path: Path) -> None:
    picture = tmp_path / "drawn.png"
    Image.new("RGB", (8, 8)).save(picture)

    said = earned.desk.type("verify", picture)

    assert said.code == 1
    assert said.out.splitlines()[-1] == "FAILED at credentials: the file carries no content credentials"


def test_a_picture_that_is_not_there_is_bad_input(earned: Press, tmp_path: Path) -> None:
    said = earned.desk.type("verify", tmp_path / "none.png")

    assert said.code == 2
    assert "cannot read" in said.err


@pytest.mark.parametrize("reader", ["public", "auditor", "客"])
def test_a_colophon_is_written_for_its_reader(earned: Press, tmp_path: Path, reader: str) -> None:
    page = tmp_path / "colophon.html"
    output = earned.desk.json("attribute", earned.pictures / "red-0001.png")["output"]

    written = earned.desk.json("colophon", output[:12], "-o", page, "--for", earned.parties.get(reader, reader))

    assert (written["output"], written["size_bytes"]) == (output, page.stat().st_size)
    assert written["conclusion"].startswith("matches the record")
    assert output[:12] in page.read_text(encoding="utf-8")


def test_a_colophon_is_of_an_output_and_overwrites_nothing(earned: Press, tmp_path: Path) -> None:
    page = tmp_path / "colophon.html"
    page.write_text("mine")

    over = earned.desk.type("colophon", earned.pictures / "red-0001.png", "-o", page, "--for", "public")
    model = earned.desk.type("colophon", earned.model, "-o", tmp_path / "m.html", "--for", "public")
    nobody = earned.desk.type("colophon", earned.pictures / "red-0001.png", "-o", tmp_path / "n.html", "--for", "me")

    assert (over.code, model.code, nobody.code) == (4, 2, 2)
    assert page.read_text() == "mine"
    assert "no output" in model.err


def test_an_output_is_exported_by_its_id_its_entry_and_its_file(earned: Press, tmp_path: Path) -> None:
    picture = earned.pictures / "red-0001.png"
    shown = earned.desk.json("attribute", picture)
    by_file = earned.desk.json("export", picture, "--for", "public", "-o", tmp_path / "a.okz")
    by_id = earned.desk.json("export", shown["output"], "--for", "public", "-o", tmp_path / "b.okz")
    by_entry = earned.desk.json("export", by_id["subject"][:8], "--for", "public", "-o", tmp_path / "c.okz")

    assert by_file["subject"] == by_id["subject"] == by_entry["subject"]
    assert earned.desk.type("verify", tmp_path / "a.okz", "--trust", earned.trust()).code == 0


def test_a_model_is_exported_and_verified(earned: Press, tmp_path: Path) -> None:
    bundle = tmp_path / "model.okz"
    earned.desk.json("export", earned.model, "--for", "auditor", "-o", bundle)

    assert earned.desk.type("verify", bundle, "--trust", earned.trust()).code == 0


def test_the_log_names_the_new_kinds_in_both_languages(earned: Press) -> None:
    said = earned.desk.type("log", "show").out

    for kind in ("run 学習実行", "model モデル", "scorer 帰属判定器", "rates 料率表", "purchase クレジット購入"):
        assert kind in said
    for kind in ("request 生成依頼", "output 生成物", "capture 課金確定", "shares 寄与割合", "allocation 分配"):
        assert kind in said
