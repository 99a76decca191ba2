"""A real archive on disk with real keys: a seeded clock and entropy, a few parties, small pictures."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw

from okuzuke.archive import Archive
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.keyring import OperatorKeys
from okuzuke.ledger import keys
from okuzuke.ledger.statement import Draft
from okuzuke.ledger.store import Recorded
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Names, Signer, Span
from okuzuke.registry.interests import Form, Title
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, Claim, PartyType, Role
from okuzuke.registry.uses import Use
from okuzuke.settings import Settings

DAWN = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Granted:
    """What `granted_series` made."""

    party: PartyId
    series: Entry
    works: tuple[WorkId, ...]
    ownership: Entry
    grant: Entry


class Scene:
    """An archive and the keys of everybody in it; a minute passes with every reading of the clock."""

    def __init__(self, folder: Path, *, demo: bool = True, seed: bytes = b"scene") -> None:
        self.now = DAWN
        self._seed = seed
        self._salts = count()
        self.keys: dict[PartyId, Ed25519PrivateKey] = {}
        held = OperatorKeys(self.key("operator"), self.key("log"), b"slot" * 8)
        self.archive = Archive.create(
            folder / "archive",
            Settings("log.example/scene", demo),
            Names("運営"),
            now=self.tick,
            entropy=self.entropy,
            operator_keys=held,
        )
        self.folder = folder
        self.operator = self.archive.operator
        self.keys[self.operator] = held.operator

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def entropy(self, size: int) -> bytes:
        return hmac.new(self._seed, str(next(self._salts)).encode(), hashlib.sha256).digest()[:size]

    def key(self, name: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hmac.new(self._seed, name.encode(), hashlib.sha256).digest())

    @property
    def known(self) -> Statements:
        return self.archive.registry.known()

    def say(self, draft: Draft) -> Recorded:
        """Sign as the signer the draft names, and record."""
        assert draft.signer is not None, "parties are made by `party`"
        return self.archive.registry.say(draft, self.keys[draft.signer])

    def party(self, name: str, role: Role = Role.HOLDER, legal_name: str | None = None) -> PartyId:
        key = self.key(name)
        did = keys.did_of(key.public_key())
        demo = self.archive.settings.demo
        draft = drafts.party(
            Names(name),
            PartyType.PERSON,
            role,
            did,
            operator=self.operator,
            demo=demo,
            legal_name=legal_name,
        )
        party = PartyId(self.archive.registry.say(draft, key).entry)
        self.keys[party] = key
        return party

    def verifier(self, name: str = "第三者確認者") -> PartyId:
        party = self.party(name, Role.VERIFIER)
        operator = Signer(self.operator, Capacity.OPERATOR)
        self.say(drafts.attest(operator, Claim.APPOINTMENT, Entry(party), "met in person", Span(DAWN)))
        return party

    def series(self, registrant: PartyId, title: str = "花の図案") -> Entry:
        signer = Signer(registrant, Capacity.REGISTRANT)
        return self.say(drafts.series(signer, Names(title), "Flowers", f"© {title}", [registrant])).entry

    def pictures(self, name: str, number: int, *, first: int = 0, quality: int | None = None) -> Path:
        """Draw pictures into a folder; the same numbers draw the same pictures, as JPEG where a quality is given."""
        folder = self.folder / name
        folder.mkdir()
        for at in range(first, first + number):
            image = drawn(at)
            stem = folder / f"work-{at:03}"
            if quality is None:
                image.save(stem.with_suffix(".png"))
            else:
                image.save(stem.with_suffix(".jpg"), quality=quality)
            stem.with_suffix(".txt").write_text(f"figure {at}, plain background", encoding="utf-8")
        return folder

    def register(self, folder: Path, series: Entry, party: PartyId) -> tuple[WorkId, ...]:
        signer = Signer(party, Capacity.REGISTRANT)
        done = self.archive.registry.register(folder, series, signer, self.keys[party], published=True)
        return done.registered

    def own(self, subject: str, registrant: PartyId, parts: dict[PartyId, str]) -> Entry:
        signer = Signer(registrant, Capacity.REGISTRANT)
        form = Form.SOLE if len(parts) == 1 else Form.COMMITTEE
        return self.say(drafts.ownership(signer, self.known, subject, parts, form, Title.CREATION)).entry

    def grant(self, subject: str, party: PartyId, *uses: Use, start: datetime = DAWN) -> Entry:
        allow = [drafts.permission(use, Span(start)) for use in uses or (Use.TRAIN,)]
        return self.say(drafts.grant(Signer(party, Capacity.OWNER), self.known, subject, allow)).entry

    def consent(self, party: PartyId, capacity: Capacity, target: Entry, *, agrees: bool = True) -> Entry:
        return self.say(drafts.consent(Signer(party, capacity), target, agrees=agrees)).entry

    def granted_series(self, name: str, number: int, *, first: int = 0, quality: int | None = None) -> Granted:
        """One party's own series, registered, owned alone and granted for training."""
        party = self.party(name)
        series = self.series(party, name)
        works = self.register(self.pictures(name, number, first=first, quality=quality), series, party)
        ownership = self.own(series, party, {party: "1"})
        return Granted(party, series, works, ownership, self.grant(series, party))


def drawn(number: int) -> Image.Image:
    """Return a picture unlike every other number's: twelve blocks placed by a digest."""
    image = Image.new("RGB", (96, 96), (250, 248, 243))
    draw = ImageDraw.Draw(image)
    digest = hashlib.sha512(str(number).encode()).digest()
    for at in range(12):
        x, y, size, shade = digest[at * 4 : at * 4 + 4]
        left, top, width = x * 80 // 255, y * 80 // 255, 12 + size // 5
        draw.rectangle((left, top, left + width, top + width), fill=(shade, 255 - shade, (shade * 3) % 256))
    return image
