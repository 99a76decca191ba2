"""A bundle opens what its reader may see and nothing else, whatever it is about, before an erasure and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archives import SEALED, Told
from forgery import Forger, Parts, detail, opened
from okuzuke.archive import Archive
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, verify
from okuzuke.core.canonical import decode_base64url
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import Entry
from okuzuke.ledger import store

Exported = Callable[[str, str], bytes]
CAPTION = "caption of "


def everything(parts: Parts) -> str:
    """Return all that a reader can read: the bundle with its disclosures decoded."""
    texts = [text for items in parts["disclosures"].values() for text in items]
    return json.dumps(parts, ensure_ascii=False) + "".join(decode_base64url(text).decode() for text in texts)


def rows_about(parts: Parts, told: Told) -> set[str]:
    """Return whose works the opened rows are about, by the name of the series."""
    series = {work: name for name in ("daruma", "umbrella", "public") for work in told.works[name]}
    return {series[row[1].get("work", key)] for key, row in parts["rows"].items()}


def subjects(told: Told) -> Iterator[str]:
    yield from dict.fromkeys([*told.parties.values(), *told.entries.values()])
    yield from (told.works[name][0] for name in ("daruma", "umbrella", "public"))


def test_every_bundle_holds_for_every_kind_of_reader(exported: Exported, told: Told, trust: Trust) -> None:
    for subject in subjects(told):
        for reader in ("public", "auditor", told.parties["illustrator"]):
            report = verify(exported(subject, reader), trust)
            assert report.holds, (subject, reader, report.conclusion)
            assert (report.subject, report.reader) == (subject, reader)


def test_a_public_bundle_opens_no_sealed_field_and_no_row(exported: Exported, told: Told) -> None:
    for subject in subjects(told):
        parts = opened(exported(subject, "public"))
        assert parts["rows"] == {}
        assert parts["disclosures"] == {}
        shown = everything(parts)
        assert [value for value in (*SEALED, CAPTION, "daruma-0", "umbrella-1") if value in shown] == []


def test_an_auditors_bundle_opens_everything(exported: Exported, told: Told) -> None:
    parts = opened(exported(told.entries["snapshot"], "auditor"))

    shown = everything(parts)
    assert [value for value in (*SEALED, CAPTION) if value not in shown] == []
    assert {key for keys in parts["sets"].values() for key in keys} == set(parts["rows"])
    positions = {json.dumps(text).split("index ")[1].split("\\n")[0] for text in parts["receipts"].values()}
    assert {str(at) for at in range(len(told.parties))} <= positions


MAY_SEE: dict[str, dict[str, tuple[str, ...]]] = {
    "manager": {"daruma": ("株式会社幹事の登記名", "48000000000", "窓口手数料", "https://source.example/private")},
    "studio": {"daruma": ("48000000000", "窓口手数料")},
    "author": {"daruma": ("原作者の本名", "48000000000")},
    "illustrator": {"umbrella": ("山田絵子の本名",)},
    "verifier": {},
    "stranger": {},
}


@pytest.mark.parametrize("name", MAY_SEE)
def test_a_partys_bundle_opens_its_own_lines_only(exported: Exported, told: Told, name: str) -> None:
    parts = opened(exported(told.entries["snapshot"], told.parties[name]))

    shown = everything(parts)
    seen = {value for values in MAY_SEE[name].values() for value in values}
    assert {value for value in SEALED if value in shown} == seen
    assert rows_about(parts, told) == set(MAY_SEE[name])


@pytest.mark.parametrize("name", MAY_SEE)
def test_what_a_party_may_see_is_decided_anew_and_the_rest_counted_as_shut(
    exported: Exported, told: Told, trust: Trust, name: str
) -> None:
    report = verify(exported(told.entries["snapshot"], told.parties[name]), trust)

    made = sum(work in told.works["frozen"] for series in MAY_SEE[name] for work in told.works[series])
    shut = len(told.works["frozen"]) - made
    rest = f", {shut} not: what they rest on is shut for this reader or erased"
    assert detail(report, Joint.DECISIONS) == f"{made} made anew and the same{rest}"


def test_a_grant_answers_what_it_permits(exported: Exported, told: Told, trust: Trust) -> None:
    report = verify(exported(told.entries["grant"], "public"), trust)

    assert [answer.split(" as of")[0] for answer in report.answers] == ["train: permitted (granted)"]


def test_a_work_that_its_holder_stopped_answers_so_to_her(exported: Exported, told: Told, trust: Trust) -> None:
    report = verify(exported(told.works["umbrella"][0], told.parties["illustrator"]), trust)

    assert "train: not permitted (suspended)" in report.answers[-1]


@pytest.mark.parametrize("reader", ["", "everyone", "ab" * 32])
def test_an_unknown_reader_is_refused(archive: Archive, told: Told, reader: str) -> None:
    with pytest.raises(InputError, match="no party of this register"):
        archive.export(told.entries["grant"], reader)


def test_what_is_no_party_is_no_reader(archive: Archive, told: Told) -> None:
    with pytest.raises(InputError, match="no party of this register"):
        archive.export(told.entries["grant"], told.entries["series"])


def test_an_unknown_subject_is_refused(archive: Archive) -> None:
    with pytest.raises(CheckFailedError, match="no entry"):
        archive.export("ab" * 32, "public")


def test_the_same_archive_exports_the_same_bytes(archive: Archive, told: Told, exported: Exported) -> None:
    for reader in ("public", "auditor", told.parties["manager"]):
        again = archive.export(told.entries["snapshot"], reader).to_bytes()
        assert again == exported(told.entries["snapshot"], reader)


def leaves_after(forger: Forger, target: str) -> dict[str, str]:
    """Return how every bundle concludes after an erasure, and check that none shows what was erased."""
    told = forger.told
    forger.erase(target)
    with forger.archive.database.reading() as connection:
        erased = [entry for entry in store.entries(connection) if store.is_erased(connection, Entry(entry))]
    found = {}
    for name, reader in (
        ("snapshot", "auditor"),
        ("snapshot", told.parties["manager"]),
        ("grant", "public"),
        ("her moral consent", "auditor"),
    ):
        if told.entries[name] in erased or reader in erased:
            continue
        bundle = forger.archive.export(told.entries[name], reader)
        assert target not in {*bundle.documents, *bundle.disclosures, *bundle.rows}
        found[f"{name} for {reader}"] = verify(bundle.to_bytes(), forger.archive.trust()).conclusion
    return found


ERASED = [
    "consent of the studio",
    "ownership",
    "title",
    "grant",
    "series",
    "register of umbrella",
    "her grant",
    "stop",
    "appointment",
    "dedication",
    "new key",
    "ending",
    "screen",
    "snapshot",
    "sheet",
    "interest",
]


@pytest.mark.parametrize("name", ERASED)
def test_bundles_verify_after_an_entry_was_erased(forger: Forger, name: str) -> None:
    found = leaves_after(forger, forger.told.entries[name])

    assert {conclusion.split(" (")[0] for conclusion in found.values()} == {"matches the record"}, found


@pytest.mark.parametrize("name", ["manager", "studio", "author", "illustrator", "verifier", "stranger"])
def test_bundles_verify_after_a_party_was_erased(forger: Forger, name: str) -> None:
    found = leaves_after(forger, forger.told.parties[name])

    assert {conclusion.split(" (")[0] for conclusion in found.values()} == {"matches the record"}, found


@pytest.mark.parametrize("series", ["daruma", "umbrella", "public"])
def test_bundles_verify_after_a_row_was_erased_and_show_nothing_of_it(forger: Forger, series: str) -> None:
    found = leaves_after(forger, forger.told.works[series][1])

    assert {conclusion.split(" (")[0] for conclusion in found.values()} == {"matches the record"}, found
    shown = everything(opened(forger.archive.export(forger.told.entries["snapshot"], "auditor").to_bytes()))
    assert f"caption of {series} 1" not in shown
    assert f"caption of {series} 2" in shown


def test_what_rests_on_an_erased_statement_is_not_counted_as_decided(forger: Forger) -> None:
    told = forger.told
    forger.erase(told.entries["consent of the studio"])

    report = forger.report(told.entries["snapshot"])

    public = len(told.works["public"])
    umbrella = len(told.works["umbrella"])
    daruma = len(told.works["daruma"])
    assert detail(report, Joint.DECISIONS) == (
        f"{public + umbrella} made anew and the same, {daruma} not: what they rest on is shut for this reader or erased"
    )


def test_an_ending_after_the_snapshot_changes_nothing_in_its_bundle(exported: Exported, told: Told) -> None:
    parts = opened(exported(told.entries["snapshot"], "auditor"))

    assert told.entries["ending"] in parts["documents"]


def test_a_bundle_from_a_folder_elsewhere_is_the_same(
    told: Told, exported: Exported, archive: Archive, tmp_path: Path
) -> None:
    archive.rebuild_into(tmp_path / "elsewhere")

    with Archive.open(tmp_path / "elsewhere", now=archive.journal.now, entropy=archive.journal.entropy) as copied:
        again = copied.export(told.entries["snapshot"], "auditor").to_bytes()

    assert again == exported(told.entries["snapshot"], "auditor")
