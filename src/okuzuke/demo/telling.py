"""How the story is told: step by step into an archive, each fact printed at once, each step taken once.

A step is one thing done, recorded at once or in parts. It has a place of its own on the fictional calendar, so a story
that was interrupted finds in the log which steps are done, passes over them, and takes the others, and those that were
done in part, with the salts they would have had.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from okuzuke.archive import Archive
from okuzuke.core.canonical import digest
from okuzuke.core.errors import OkuzukeError
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.core.intervals import format_instant
from okuzuke.demo.cast import OPERATOR, Member
from okuzuke.demo.seed import FIRST_DAY, WINDOW, Chance, Seed, save_key
from okuzuke.ledger import keys
from okuzuke.ledger import store as ledger
from okuzuke.ledger.statement import Draft
from okuzuke.registry import drafts
from okuzuke.registry.decision import Asked, Decision
from okuzuke.registry.drafts import Signer, Span
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use

_STEP = 10 * WINDOW
_LABEL = 13
_TEXT = 92


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a stage took on this machine, in this run."""

    stage: str
    seconds: float


class Telling:
    """An archive to which a story is told, with the fictional clock, the cast's keys, and where on it the story is."""

    def __init__(self, archive: Archive, chance: Chance, seed: Seed, works: int) -> None:
        self.archive = archive
        self.seed = seed
        self.works = works
        self.parties: dict[str, PartyId] = {OPERATOR.name: archive.operator}
        self.timed: list[Timed] = []
        self._chance = chance
        self._next = FIRST_DAY
        self._now = FIRST_DAY
        self._done = _steps_done(archive)

    @property
    def now(self) -> datetime:
        """The end of the step last taken: what was recorded by then, and nothing later, is known at it."""
        return self._now

    @contextmanager
    def stage(self, day: int, name: str, title: str) -> Iterator[None]:
        """Tell a stage that begins on this day of the calendar; its steps come ten minutes apart."""
        began = perf_counter()
        self.day(day)
        print(f"\n{len(self.timed) + 1}  {title}", flush=True)
        yield
        seconds = perf_counter() - began
        self.timed.append(Timed(name, round(seconds, 3)))
        print(f"   {'':<{_LABEL}} {seconds:.1f} s", flush=True)

    def day(self, day: int) -> None:
        """Let the calendar pass to a later day; the first step of day 0 was the operator's."""
        self._next = FIRST_DAY + timedelta(days=day) + _STEP
        assert self._next > self._now, "the calendar runs forward"

    def fact(self, label: str, text: str, entry: str = "") -> None:
        """Print one fact on one line, the id last."""
        print(aligned(label, text, entry), flush=True)

    def step(self, label: str, act: Callable[[], Entry], ends_with: str | None = None) -> Entry:
        """Take a step unless the log holds it already, and return its entry.

        A step that is recorded in parts is done once its last one, of the kind `ends_with`, is there; that is then its
        entry. Any other step is recorded whole or not at all, and its first entry stands for it.
        """
        at = self._advanced()
        done = self._done.get(_minute(at), {})
        if ends_with in done or (done and ends_with is None):
            return next(iter(done.values())) if ends_with is None else done[ends_with]
        self._chance.begin(label, at)
        return act()

    def halfway(self, label: str) -> None:
        """Begin the step's second part, whose salts and instants are the same if only that is taken again."""
        self._chance.begin(label, self._now - WINDOW / 2)

    def refused(self, label: str, act: Callable[[], object]) -> OkuzukeError:
        """Try at its place on the calendar what has to be refused, and return the refusal; nothing is recorded."""
        self._chance.begin(label, self._advanced())
        try:
            act()
        except OkuzukeError as error:
            return error
        raise AssertionError(f"{label} has to be refused")

    def _advanced(self) -> datetime:
        """Pass to the next step and return when it begins."""
        at, self._next = self._next, self._next + _STEP
        self._now = at + WINDOW - timedelta.resolution
        return at

    def join(self, member: Member) -> PartyId:
        """Let a fictional party enter its key, which is kept in the archive."""
        key = self.seed.key(member.name)
        draft = drafts.party(
            member.names,
            member.type,
            member.role,
            keys.did_of(key.public_key()),
            operator=self.archive.operator,
            demo=True,
            legal_name=member.legal_name,
        )
        entry = self.step(f"join {member.name}", lambda: self.archive.registry.say(draft, key).entry)
        self.parties[member.name] = PartyId(entry)
        save_key(self.archive.path / "keys" / "demo" / f"{member.name}.pem", member.name, self.seed)
        return self.parties[member.name]

    def say(self, label: str, member: Member, draft: Callable[[Statements], Draft]) -> Entry:
        """Let a party sign and record what it drafts from what is known."""
        registry = self.archive.registry
        key = self.seed.key(member.name)
        return self.step(label, lambda: registry.say(draft(registry.known()), key).entry)

    def signer(self, member: Member, capacity: Capacity) -> Signer:
        return Signer(self.parties[member.name], capacity)

    def ask(self, subject: str, use: Use) -> Decision:
        """Return whether the use is permitted as of the last step, whenever it is asked."""
        return self.archive.registry.decide(Asked(subject, use), self.now, self.now)

    def since(self) -> Span:
        """Return the period without end that begins with the step that is being taken, or was last."""
        return Span(self._now - WINDOW + timedelta.resolution)

    def evidence(self, name: str, text: str) -> str:
        """Keep a fictional paper in the intake and return its SHA-256."""
        file = self.archive.path / "intake" / "evidence" / name
        write(file, text.encode())
        return digest(text.encode()).hex()


def write(path: Path, data: bytes) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def aligned(label: str, text: str, entry: str = "") -> str:
    """Return a line in columns, the beginning of the id last."""
    return f"   {padded(label, _LABEL)} {padded(text, _TEXT)} {short(entry)}".rstrip()


def padded(text: str, columns: int) -> str:
    """Return the text with spaces up to so many columns; a Japanese letter takes two.

    >>> padded("だるま", 8)
    'だるま  '
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return text + " " * (columns - len(text) - wide)


def _steps_done(archive: Archive) -> dict[str, dict[str, Entry]]:
    """Return what each minute of the calendar recorded, the first entry of each kind: a step has it for itself."""
    found: dict[str, dict[str, Entry]] = {}
    with archive.database.reading() as connection:
        for item in ledger.recorded_all(connection):
            found.setdefault(_minute(item.recorded_at), {}).setdefault(item.statement.kind, item.entry)
    return found


def _minute(instant: datetime) -> str:
    return format_instant(instant)[:16]
