"""The whole story by commands: what a desk, its lawyer and a program read."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from cli_desk import Desk, Story
from okuzuke.cli.shown import show, table


def test_the_log_holds_what_was_typed_in_its_order(story: Story) -> None:
    kinds = "party party party party party attest series register slots ownership interest sheet grant consent consent"

    assert story.desk.log()[:17] == [*kinds.split(), "screen", "snapshot"]


def test_a_lawyer_reads_who_agreed_by_which_statement(story: Story) -> None:
    said = story.desk.type("consent", "show", story.series, "--use", "train")

    assert said.code == 0
    assert "may platform use the series 花の図案" in said.out
    assert "permitted 許諾あり" in said.out
    assert f"covered by grant 許諾 {story.before[:10]} {story.grant}" in said.out
    assert "underlying 原著作物の権利者   原作者" in said.out
    assert "許諾があります" in said.out
    assert "A grant is in force" in said.out
    assert said.out.splitlines()[-1] == "next: okuzuke snapshot --use train"


def test_what_could_not_be_known_yet_is_refused_in_both_languages(story: Story) -> None:
    said = story.desk.type("consent", "show", story.work, "--use", "train", "--known-at", story.before)

    assert said.code == 3
    assert "not permitted 許諾未取得" in said.out
    assert "not_asked 未照会" in said.out
    assert "利用「学習」の許諾を求めていません" in said.out
    assert "Nobody has granted “train”" in said.out


def test_a_use_nobody_granted_is_refused_and_printed_as_json_too(story: Story) -> None:
    said = story.desk.type("consent", "show", story.series, "--use", "merchandise", "--json")

    decision = json.loads(said.out)
    assert said.code == 3
    assert decision["allowed"] is False
    assert decision["asked"]["use"] == "merchandise"
    assert all(reason["ja"] and reason["en"] for reason in decision["reasons"])


def test_a_snapshot_says_who_entered_and_is_listed(story: Story) -> None:
    (frozen,) = story.desk.json("snapshot", "--list")
    said = story.desk.type("snapshot", "--list")

    assert len(frozen["places"]) == 4
    assert f"admitted 4   families 4   refused 0   {story.snapshot}" in said.out


def test_refusals_of_a_snapshot_are_counted_by_reason_in_both_languages(desk: Desk) -> None:
    for name, first in (("甲", 0), ("乙", 4)):
        party = desk.party(name)
        series = desk.series(name, name)
        desk.json("register", desk.pictures(name, 2, first=first), "--series", series, "--published",
                  "--key", desk.key(name))  # fmt: skip
        desk.entry("ownership", series, "--owner", f"{party}=1", "--form", "sole", "--title", "creation",
                   "--key", desk.key(name))  # fmt: skip
    desk.entry("grant", series, "--use", "train", "--key", desk.key("乙"))
    desk.json("screen")

    said = desk.type("snapshot", "--use", "train")

    assert said.code == 0
    assert "admitted 2" in said.out
    assert "refused 2   not_permitted 許諾未取得" in said.out
    assert "Nobody has granted “train”; ask 甲." in said.out
    assert "利用「学習」の許諾を求めていません。窓口：甲" in said.out


def test_a_bundle_is_exported_and_matches_the_record(story: Story, tmp_path: Path) -> None:
    bundle, trust = tmp_path / "snapshot.okz", tmp_path / "trust.json"
    story.desk.json("export", story.snapshot, "--for", "auditor", "-o", bundle)
    story.desk.json("log", "trust", "-o", trust)

    said = story.desk.type("verify", bundle, "--trust", trust)

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].startswith("ok   seal")
    assert lines[-1].startswith("matches the record (記録と一致)")


def test_a_bundle_without_a_trust_file_is_only_consistent(story: Story, tmp_path: Path) -> None:
    bundle = tmp_path / "grant.okz"
    story.desk.json("export", story.grant, "--for", story.studio, "-o", bundle)

    said = story.desk.type("verify", bundle)

    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("consistent, signed by ")
    assert said.out.splitlines()[-1].endswith("not pinned")


def test_a_picture_is_checked_by_the_bundle_beside_it(story: Story, tmp_path: Path) -> None:
    picture = tmp_path / "work-000.png"
    picture.write_bytes((story.desk.folder / "花" / "work-000.png").read_bytes())
    story.desk.json("export", story.work, "--for", "auditor", "-o", tmp_path / "work-000.png.okz")

    assert story.desk.type("verify", picture).code == 0


def test_a_bundle_of_another_picture_is_no_proof_of_this_one(story: Story, tmp_path: Path) -> None:
    picture = tmp_path / "work-000.png"
    picture.write_bytes(b"\x89PNG of somebody else")
    story.desk.json("export", story.work, "--for", "auditor", "-o", tmp_path / "work-000.png.okz")

    said = story.desk.type("verify", picture)

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("FAILED at picture: the bundle opens no work and no output with")


def test_what_rests_on_a_work_is_listed(story: Story) -> None:
    said = story.desk.type("affected", story.work)

    assert said.code == 0
    assert story.snapshot in said.out


def test_a_program_reads_joints_and_consequences_as_json(story: Story, tmp_path: Path) -> None:
    bundle = tmp_path / "work.okz"
    exported = story.desk.json("export", story.work, "--for", "public", "-o", bundle)
    report = story.desk.json("verify", bundle)
    affected = story.desk.json("affected", story.work)

    assert exported["size_bytes"] == bundle.stat().st_size
    assert all(joint["holds"] for joint in report["joints"])
    assert story.snapshot in {step["entry"][:12] for step in affected["steps"]}
    assert (affected["outputs"], affected["allocations"], affected["credited"]) == (0, 0, [])


def test_the_log_shows_who_signed_what(story: Story) -> None:
    said = story.desk.type("log", "show")

    assert "grant 許諾" in said.out
    assert "原作者" in said.out


def test_a_checkpoint_is_printed_as_it_is_and_nothing_beside_it(story: Story) -> None:
    said = story.desk.type("log", "checkpoint")

    assert said.out == story.desk.json("log", "checkpoint")["checkpoint"]
    assert said.out.startswith("log.example/desk\n")


def test_an_archive_is_rebuilt_in_place_and_elsewhere_to_the_same_dump(story: Story, tmp_path: Path) -> None:
    here = story.desk.json("rebuild")
    there = story.desk.json("rebuild", "--into", tmp_path / "again")

    assert here["before"] == here["after"] == there["after"]


@pytest.mark.parametrize("ground", ["notice", "breach"])
def test_a_grant_ends_by_who_gave_it_in_the_capacity_it_was_given_in(desk: Desk, ground: str) -> None:
    party = desk.party("作者")
    series = desk.series("絵", "作者")
    desk.entry("ownership", series, "--owner", f"{party}=1", "--form", "sole", "--title", "creation",
               "--key", desk.key("作者"))  # fmt: skip
    grant = desk.entry("grant", series, "--use", "train", "--key", desk.key("作者"))

    ended = desk.json("end", grant, "--ground", ground, "--key", desk.key("作者"))

    assert ended["statement"]["capacity"] == "owner"


def test_every_other_kind_of_statement_has_its_command(desk: Desk, tmp_path: Path) -> None:
    evidence = tmp_path / "deed.txt"
    evidence.write_text("CC0", encoding="utf-8")
    author, key = desk.party("作者", type_="person"), ["--key", desk.key("作者")]
    verifier = desk.party("確認者", "--role", "verifier")
    desk.entry("attest", verifier, "--claim", "appointment", "--method", "met in person")
    series = desk.series("絵", "作者")
    desk.entry("interest", series, "--party", author, "--kind", "author", "--title", "creation", *key)
    ownership = desk.entry("ownership", series, "--owner", f"{author}=1", "--form", "sole", "--title", "creation", *key)
    desk.entry("attest", ownership, "--claim", "title", "--method", "contract read", "--evidence", evidence,
               "--key", desk.key("確認者"))  # fmt: skip
    desk.entry("authority", series, "--window", f"train,caption={author}@2026-01-01..2036-01-01", *key)
    desk.entry("consent", "moral", series, "--use", "edit", "--credit", "pen_name", *key)
    persona = desk.entry("persona", "夜空", "--legal-name", "山田", *key)
    desk.entry("character", "花子", "--series", series, "--designer", author, "--voice", persona, *key)
    suspension = desk.entry("suspend", series, "--use", "train", *key)
    desk.entry("end", suspension, "--ground", "expiry", *key)
    cc0 = desk.entry("series", "公有", "--title-en", "Public", "--copyright-line", "none", "--as", "operator")
    urls = ["--licence-url", "https://cc.example/zero", "--source-url", "https://source.example/"]
    desk.entry("dedicate", cc0, *urls, "--evidence", evidence, "--creator", "somebody")
    desk.entry("party", "--rotate", author, "--new-key", tmp_path / "new.pem", *key)
    desk.entry("party", "--end", author, "--ground", "death", "--evidence", evidence)
    desk.entry("erase", persona, "--reason", "asked")

    assert desk.log()[1:] == [
        *("party", "party", "attest", "series", "interest", "ownership", "attest", "authority", "moral", "erased"),
        *("character", "suspend", "end", "series", "dedication", "key", "party_end", "erase"),
    ]  # fmt: skip


def test_a_verifier_says_what_waits_for_review_is_no_copy(desk: Desk) -> None:
    desk.party("確認者", "--role", "verifier")
    for name in ("甲", "乙"):
        desk.party(name)
        desk.json("register", desk.pictures(name, 1), "--series", desk.series(name, name), "--published",
                  "--key", desk.key(name))  # fmt: skip
    verifier = next(line["entry"] for line in desk.json("log", "show") if line["signer"] == "確認者")
    desk.entry("attest", verifier, "--claim", "appointment", "--method", "met in person")
    desk.json("screen")
    waiting = desk.json("review")
    listed = desk.type("review").out

    for item in waiting:
        desk.entry("review", item["work"], "--outcome", "no_match", "--key", desk.key("確認者"))

    assert len(waiting) == 2
    assert "same_file of work-000.png" in listed
    assert desk.type("review").out.startswith("nothing waits for review\n")


def test_what_is_shown_moves_no_cursor_and_a_program_reads_it_as_it_is() -> None:
    name = "悪\x1b[1A\x1b[2K意\u009b\U000e0041"
    shown, as_json = io.StringIO(), io.StringIO()

    with contextlib.redirect_stdout(shown):
        show({"name": name}, table([["party", name, "7f3a"]]), as_json=False, after=f"okuzuke party {name}")
    with contextlib.redirect_stdout(as_json):
        show({"name": name}, [], as_json=True)

    assert r"party   悪\u001b[1A\u001b[2K意\u009b\U000e0041   7f3a" in shown.getvalue()
    assert not {"\x1b", "\u009b", "\U000e0041"} & set(shown.getvalue() + as_json.getvalue())
    assert json.loads(as_json.getvalue()) == {"name": name}


def test_japanese_readers_read_the_time_of_japan(desk: Desk) -> None:
    party = desk.party("作者")
    series = desk.series("絵", "作者")
    key = ["--key", desk.key("作者")]
    desk.entry("ownership", series, "--owner", f"{party}=1", "--form", "sole", "--title", "creation", *key)
    desk.entry("grant", series, "--use", "train", "--from", "2036-04-06", *key)

    said = desk.type("consent", "show", series, "--use", "train")

    assert "2036年4月6日 09:00（日本時間）" in said.out
    assert "The grant begins 2036-04-06T00:00:00.000000Z" in said.out
