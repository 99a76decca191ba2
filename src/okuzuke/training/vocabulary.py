"""What a model can be asked for: its tags and the units behind it. Pure.

The file is JCS {"format":"okuzuke-vocabulary/1","tags":{tag: families},"units":{unit: {"name","series","tags"}}}. It
decides nothing in training, where tags fall into numbered buckets; it is a list of what the trained works carry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okuzuke.core.canonical import canonical_bytes, parse_object
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, WorkId, digest_text
from okuzuke.datasets.order import Family
from okuzuke.registry.known import Statements
from okuzuke.registry.works import Register
from okuzuke.training.division import unit_name, unit_of

FORMAT = "okuzuke-vocabulary/1"


@dataclass(frozen=True, slots=True)
class UnitWords:
    """A unit as a prompt may name it: its title, its series, and the tags that every trained work of it carries."""

    name: str
    series: tuple[Entry, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tags with the number of trained families that carry them, and the units."""

    tags: Mapping[str, int]
    units: Mapping[Entry, UnitWords]

    def to_bytes(self) -> bytes:
        return canonical_bytes(
            {
                "format": FORMAT,
                "tags": dict(self.tags),
                "units": {
                    unit: {"name": words.name, "series": list(words.series), "tags": list(words.tags)}
                    for unit, words in self.units.items()
                },
            }
        )

    @classmethod
    def read(cls, data: bytes) -> Vocabulary:
        top = Fields(parse_object(data, "the vocabulary"), "vocabulary")
        if top.text("format") != FORMAT:
            raise InputError("this file is no vocabulary of this version", remedy="ask for the model's own file")
        tags, units = top.raw("tags"), top.raw("units")
        top.end()
        if not isinstance(tags, Mapping) or not isinstance(units, Mapping):
            raise InputError("the vocabulary's tags or units are no object", remedy="ask for the model's own file")
        counts, named = Fields(tags, "tags"), Fields(units, "units")
        return cls(
            {tag: counts.integer(tag, low=1) for tag in sorted(tags)},
            {Entry(digest_text(unit, "a unit")): _words(named.object(unit)) for unit in sorted(units)},
        )


def vocabulary(trained: Sequence[Family], tags: Mapping[WorkId, Sequence[str]], known: Statements) -> Vocabulary:
    """Return what the trained families carry; a family counts a tag once, if any of its works has it.

    The units are those of `division.units`: who has only copies of others' families is none.
    """
    counts: Counter[str] = Counter()
    counted = {unit_of(family.first, known) for family in trained if family.first is not None}
    shared: dict[Entry, set[str]] = {}
    series: dict[Entry, set[Entry]] = {}
    for family in trained:
        counts.update({tag for place in family.places for tag in tags[place.work]})
        for place in family.places:
            unit = unit_of(place, known)
            if unit in counted:
                shared.setdefault(unit, set(tags[place.work])).intersection_update(tags[place.work])
                series.setdefault(unit, set()).add(_series(place.work, known))
    return Vocabulary(
        dict(sorted(counts.items())),
        {
            unit: UnitWords(unit_name(unit, known), tuple(sorted(series[unit])), tuple(sorted(shared[unit])))
            for unit in sorted(shared)
        },
    )


def _series(work: WorkId, known: Statements) -> Entry:
    register = known.works[work].register.body
    assert isinstance(register, Register), "works come from registers"
    return register.series


def _words(fields: Fields) -> UnitWords:
    words = UnitWords(fields.text("name"), tuple(map(Entry, fields.digests("series"))), fields.texts("tags"))
    fields.end()
    return words
