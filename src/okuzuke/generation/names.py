"""What a prompt asks for: names that somebody may have to be asked about, tags a model has learnt, nothing else. Pure.

A name is found however it is spelt: in full or half width, in capitals or small letters, in katakana or hiragana, with
or without the spaces and marks inside it. The longest find wins. Letters that are written with spaces begin and end at
a word, so that "art" is not found in "start"; Japanese has no such spaces and is found wherever it stands.

Where a name is spelt like a tag the model has learnt, the tag is read: else whoever registers a series called "red"
would take the word from everybody. A tag that only one unit's works carry names that unit (`request.py`).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.plain import plain
from okuzuke.registry.interests import Interest, InterestKind, Ownership
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Party
from okuzuke.registry.works import Character, Persona, Series


class NameKind(StrEnum):
    """What bears the name."""

    SERIES = "series"
    CHARACTER = "character"
    PERSONA = "persona"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of what bears it; `subject` is the entry of the series, character, persona or party."""

    text: str
    kind: NameKind
    subject: Entry


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as it was understood, everything in the order in which it stands there."""

    names: tuple[Name, ...]
    tags: tuple[str, ...]
    """As the model's vocabulary spells them, each once."""
    unknown: tuple[str, ...]
    """Words that are neither names nor tags, as they were typed."""


_BREAK = re.compile(r"[,、，;；。\n]+")
_UNSPACED = re.compile("[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HIRAGANA = {katakana: katakana - 0x60 for katakana in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_JOINING = frozenset(["a", "an", "the", "of", "in", "on", "at", "and", "with", "by", "from", "to", "for", "style"])
_PARTICLES = re.compile("(?:の|と|を|が|に|は|で|も|や|へ|から|風|ふう)*")
_LISTED = 5
_PASSES = 4
"""Casefolding can undo a composition, and normalising bring what folds further; a bound, lest a text fold for ever."""


def fold(text: str) -> str:
    """Return the spelling under which names and tags are compared.

    NFKC, casefolded, hiragana for katakana; what nobody sees (Unicode category Cf, variation selectors) is left out,
    so that it hides no name.

    >>> fold("ＤＡＲＵＭＡ ダルマ")
    'daruma だるま'
    """
    for _ in range(_PASSES):
        before = text
        text = unicodedata.normalize("NFKC", text).casefold().translate(_HIRAGANA)
        text = unicodedata.normalize("NFKC", "".join(letter for letter in text if not _unseen(letter)))
        if text == before:
            break
    return text


def key(text: str) -> str:
    """Return the folded text's letters, marks and digits alone: how a name is looked up.

    >>> key("だるま・百態") == key("ダルマ 百態")
    True
    """
    return "".join(letter for letter in fold(text) if _written(letter))


def names_of(known: Statements) -> tuple[Name, ...]:
    """Return every name on record that a prompt must not use unasked.

    Of parties only those who hold something are named: to ask for an author by name is to ask for the author's style.
    """
    found: list[Name] = []
    artists = _artists(known)
    for fact in known.facts.values():
        body = fact.body
        if isinstance(body, Series):
            found += _spelt(NameKind.SERIES, fact.entry, body.title, body.title_kana, body.title_en)
        elif isinstance(body, Character):
            found += _spelt(NameKind.CHARACTER, fact.entry, body.name, body.name_kana, body.name_romaji)
        elif isinstance(body, Persona):
            found += _spelt(NameKind.PERSONA, fact.entry, body.name)
        elif isinstance(body, Party) and PartyId(fact.entry) in artists:
            found += _spelt(NameKind.PARTY, fact.entry, body.name, body.name_kana, body.name_romaji)
    return tuple(found)


def read_prompt(prompt: str, names: Sequence[Name], tags: Mapping[str, int]) -> Prompt:
    """Return what a prompt names, which tags it holds and which words are left over; commas part what never joins.

    `tags` are the model's, with the number of families that carry each. Words that only join others are passed over.
    """
    reader = _Reader(names, tags)
    found: list[Name] = []
    read: list[str] = []
    unknown: list[str] = []
    for part in _BREAK.split(unicodedata.normalize("NFKC", prompt)):
        spans = reader.spans(part)
        for span in spans:
            found += span.names
            read += [] if span.tag is None else [span.tag]
        unknown += _left_over(part, spans)
    return Prompt(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(read)), tuple(dict.fromkeys(unknown)))


def check_known(prompt: Prompt, tags: Mapping[str, int]) -> None:
    """Raise `InputError` naming each word the model has not learnt and the tags nearest to it."""
    if not prompt.unknown:
        return
    words = ", ".join(f"“{plain(word)}”" for word in prompt.unknown)
    near = "; ".join(f"{plain(word)}: {', '.join(nearest(word, tags))}" for word in prompt.unknown[:_LISTED])
    raise InputError(
        f"this model has not learnt {words}\nこのモデルが学習していない語です：{words}",
        remedy=f"use its tags, parted by commas; the nearest are {near}" if tags else "name a series: --series TITLE",
    )


def nearest(word: str, tags: Mapping[str, int]) -> list[str]:
    """Return the known tags spelt most like the word; where none is, those that most families carry."""
    common = sorted(tags, key=lambda tag: (-tags[tag], tag))
    by_key = {key(tag): tag for tag in reversed(common)}
    near = difflib.get_close_matches(key(word), list(by_key), n=3, cutoff=0.4)
    return [by_key[item] for item in near] or common[:_LISTED]


def find_series(known: Statements, text: str) -> tuple[Entry, ...]:
    """Return the series of this id or title; several may bear one title, and then all of them are meant."""
    if known.body(text, Series) is not None:
        return (Entry(text),)
    titles = [name for name in names_of(known) if name.kind is NameKind.SERIES]
    found = tuple(dict.fromkeys(name.subject for name in titles if key(name.text) == key(text)))
    if found:
        return found
    near = difflib.get_close_matches(text, [name.text for name in titles], n=1, cutoff=0.0)
    raise InputError(
        f"no series here is called {plain(text)!r}\nこの名前のシリーズは台帳に記載がありません：{plain(text)}",
        remedy=f"the nearest is {near[0]!r}" if near else "register a series first: okuzuke series TITLE",
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """Letters [start, end) of a part of the prompt, and what they are."""

    start: int
    end: int
    names: tuple[Name, ...]
    tag: str | None


class _Reader:
    """Finds names and tags by their keys."""

    def __init__(self, names: Sequence[Name], tags: Mapping[str, int]) -> None:
        self._names: dict[str, list[Name]] = {}
        for name in names:
            if (spelt := key(name.text)) and spelt not in _JOINING:
                self._names.setdefault(spelt, []).append(name)
        self._tags = {key(tag): tag for tag in sorted(tags, key=lambda tag: (tags[tag], tag))}
        self._tags.pop("", None)
        self._lengths = sorted({len(spelt) for spelt in (*self._names, *self._tags)})

    def spans(self, part: str) -> list[_Span]:
        """Return what is found in a part of the prompt, the longest first taken, in the order in which it stands."""
        letters, gaps = _letters(part)
        edges = [at == len(letters) or _edge(letters, gaps, at) for at in range(len(letters) + 1)]
        found = [
            _Span(start, end, () if spelt in self._tags else tuple(self._names[spelt]), self._tags.get(spelt))
            for start in range(len(letters))
            if edges[start]
            for end in (start + length for length in self._lengths)
            if end <= len(letters)
            and edges[end]
            and ((spelt := letters[start:end]) in self._tags or spelt in self._names)
        ]
        taken: list[_Span] = []
        for span in sorted(found, key=lambda span: (span.start - span.end, span.start)):
            if all(span.end <= other.start or other.end <= span.start for other in taken):
                taken.append(span)
        return sorted(taken, key=lambda span: span.start)


def _letters(part: str) -> tuple[str, frozenset[int]]:
    """Return the letters of a part, and before which of them something else stands."""
    letters: list[str] = []
    gaps = {0}
    for letter in fold(part):
        if _written(letter):
            letters.append(letter)
        else:
            gaps.add(len(letters))
    return "".join(letters), frozenset(gaps)


def _edge(letters: str, gaps: Collection[int], at: int) -> bool:
    """Say whether a word may begin at this letter: after a gap, or beside a letter that is written without spaces."""
    return at in gaps or any(_UNSPACED.match(letter) for letter in letters[at - 1 : at + 1])


def _left_over(part: str, spans: Sequence[_Span]) -> Iterator[str]:
    """Yield the words of a part that lie in no span, as they were typed where that can be told."""
    letters, gaps = _letters(part)
    taken = {at for span in spans for at in range(span.start, span.end)}
    typed = {key(word): word.strip() for word in part.split()}
    words: list[str] = []
    for at, letter in enumerate(letters):
        if at in taken:
            continue
        unspaced = _UNSPACED.match(letter) is not None
        if at in gaps or at - 1 in taken or unspaced != (_UNSPACED.match(letters[at - 1]) is not None):
            words.append("")
        words[-1] += letter
    for word in words:
        if word not in _JOINING and not _PARTICLES.fullmatch(word):
            yield typed.get(word) or word.strip("のを")


def _artists(known: Statements) -> frozenset[PartyId]:
    """Return who is stated to own or to have made anything here; the operator never."""
    found: set[PartyId] = set()
    for fact in known.facts.values():
        body = fact.body
        if isinstance(body, Ownership):
            found.update(body.owners)
        elif isinstance(body, Interest) and body.kind is InterestKind.AUTHOR:
            found.add(body.party)
        elif isinstance(body, Character) and body.designer is not None:
            found.add(body.designer)
    return frozenset(found) - {known.operator}


def _spelt(kind: NameKind, subject: Entry, *texts: str | None) -> list[Name]:
    return [Name(text, kind, subject) for text in texts if text]


def _written(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNM"


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f" or letter == "\u034f"
