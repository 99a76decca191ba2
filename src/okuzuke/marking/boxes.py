"""The bytes of a C2PA manifest store: JUMBF boxes and the CBOR inside them, read without changing a byte.

Sources: ISO 19566-5 (JUMBF superboxes and description boxes); RFC 8949 (CBOR), definite lengths only, as C2PA writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from okuzuke.core.errors import CheckFailedError

Cbor: TypeAlias = "int | bytes | str | bool | list[Cbor] | dict[Cbor, Cbor] | None"

_LABELLED = 0x02
_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Box:
    """A box's type and where its content lies in the store, header excluded; `label` is a superbox's, else empty."""

    kind: bytes
    start: int
    end: int
    label: str = ""


def manifests(store: bytes) -> tuple[Box, ...]:
    """Return the manifests of a store, oldest first; the last is the active one."""
    whole = list(boxes(store, 0, len(store)))
    if len(whole) != 1 or whole[0].label != "c2pa":
        raise damaged("it is no manifest store")
    return tuple(box for box in inside(store, whole[0]) if box.kind == b"jumb")


def only(store: bytes, parent: Box, label: str) -> Box:
    """Return the one superbox of this label; none or two of them are refused, as two readers could choose two."""
    found = [box for box in inside(store, parent) if box.label == label]
    if len(found) != 1:
        raise damaged(f"{parent.label} holds {len(found)} boxes {label}")
    return found[0]


def content(store: bytes, parent: Box) -> bytes:
    """Return the CBOR of a superbox that holds exactly one CBOR box."""
    found = [box for box in inside(store, parent) if box.kind != b"jumd"]
    if [box.kind for box in found] != [b"cbor"]:
        raise damaged(f"{parent.label} is not one CBOR box")
    return store[found[0].start : found[0].end]


def inside(store: bytes, parent: Box) -> Iterator[Box]:
    return boxes(store, parent.start, parent.end)


def boxes(store: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two places, which they must fill exactly."""
    while start < end:
        size = int.from_bytes(store[start : start + 4], "big")
        if size < 8 or start + size > end:
            raise damaged(f"a box of {size} bytes at {start} does not fit")
        kind = store[start + 4 : start + 8]
        yield Box(kind, start + 8, start + size, _label(store, start + 8) if kind == b"jumb" else "")
        start += size


def decode(data: bytes) -> Cbor:
    """Return the one CBOR item that fills `data`; tags are dropped."""
    try:
        value, end = _item(data, 0, 0)
    except (IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise damaged(f"CBOR that cannot be read ({error})") from error
    if end != len(data):
        raise damaged(f"{len(data) - end} bytes after the CBOR")
    return value


def damaged(problem: str) -> CheckFailedError:
    """Return the refusal of a store that is not what C2PA writes."""
    return CheckFailedError(
        f"the content credentials are damaged: {problem}", remedy="ask for the file as it was delivered"
    )


def _label(store: bytes, start: int) -> str:
    """Return the label in a superbox's description box: after 16 bytes of type and the toggles, up to a zero."""
    end = start + int.from_bytes(store[start : start + 4], "big")
    stop = store.find(b"\0", start + 25, end)
    if store[start + 4 : start + 8] != b"jumd" or stop < 0 or not store[start + 24] & _LABELLED:
        raise damaged(f"the box at {start - 8} has no label")
    return store[start + 25 : stop].decode("utf-8", "replace")


def _item(data: bytes, at: int, depth: int) -> tuple[Cbor, int]:
    if depth > _DEEPEST:
        raise damaged("CBOR that is nested too deep")
    major, size, at = _head(data, at)
    match major:
        case 0 | 1:
            return (-1 - size if major else size), at
        case 2 | 3:
            if at + size > len(data):
                raise IndexError("a text runs over the end")
            text = data[at : at + size]
            return (text if major == 2 else text.decode("utf-8")), at + size
        case 4:
            return _sequence(data, at, size, depth + 1)
        case 5:
            return _mapping(data, at, size, depth + 1)
        case 6:
            return _item(data, at, depth + 1)
        case _:
            return _SIMPLE[size], at


def _sequence(data: bytes, at: int, size: int, depth: int) -> tuple[list[Cbor], int]:
    items: list[Cbor] = []
    for _ in range(size):
        value, at = _item(data, at, depth)
        items.append(value)
    return items, at


def _mapping(data: bytes, at: int, size: int, depth: int) -> tuple[dict[Cbor, Cbor], int]:
    pairs: dict[Cbor, Cbor] = {}
    for _ in range(size):
        key, at = _item(data, at, depth)
        value, at = _item(data, at, depth)
        if key in pairs:
            raise KeyError("a key appears twice")
        pairs[key] = value
    return pairs, at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the major type, the argument and the next place (RFC 8949 section 3)."""
    first = data[at]
    major, short = first >> 5, first & 31
    if short < 24:
        return major, short, at + 1
    if short > 27 or major == 7:
        raise KeyError("an indefinite length or a float")
    end = at + 1 + (1 << (short - 24))
    if end > len(data):
        raise IndexError("a length runs over the end")
    return major, int.from_bytes(data[at + 1 : end], "big"), end
