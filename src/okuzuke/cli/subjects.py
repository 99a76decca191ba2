"""What a command is about, as people name it: by the beginning of an id, an output also by its own id or its file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from okuzuke.cli import files
from okuzuke.cli.submitting import resolved
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, PartyId

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.generation.studio import Made

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
"""The endings of picture files, each with its media type."""
_BEGINNING = re.compile(r"[0-9a-f]{8,64}")
_WHOLE = 64


def is_picture(text: str | Path) -> bool:
    """Say whether this names a picture file."""
    return Path(text).suffix.lower() in PICTURES


def subject(archive: Archive, text: str) -> str:
    """Return the entry, work or set that begins so; an output also by its output id, its file's SHA-256 or its path."""
    if is_picture(text):
        return output(archive, text).entry
    try:
        return resolved(archive, text)
    except InputError:
        found = _beginning(archive, text)
        if len(found) != 1:
            raise
        return found[0].entry


def output(archive: Archive, text: str) -> Made:
    """Return an output by the beginning of its output id, its entry or its file's SHA-256, or by its picture's path."""
    named = files.digest_of(Path(text)) if is_picture(text) else text
    assert named is not None, "a path has a digest"
    if len(named) == _WHOLE:
        return archive.studio.output(named)
    if not _BEGINNING.fullmatch(named):
        raise InputError(f"{text!r} is no id", remedy="give at least the first 8 characters of an output's id")
    found = _beginning(archive, named)
    if len(found) != 1:
        problem = f"no output {named!r} here" if not found else f"{len(found)} outputs begin {named}"
        raise InputError(problem, remedy="give more of the id, or check it: okuzuke log show")
    return found[0]


def party(archive: Archive, text: str | None) -> PartyId:
    """Return the party that is named, the archive's operator where none is."""
    return archive.operator if text is None else PartyId(resolved(archive, text))


def kind_of(archive: Archive, named: str) -> str | None:
    """Return the kind of a recorded statement, None for a work, a set, and what was erased."""
    from okuzuke.ledger import store  # noqa: PLC0415 # SQL is imported by commands that need it

    entry = Entry(named)
    with archive.database.reading() as connection:
        if entry not in store.entries(connection) or store.is_erased(connection, entry):
            return None
        return store.recorded(connection, entry).statement.kind


def _beginning(archive: Archive, text: str) -> list[Made]:
    """Return the outputs one of whose names begins so; cost: every output is read."""
    from okuzuke.generation import store as generation  # noqa: PLC0415 # SQL is imported by commands that need it
    from okuzuke.generation.studio import Made  # noqa: PLC0415
    from okuzuke.ledger import store  # noqa: PLC0415

    if not _BEGINNING.fullmatch(text):
        return []
    with archive.database.reading() as connection:
        items = store.recorded_all(connection, ["output"])
        made = [Made(item.entry, generation.read_output(item)) for item in items]
    return [
        one for one in made if any(name.startswith(text) for name in (one.entry, one.output.output, one.output.file))
    ]
