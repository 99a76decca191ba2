"""From a statement of account, a picture and a model back to the grants: what each reader's bundle proves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from atelier import Atelier
from okuzuke.audit.bundle import Bundle
from okuzuke.audit.exporter import Wanted
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, Report, verify
from okuzuke.core.ids import Entry, PartyId
from okuzuke.generation.studio import Made
from okuzuke.ledger import statement

PERIOD = "2026-04"


@dataclass(frozen=True, slots=True)
class Sold:
    """An archive that sold pictures and divided what came in."""

    atelier: Atelier
    outputs: tuple[Made, ...]
    trust: Trust

    @property
    def author(self) -> PartyId:
        return self.atelier.parties["daruma"]

    def bundle(self, subject: str, reader: str, period: str | None = None, output: Entry | None = None) -> Bundle:
        return next(iter(self.atelier.archive.exports([Wanted(subject, reader, period, output)])))

    def report(self, subject: str, reader: str, period: str | None = None) -> Report:
        return verify(self.bundle(subject, reader, period).to_bytes(), self.trust)


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    atelier = Atelier(tmp_path_factory.mktemp("sold"))
    atelier.prepare()
    atelier.buy()
    made = atelier.studio.generate("だるま百態, red", user=atelier.user, count=8, seed=7)
    atelier.studio.generate("red", user=atelier.user, count=2, seed=8)
    atelier.archive.royalties.allocate(PERIOD)
    yield Sold(atelier, made.outputs, atelier.archive.trust())
    atelier.archive.close()


def joints(report: Report) -> dict[Joint, str]:
    return {checked.joint: checked.detail for checked in report.joints}


def test_an_auditor_walks_from_a_picture_to_the_grants_and_makes_everything_anew(sold: Sold) -> None:
    report = sold.report(sold.outputs[-1].entry, "auditor")

    assert report.holds, report.conclusion
    said = joints(report)
    assert said[Joint.MODEL].endswith("1 divided anew into the same trained and held-out families")
    assert said[Joint.PICTURE] == "1 files hold the pixels that were recorded"
    assert "scored anew" in said[Joint.SHARES]
    assert "not:" not in said[Joint.SHARES]
    assert "payments made anew" in said[Joint.PAYMENTS]
    assert "not:" not in said[Joint.PAYMENTS]
    assert "not:" not in said[Joint.DECISIONS]


def test_the_public_sees_the_picture_proven_and_nothing_that_is_sealed(sold: Sold) -> None:
    bundle = sold.bundle(sold.outputs[0].entry, "public")
    report = verify(bundle.to_bytes(), sold.trust)

    assert report.holds, report.conclusion
    assert not bundle.rows
    assert not bundle.disclosures
    assert {Joint.MODEL, Joint.OUTPUTS, Joint.PICTURE, Joint.CREDENTIALS} <= set(joints(report))
    assert Joint.PAYMENTS not in joints(report)


def test_a_payee_proves_its_own_lines_and_sees_nobody_elses(sold: Sold) -> None:
    bundle = sold.bundle(sold.author, sold.author, PERIOD)
    report = verify(bundle.to_bytes(), sold.trust)
    account = sold.atelier.archive.royalties.account(sold.author, PERIOD)

    assert report.holds, report.conclusion
    lines = sum(len(balance.lines) for balance in account.balances)
    assert joints(report)[Joint.PAYMENTS].startswith(f"{lines} payments made anew")
    other = sold.atelier.parties["kokeshi"]
    payees = {row.document["payee"] for row in bundle.rows.values() if "debit" in row.document}
    assert payees == {sold.author}
    assert other not in payees
    assert "not:" not in joints(report)[Joint.PAYMENTS]


def test_a_user_sees_its_prompt_and_what_it_paid_and_a_payee_does_not(sold: Sold) -> None:
    entry = sold.outputs[-1].entry
    own, payees = (sold.bundle(entry, reader) for reader in (sold.atelier.user, sold.author))

    assert verify(own.to_bytes(), sold.trust).holds
    assert verify(payees.to_bytes(), sold.trust).holds
    assert "prompt" in _opened(own)
    assert "prompt" not in _opened(payees)
    assert "user" not in _opened(payees)
    assert "prices" in _opened(payees)
    assert "features" not in _opened(own) | _opened(payees)


def test_a_models_bundle_brings_its_transcript_to_the_auditor(sold: Sold) -> None:
    bundle = sold.bundle(sold.atelier.model, "auditor")
    report = verify(bundle.to_bytes(), sold.trust)

    assert report.holds, report.conclusion
    transcript = sold.atelier.training.read(sold.atelier.model).model.transcript
    assert transcript in bundle.files


def _opened(bundle: Bundle) -> set[str]:
    return {statement.open_disclosure(text).name for texts in bundle.disclosures.values() for text in texts}
