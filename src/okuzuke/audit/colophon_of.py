"""The colophon of an output as its bundle proves it: verified first, then set; nothing on it comes from elsewhere.

A bundle whose statements hold and whose picture, shares or payments do not still gets its page, its mark struck out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from okuzuke.accounts.book import Kind, Transfer
from okuzuke.attribution.shares import Shares
from okuzuke.audit import leaf
from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle
from okuzuke.audit.colophon import (
    Check,
    Colophon,
    Destination,
    Failure,
    Force,
    Licence,
    Made,
    Opened,
    Paid,
    Part,
    Picture,
    Reader,
    Recorded,
    Unit,
)
from okuzuke.audit.evidence import Stated
from okuzuke.audit.judged import Judged
from okuzuke.audit.paid import transfers
from okuzuke.audit.shared import parts
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, examine
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import Entry
from okuzuke.core.money import Money
from okuzuke.core.pages import Both, Named
from okuzuke.generation.credits import Capture
from okuzuke.generation.output import Output
from okuzuke.generation.request import Request
from okuzuke.ledger.checkpoint import Checkpoint
from okuzuke.registry.decision import Basis
from okuzuke.registry.force import ending, suspensions
from okuzuke.registry.grants import Dedication, Ending, Grant, Ground
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Party
from okuzuke.registry.sheets import Sheet
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Series
from okuzuke.royalties.allocation import Allocation
from okuzuke.training.model import Model
from okuzuke.training.model import Unit as Learnt

WORDS: Mapping[Joint, Both] = {
    Joint.SEAL: Both("封印", "seal"),
    Joint.SIGNATURES: Both("署名", "signatures"),
    Joint.SEALED_FIELDS: Both("封緘項目", "sealed fields"),
    Joint.ENTRIES: Both("記載", "entries"),
    Joint.CHECKPOINT: Both("チェックポイント", "checkpoint"),
    Joint.RECEIPTS: Both("受領証", "receipts"),
    Joint.ORDER: Both("順序", "order"),
    Joint.STANDING: Both("鍵と資格", "keys and capacities"),
    Joint.RESTS_ON: Both("根拠", "rests on"),
    Joint.SETS: Both("集合", "sets"),
    Joint.ROWS: Both("行", "rows"),
    Joint.FILES: Both("ファイル", "files"),
    Joint.DECISIONS: Both("判定のやり直し", "decisions"),
    Joint.MODEL: Both("モデル", "model"),
    Joint.OUTPUTS: Both("生成物", "outputs"),
    Joint.PICTURE: Both("画像", "picture"),
    Joint.CREDENTIALS: Both("来歴情報", "credentials"),
    Joint.SHARES: Both("寄与割合", "shares"),
    Joint.CREDITS: Both("クレジット", "credits"),
    Joint.PAYMENTS: Both("支払", "payments"),
    Joint.TRUST: Both("信頼ファイル", "trust"),
}
"""What each joint is called where a person reads it."""

_DESTINATIONS: Mapping[Kind, Destination] = {
    Kind.REVENUE: Destination.PLATFORM,
    Kind.PAYABLE: Destination.PAYEE,
    Kind.POOL: Destination.COMMON,
    Kind.ESCROW: Destination.ESCROW,
    Kind.SUSPENSE: Destination.SUSPENSE,
}


def colophon(data: bytes, trust: Trust | None, *, bundle: str = "OUTPUT.okz", trust_file: str = "trust.json") -> str:
    """Return the page of the output that a bundle is on; the two names are those of the files the page tells of."""
    examined = examine(data, trust)
    if examined.bundle is None or examined.judged is None or examined.head is None:
        raise CheckFailedError(examined.report.conclusion, remedy="ask the archive for the bundle again")
    item = examined.judged.by_entry.get(Entry(examined.bundle.subject))
    if item is None or not isinstance(item.body, Output) or item.body.file not in examined.bundle.files:
        raise InputError("this bundle is on no output", remedy="okuzuke export OUTPUT --for public -o FILE.okz")
    failures = tuple(
        Failure(WORDS[checked.joint], checked.detail) for checked in examined.report.joints if not checked.holds
    )
    check = Check(bundle, trust_file, pinned=trust is not None, failures=failures)
    return leaf.page(_Reading(examined.bundle, examined.judged, examined.head, item).colophon(check))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A bundle's statements as the page of one of its outputs needs them."""

    bundle: Bundle
    judged: Judged
    head: Checkpoint
    item: Stated

    def colophon(self, check: Check) -> Colophon:
        known, output = self.judged.known, self.output
        requested, request = self.judged.beneath(self.item, output.request, Request)
        model_item, model = self.judged.beneath(requested, request.model, Model)
        models = [at.entry for at, _ in self.judged.all(Model)]
        series = tuple(dict.fromkeys(licence.subject for licence in request.licences))
        operator = known.body(known.operator or "", Party)
        return Colophon(
            output_id=output.output,
            number=output.index + 1,
            series=tuple(_series(known, entry) for entry in series) if len(series) < len(model.units) else (),
            picture=Picture(
                self.bundle.files[output.file],
                output.media_type,
                output.width,
                output.height,
                Both(f"生成物 {output.output[:12]}", f"output {output.output[:12]}"),
            ),
            made=Made(Named(model.name), models.index(model_item.entry) + 1, model_item.recorded_at, self.at),
            copyright_lines=tuple(_copyright_lines(known, model.units)),
            units=tuple(self._unit(unit) for unit in model.units),
            licences=tuple(
                Licence(_series(known, licence.subject), licence.use, licence.grant) for licence in request.licences
            ),
            human_contribution=output.human_contribution,
            user_licence=output.licence,
            recorded=Recorded(
                self.item.entry,
                self.item.index,
                self.at,
                self.head.origin,
                self.head.size,
                self.head.root.hex(),
            ),
            check=check,
            demo=operator is not None and operator.demo,
            reader=self._reader(request),
            opened=self._opened(request),
        )

    @property
    def output(self) -> Output:
        assert isinstance(self.item.body, Output), "asked before"
        return self.item.body

    @property
    def at(self) -> datetime:
        return self.item.recorded_at

    def _unit(self, unit: Learnt) -> Unit:
        known = self.judged.known
        last = max(item.recorded_at for item in self.judged.stated)
        fact = _basis(known, unit)
        named = _unit_name(known, unit)
        if fact is None:
            return Unit(named, unit.basis, Force.IN_FORCE, self.at)
        ended = ending(known, fact, last)
        if ended is not None and isinstance(ended.body, Ending):
            force = {Ground.VOID: Force.VOID, Ground.RESCISSION: Force.RESCISSION}.get(ended.body.ground, Force.ENDED)
            return Unit(named, unit.basis, force, fact.recorded_at, ended.recorded_at)
        subject = getattr(fact.body, "subject", "")
        stopped = suspensions(known, [fact.entry, *known.scopes(subject)], Use.GENERATE, last)
        if stopped:
            return Unit(named, unit.basis, Force.SUSPENDED, fact.recorded_at, stopped[0].recorded_at)
        return Unit(named, unit.basis, Force.IN_FORCE, fact.recorded_at)

    def _reader(self, request: Request) -> Reader:
        if self.bundle.reader == PUBLIC:
            return Reader.PUBLIC
        if self.bundle.reader == AUDITOR:
            return Reader.AUDITOR
        return Reader.USER if request.user == self.bundle.reader else Reader.PAYEE

    def _opened(self, request: Request) -> Opened | None:
        if self.bundle.reader == PUBLIC:
            return None
        reader = Named("監査人 / auditor") if self.bundle.reader == AUDITOR else self._party(self.bundle.reader)
        price = self._price()
        return Opened(
            reader,
            request.prompt or None,
            request.tags or (),
            tuple(self._parts()),
            price,
            tuple(self._paid(transfer) for transfer in self._transfers()) if price is not None else (),
        )

    def _parts(self) -> Iterator[Part]:
        names = {
            unit.unit: _unit_name(self.judged.known, unit)
            for _, model in self.judged.all(Model)
            for unit in model.units
        }
        for _, shares in self.judged.all(Shares):
            if shares.output == self.item.entry:
                for part in sorted(parts(self.bundle, shares), key=lambda part: (-part.ppm, part.unit)):
                    yield Part(names[part.unit], part.ppm)

    def _price(self) -> Money | None:
        for item, capture in self.judged.all(Capture):
            outputs = capture.beneath(item.statement.rests_on).outputs
            if self.item.entry in outputs and capture.prices is not None:
                return capture.prices[outputs.index(self.item.entry)]
        return None

    def _transfers(self) -> Iterator[Transfer]:
        for _, allocation in self.judged.all(Allocation):
            for transfer in transfers(self.bundle, allocation.transfers.root):
                if transfer.output == self.item.entry:
                    yield transfer

    def _paid(self, transfer: Transfer) -> Paid:
        known = self.judged.known
        unit = _sheet_name(known, transfer.unit) if transfer.unit is not None else None
        payee = self._party(transfer.payee) if transfer.payee is not None else None
        return Paid(_DESTINATIONS[transfer.credit.kind], transfer.amount, payee, unit, transfer.line)

    def _party(self, party: str) -> Named:
        body = self.judged.known.body(party, Party)
        return Named(body.name, body.name_kana, body.name_romaji) if body is not None else Named(party[:12])


def _series(known: Statements, entry: str) -> Named:
    body = known.body(entry, Series)
    return Named(body.title, body.title_kana, body.title_en) if body is not None else Named(entry[:12])


def _unit_name(known: Statements, unit: Learnt) -> Named:
    return _sheet_name(known, unit.unit) or Named(unit.name)


def _sheet_name(known: Statements, entry: Entry) -> Named | None:
    subject = getattr(known.facts[entry].body, "subject", None) if entry in known.facts else None
    if subject is None:
        return None
    return next((_series(known, scope) for scope in known.scopes(subject) if known.body(scope, Series)), None)


def _basis(known: Statements, unit: Learnt) -> Fact | None:
    """Return what let the unit be used: its dedication, or the newest grant under its sheet."""
    fact = known.facts.get(unit.unit)
    if fact is None or unit.basis is Basis.DEDICATION or isinstance(fact.body, Grant | Dedication):
        return fact
    sheet = fact.body
    subject = sheet.subject if isinstance(sheet, Sheet) else ""
    granted = [
        other
        for other, body in known.about(subject, Grant)
        if body.sheet == unit.unit and any(permission.act in (Use.TRAIN, Use.GENERATE) for permission in body.allow)
    ]
    return granted[-1] if granted else fact


def _copyright_lines(known: Statements, units: tuple[Learnt, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for unit in units:
        subject = getattr(known.facts[unit.unit].body, "subject", None) if unit.unit in known.facts else None
        for scope in known.scopes(subject) if subject is not None else ():
            series = known.body(scope, Series)
            if series is not None and unit.basis is Basis.GRANT and series.copyright_line not in seen:
                seen.add(series.copyright_line)
                yield series.copyright_line
