"""The archive that bundles are made from: a committee, an illustrator, a public dedication; nothing in it is chance.

The golden bundle is made from it too, so that nothing here may change without regenerating tests/golden.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw

from okuzuke.archive import Archive
from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.keyring import OperatorKeys
from okuzuke.ledger import keys
from okuzuke.ledger.statement import Draft
from okuzuke.marking.certificates import Validity
from okuzuke.registry import drafts
from okuzuke.registry.decision import Basis
from okuzuke.registry.drafts import Names, Signer, Span
from okuzuke.registry.grants import Ground
from okuzuke.registry.interests import Credit, Form, InterestKind, Title
from okuzuke.registry.parties import Capacity, Claim, PartyType, Role
from okuzuke.registry.sheets import Line, Of
from okuzuke.registry.uses import Use
from okuzuke.settings import Settings

DAWN = datetime(2026, 4, 1, tzinfo=UTC)
DEED = b"CC0 1.0 Universal, as read on the day of the finding"
PRICE: JsonObject = {
    "model": "fixed",
    "amount": {"amount": "48000000000", "currency": "JPY", "scale": 6},
    "per": "period",
    "share_ppm": None,
    "min_guarantee": None,
}
SEALED = (
    "株式会社幹事の登記名",
    "原作者の本名",
    "山田絵子の本名",
    "48000000000",
    "窓口手数料",
    "https://source.example/private",
    "creator-not-shown",
)
"""Values that lie under sealed fields of the archive."""
SLOT_KEY = b"slot" * 8
CERTIFIED = Validity(DAWN, DAWN.replace(year=2046), DAWN.replace(year=2056))
PICTURES = {"daruma": 5, "umbrella": 4, "public": 4}


@dataclass(frozen=True, slots=True)
class Told:
    """The archive in its folder, whose keys are whose, and the entries of the story by name."""

    folder: Path
    settings: Settings
    keys: Mapping[PartyId, Ed25519PrivateKey]
    parties: Mapping[str, PartyId]
    entries: Mapping[str, Entry]
    works: Mapping[str, tuple[WorkId, ...]]
    salts: int
    now: datetime

    def open(self) -> Archive:
        """Open the archive where the story left it: clock and entropy go on, so nothing depends on who opened it."""
        chance = Chance(self.salts, self.now)
        return Archive.open(self.folder, now=chance.tick, entropy=chance.entropy)


class Chance:
    """A clock that moves a second with each reading, and salts drawn from a seed."""

    def __init__(self, salts: int = 0, now: datetime = DAWN) -> None:
        self.salts = salts
        self.now = now

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def entropy(self, size: int) -> bytes:
        self.salts += 1
        return hmac.new(b"archives", b"salt %d" % self.salts, hashlib.sha256).digest()[:size]


def key(name: str, secret: bytes = b"archives") -> Ed25519PrivateKey:
    """Return the key of this name; the same name has the same key wherever it is asked for."""
    return Ed25519PrivateKey.from_private_bytes(hmac.new(secret, name.encode(), hashlib.sha256).digest())


def build(folder: Path, *, demo: bool = True, pictures: Path | None = None, secret: bytes = b"archives") -> Told:
    """Tell the whole story into a new archive, from the first party to a snapshot; every key hangs on `secret`."""
    story = _Story(folder / "archive", demo=demo, secret=secret)
    drawn = pictures or draw(folder / "pictures")
    story.meet()
    story.committee(drawn / "daruma")
    story.illustrator(drawn / "umbrella")
    story.dedication(drawn / "public")
    story.freeze()
    story.end()
    story.archive.close()
    chance = story.chance
    return Told(
        story.path, story.settings, story.keys, story.parties, story.entries, story.works, chance.salts, chance.now
    )


class _Story:
    def __init__(self, path: Path, *, demo: bool, secret: bytes) -> None:
        self.path = path
        self.secret = secret
        self.settings = Settings("log.example/golden", demo)
        self.chance = Chance()
        self.archive = Archive.create(
            path,
            self.settings,
            Names("運営", "うんえい", "Operator"),
            now=self.chance.tick,
            entropy=self.chance.entropy,
            operator_keys=OperatorKeys(
                self.key("operator"), self.key("log"), SLOT_KEY, Chance(9000).entropy, CERTIFIED
            ),
        )
        self.keys: dict[PartyId, Ed25519PrivateKey] = {self.archive.operator: self.key("operator")}
        self.parties: dict[str, PartyId] = {"operator": self.archive.operator}
        self.entries: dict[str, Entry] = {}
        self.works: dict[str, tuple[WorkId, ...]] = {}

    def meet(self) -> None:
        """Everybody states who they are; the operator appoints the verifier."""
        for name, shown, type_, role, legal in (
            ("manager", "幹事社", PartyType.ORGANISATION, Role.HOLDER, "株式会社幹事の登記名"),
            ("studio", "制作会社", PartyType.ORGANISATION, Role.HOLDER, None),
            ("station", "放送局", PartyType.ORGANISATION, Role.HOLDER, None),
            ("author", "原作者", PartyType.PERSON, Role.HOLDER, "原作者の本名"),
            ("illustrator", "絵師", PartyType.PERSON, Role.HOLDER, "山田絵子の本名"),
            ("verifier", "確認者", PartyType.ORGANISATION, Role.VERIFIER, None),
            ("stranger", "部外者", PartyType.PERSON, Role.USER, None),
        ):
            did = keys.did_of(self.key(name).public_key())
            draft = drafts.party(
                Names(shown),
                type_,
                role,
                did,
                operator=self.archive.operator,
                demo=self.settings.demo,
                legal_name=legal,
            )
            party = PartyId(self.archive.registry.say(draft, self.key(name)).entry)
            self.parties[name] = party
            self.keys[party] = self.key(name)
        operator = self.signer("operator", Capacity.OPERATOR)
        verifier = Entry(self.parties["verifier"])
        self.say("appointment", drafts.attest(operator, Claim.APPOINTMENT, verifier, "met in person", Span(DAWN)))

    def committee(self, pictures: Path) -> None:
        """Three companies and the author of the book beneath agree; a verifier has seen the contract."""
        known = self.archive.registry.known
        manager = self.signer("manager", Capacity.REGISTRANT)
        names = Names("だるま日和", "だるまびより")
        licence = "© だるま日和製作委員会"
        url = "https://source.example/private"
        draft = drafts.series(manager, names, "Daruma Days", licence, [manager.party], source_url=url)
        series = self.say("series", draft)
        self.register("daruma", pictures, series, manager)
        parts = {self.parties["manager"]: "1/2", self.parties["studio"]: "1/3", self.parties["station"]: "1/6"}
        ownership = drafts.ownership(manager, known(), series, parts, Form.COMMITTEE, Title.FILM_MAKER)
        self.say("ownership", ownership)
        beneath = drafts.interest(
            manager, known(), series, self.parties["author"], InterestKind.UNDERLYING, Title.CREATION, Span(DAWN)
        )
        self.say("interest", beneath)
        verifier = self.signer("verifier", Capacity.VERIFIER)
        title = drafts.attest(
            verifier, Claim.TITLE, self.entries["ownership"], "contract", Span(DAWN), evidence="ab" * 32
        )
        self.say("title", title)
        owner = self.signer("manager", Capacity.OWNER)
        lines = [
            Line("窓口手数料", self.parties["manager"], Of.GROSS, 200_000),
            Line("残り", self.parties["studio"], Of.REST, 1_000_000),
        ]
        sheet = self.say("sheet", drafts.sheet(owner, known(), series, lines))
        allow = [drafts.permission(Use.TRAIN, Span(DAWN, DAWN + timedelta(days=365)))]
        self.say("grant", drafts.grant(owner, known(), series, allow, sheet_id=sheet, prices=[PRICE]))
        for name, capacity in (
            ("studio", Capacity.OWNER),
            ("station", Capacity.OWNER),
            ("author", Capacity.UNDERLYING),
        ):
            agreed = drafts.consent(self.signer(name, capacity), self.entries["grant"], agrees=True)
            self.say(f"consent of the {name}", agreed)

    def illustrator(self, pictures: Path) -> None:
        """One person holds her pictures alone; one of them she has stopped."""
        known = self.archive.registry.known
        signer = self.signer("illustrator", Capacity.REGISTRANT)
        series = self.say("her series", drafts.series(signer, Names("雨傘"), "Umbrellas", "© 絵師", [signer.party]))
        self.register("umbrella", pictures, series, signer)
        parts = {signer.party: "1"}
        self.say("her ownership", drafts.ownership(signer, known(), series, parts, Form.SOLE, Title.CREATION))
        owner = self.signer("illustrator", Capacity.OWNER)
        allow = [drafts.permission(Use.TRAIN, Span(DAWN))]
        self.say("her grant", drafts.grant(owner, known(), series, allow))
        self.say("stop", drafts.suspend(owner, known(), self.works["umbrella"][0], [Use.TRAIN], None))
        author = drafts.interest(signer, known(), series, signer.party, InterestKind.AUTHOR, Title.CREATION, Span(DAWN))
        self.say("her authorship", author)
        moral = drafts.moral(signer.party, known(), series, [Use.EDIT], Credit.NAME, first_publication=False)
        self.say("her moral consent", moral)

    def dedication(self, pictures: Path) -> None:
        """Pictures that their maker put under CC0, as the operator found."""
        operator = self.signer("operator", Capacity.OPERATOR)
        draft = drafts.series(operator, Names("公共の絵"), "Public pictures", "CC0", [operator.party])
        series = self.say("public series", draft)
        self.register("public", pictures, series, operator)
        deed = self.archive.blobs.put(DEED)
        found = drafts.dedication(
            operator.party,
            self.archive.registry.known(),
            series,
            "https://creativecommons.org/publicdomain/zero/1.0/",
            "https://source.example/public",
            DAWN,
            [deed],
            creator="creator-not-shown",
        )
        self.say("dedication", found)

    def freeze(self) -> None:
        screened = self.archive.screening.run().entry
        assert screened is not None, "new works are screened"
        self.entries["screen"] = screened
        frozen = self.archive.datasets.snapshot(Use.TRAIN, [Basis.GRANT, Basis.DEDICATION])
        self.entries["snapshot"] = frozen.entry
        self.works["frozen"] = tuple(place.work for place in frozen.places)

    def end(self) -> None:
        """Later the illustrator changes her key and ends her grant with it; the snapshot before stays as it was."""
        party = self.parties["illustrator"]
        new = self.key("illustrator, later")
        before, after = (keys.did_of(held.public_key()) for held in (self.key("illustrator"), new))
        self.say("new key", drafts.key(party, after, before))
        self.keys[party] = new
        owner = self.signer("illustrator", Capacity.OWNER)
        due = self.chance.now + timedelta(days=31)
        self.say("ending", drafts.end(owner, self.entries["her grant"], Ground.NOTICE, due))

    def register(self, name: str, pictures: Path, series: Entry, signer: Signer) -> None:
        held = self.keys[signer.party]
        done = self.archive.registry.register(pictures, series, signer, held, published=True)
        assert done.entry is not None, "new works are registered"
        self.entries[f"register of {name}"] = done.entry
        self.works[name] = done.registered

    def key(self, name: str) -> Ed25519PrivateKey:
        return key(name, self.secret)

    def signer(self, name: str, capacity: Capacity) -> Signer:
        return Signer(self.parties[name], capacity)

    def say(self, name: str, draft: Draft) -> Entry:
        assert draft.signer is not None, "parties are made by `meet`"
        self.entries[name] = self.archive.registry.say(draft, self.keys[draft.signer]).entry
        return self.entries[name]


def draw(folder: Path) -> Path:
    """Draw the pictures of every series with a caption beside each, and return the folder."""
    number = 0
    for series, size in PICTURES.items():
        (folder / series).mkdir(parents=True)
        for at in range(size):
            _drawn(number).save(folder / series / f"{series}-{at}.png")
            (folder / series / f"{series}-{at}.txt").write_text(f"caption of {series} {at}", encoding="utf-8")
            number += 1
    return folder


def _drawn(number: int) -> Image.Image:
    """Return a picture unlike every other number's: a dozen blocks placed by a digest."""
    image = Image.new("RGB", (96, 96), (250, 248, 243))
    pencil = ImageDraw.Draw(image)
    digest = hashlib.sha512(b"archives %d" % number).digest()
    for at in range(12):
        x, y, size, shade = digest[at * 4 : at * 4 + 4]
        left, top, width = x * 80 // 255, y * 80 // 255, 12 + size // 5
        pencil.rectangle((left, top, left + width, top + width), fill=(shade, 255 - shade, (shade * 3) % 256))
    return image
