"""Reading what a desk has: a folder of pictures or a list of them; nothing is registered here.

Every row that can be used is returned beside every row that cannot, each with a reason and a remedy, so that a desk
mends a thousand lines in one go.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from okuzuke.core.canonical import Json, JsonObject, parse_object
from okuzuke.core.errors import InputError
from okuzuke.registry.folders import (
    PICTURE_SUFFIXES,
    check_inside,
    check_picture,
    composed,
    find,
    nearest,
    read_text,
    relative_name,
    visible_files,
    whole_text,
)

CAPTIONS = "captions.jsonl"

_COLUMNS = ("file", "caption", "tags", "title", "published", "type", "based_on", "contains")
_REQUIRED = ("file", "caption")
_BESIDE_SUFFIXES = (".txt", ".jsonl", ".csv", ".md")
_BESIDE_NAMES = ("thumbs.db", "desktop.ini")
_PROSE = ("readme", "license", "licence", "notice")
_WORK_ID = re.compile(r"[0-9a-f]{64}")
_TRUTH = {"yes": True, "true": True, "no": False, "false": False, "": False}


class WorkType(StrEnum):
    """What a work is; the words of the glossary."""

    PICTURE = "picture"
    CLIP = "clip"
    TEXT = "text"
    MANGA_PAGE = "manga_page"
    GAME_ASSET = "game_asset"
    MODEL_3D = "model_3d"
    LIVE2D = "live2d"
    CUT = "cut"
    LINE_ART = "line_art"
    PAINT = "paint"


PICTURE_TYPES = frozenset(
    {WorkType.PICTURE, WorkType.MANGA_PAGE, WorkType.GAME_ASSET, WorkType.CUT, WorkType.LINE_ART, WorkType.PAINT}
)
"""The types whose asset may be a picture file."""


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """One work to be registered.

    `name` is the path relative to the folder or list, with `/` and in NFC, so it stays the same on every system.
    `based_on` and `contains` are names of rows of the same intake or ids of registered works. `title` is `None` where
    the desk gave none; `published` is false unless the desk says otherwise.
    """

    name: str
    path: Path
    caption: str
    tags: tuple[str, ...]
    title: str | None
    published: bool
    based_on: tuple[str, ...]
    contains: tuple[str, ...]
    type: WorkType


@dataclass(frozen=True, slots=True)
class BadRow:
    """One thing that cannot be taken in; `line` counts from 1 in the list, `None` where no list named it."""

    name: str
    line: int | None
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Rows of a folder are sorted by name, those of a list stand in its order."""

    rows: tuple[IntakeRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a list or a sidecar says of one file, and on which line."""

    members: JsonObject
    line: int | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a CSV file, and where it starts."""

    columns: Sequence[str]
    cells: Sequence[str]
    number: int


@dataclass(slots=True)
class _Draft:
    """Rows and refusals while they are read; a name that was refused once stays out."""

    rows: dict[str, IntakeRow] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)

    def take(self, name: str, path: Path, told: _Told) -> None:
        try:
            self.rows[name] = _row(name, path, told.members)
            self.lines[name] = told.line
        except InputError as error:
            self.refuse(name, told.line, error)

    def refuse(self, name: str, line: int | None, error: InputError) -> None:
        # A name that is not UTF-8 on the disk could not be printed.
        shown = name.encode(errors="backslashreplace").decode()
        self.bad.append(BadRow(shown, line, error.message, error.remedy))

    def finish(self) -> Intake:
        """Refuse rows that rest on what is not there, until none is left that does."""
        while dangling := [(row, other) for row in self.rows.values() if (other := self._missing(row)) is not None]:
            for row, other in dangling:
                del self.rows[row.name]
                reason = f"{row.name} names {other!r}, neither a usable row of this intake nor the id of a work"
                remedy = nearest(other, self.rows, "add that file, or write the id of the registered work")
                self.bad.append(BadRow(row.name, self.lines[row.name], reason, remedy))
        self.bad.sort(key=lambda bad: (bad.line or 0, bad.name, bad.reason))
        return Intake(tuple(self.rows.values()), tuple(self.bad))

    def _missing(self, row: IntakeRow) -> str | None:
        named = (*row.based_on, *row.contains)
        return next((name for name in named if name not in self.rows and not _WORK_ID.fullmatch(name)), None)


def read_folder(path: Path) -> Intake:
    """Return the pictures of a folder and its folders, with the captions that lie beside them.

    A caption is the first line of `NAME.txt` beside `NAME.png`, or a line {"file", "caption", "tags"?, "title"?,
    "published"?, "type"?, "based_on"?, "contains"?} of one `captions.jsonl` in the folder, never both. Hidden files,
    lists and notes are passed over. `InputError` where there is no folder or nothing in it; `StateError` where the
    disk does not let us read.
    """
    if not path.is_dir():
        raise InputError(f"{path} is not a folder", remedy="name the folder that holds the pictures")
    draft = _Draft()
    pictures: dict[str, Path] = {}
    sidecars: dict[str, Path] = {}
    for file in visible_files(path):
        name = composed(file.relative_to(path).as_posix())
        try:
            whole_text(name)
            if file.suffix.lower() == ".txt":
                check_inside(path, file, name)
                sidecars[name] = file
            elif not _lies_beside(file):
                check_picture(path, file, name)
                _check_once(name, pictures)
                pictures[name] = file
        except InputError as error:
            draft.refuse(name, None, error)
    if not pictures and not draft.bad:
        raise InputError(f"{path} holds no picture", remedy=f"put {', '.join(PICTURE_SUFFIXES)} files there")
    told: dict[str, _Told] = {}
    _read_captions(path, pictures, told, draft)
    _read_sidecars(sidecars, pictures, told, draft)
    refused = {bad.name for bad in draft.bad}
    for name, file in pictures.items():
        if name not in refused:
            draft.take(name, file, told.get(name, _Told({})))
    return draft.finish()


def read_csv(path: Path) -> Intake:
    """Return the rows of a UTF-8 list with a header: file, caption and, as wanted, the other columns.

    Files are relative to the list. Tags are separated by commas, `based_on` and `contains` by semicolons; `published`
    is yes or no, empty means no; `type` is empty for a picture. Without tags the parts of the caption are the tags.
    `InputError` where the list as a whole cannot be read; a line that cannot be used is a bad row with its number.
    """
    if not path.is_file():
        raise InputError(f"{path} is not a file", remedy="name the list of pictures, a .csv file")
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    draft = _Draft()
    told: dict[str, _Told] = {}
    try:
        columns = _columns(next(reader, []), path)
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                _read_line(path.parent, _Line(columns, cells, line), told, draft)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path.name} line {reader.line_num} is not CSV: {error}", remedy="check the quotation marks of that line"
        ) from error
    if not draft.rows and not draft.bad:
        raise InputError(f"{path} names no picture", remedy="add a line for each picture below the header")
    return draft.finish()


def split_tags(text: str) -> tuple[str, ...]:
    """Return the parts between commas: NFKC, trimmed, lower case, each once, in order.

    >>> split_tags("Ｄａｒｕｍａ, red、 daruma,, ")
    ('daruma', 'red')
    """
    # Lower case can leave letters decomposed again (Ϊ́ does), hence the second normalisation.
    lower = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return tuple(dict.fromkeys(part.strip() for part in re.split("[,、]", lower) if part.strip()))


def _read_captions(folder: Path, pictures: Mapping[str, Path], told: dict[str, _Told], draft: _Draft) -> None:
    """Read `captions.jsonl`; a bad line takes its picture with it, as nobody knows what it should have said."""
    if not (folder / CAPTIONS).is_file():
        return
    check_inside(folder, folder / CAPTIONS, CAPTIONS)
    for number, line in enumerate(read_text(folder / CAPTIONS).split("\n"), start=1):
        if line.strip():
            name = CAPTIONS
            try:
                members = parse_object(line, f"{CAPTIONS} line {number}")
                name = relative_name(_string(members, "file"))
                _check_members(members)
                _check_named(name, pictures, told)
                told[name] = _Told(members, number)
            except InputError as error:
                draft.refuse(name, number, error)


def _read_sidecars(
    sidecars: Mapping[str, Path], pictures: Mapping[str, Path], told: dict[str, _Told], draft: _Draft
) -> None:
    by_stem: dict[str, list[str]] = {}
    for name in pictures:
        by_stem.setdefault(_stem(name), []).append(name)
    for sidecar, file in sidecars.items():
        named = by_stem.get(_stem(sidecar), [])
        if not named and file.stem.lower() not in _PROSE:
            remedy = nearest(_stem(sidecar), by_stem, "rename it after its picture, or move it away")
            draft.refuse(sidecar, None, InputError(f"{sidecar} stands beside no picture of that name", remedy=remedy))
        for name in named:
            try:
                _check_named(name, pictures, told)
                told[name] = _Told({"caption": next(iter(read_text(file).splitlines()), "")})
            except InputError as error:
                draft.refuse(name, None, error)


def _read_line(folder: Path, line: _Line, told: dict[str, _Told], draft: _Draft) -> None:
    cells = dict(zip(line.columns, line.cells, strict=False))
    name = cells.get("file", "")
    try:
        _check_count(line)
        name = relative_name(name)
        file = find(folder, name)
        _check_named(name, (name,), told)
        told[name] = _Told(cells, line.number)
        check_picture(folder, file, name)
        draft.take(name, file, told[name])
    except InputError as error:
        draft.refuse(name, line.number, error)


def _check_count(line: _Line) -> None:
    if len(line.cells) != len(line.columns):
        raise InputError(
            f"line {line.number} has {len(line.cells)} columns, the header {len(line.columns)}",
            remedy='put "quotation marks" around a text that holds a comma',
        )


def _columns(header: Sequence[str], path: Path) -> list[str]:
    columns = [column.strip() for column in header]
    if not any(columns):
        raise InputError(f"{path} has no header", remedy=f"write {','.join(_REQUIRED)} on its first line")
    for column in columns:
        if column not in _COLUMNS:
            remedy = nearest(column, _COLUMNS, f"use some of {', '.join(_COLUMNS)}")
            raise InputError(f"{path.name} has an unknown column {column!r}", remedy=remedy)
        if columns.count(column) > 1:
            raise InputError(f"{path.name} has the column {column!r} twice", remedy="keep one of them")
    for column in _REQUIRED:
        if column not in columns:
            raise InputError(f"{path.name} has no column {column!r}", remedy=f"add {column} to its first line")
    return columns


def _row(name: str, path: Path, told: JsonObject) -> IntakeRow:
    """Return the row of one picture from what a list or a sidecar tells of it; a member not told has its default."""
    caption = _string(told, "caption")
    tags = _strings(told, "tags", ",")
    kind = _string(told, "type") or WorkType.PICTURE
    if kind not in PICTURE_TYPES:
        listed = ", ".join(known for known in WorkType if known in PICTURE_TYPES)
        raise InputError(f"a picture file cannot be registered as {kind!r}", remedy=f"use one of {listed}")
    based_on, contains = (
        tuple(composed(other) for other in _strings(told, member, ";") or ()) for member in ("based_on", "contains")
    )
    if name in (*based_on, *contains):
        raise InputError(f"{name} is said to rest on itself", remedy="name the other work")
    return IntakeRow(
        name=name,
        path=path,
        caption=caption,
        tags=split_tags(",".join(caption.splitlines()) if tags is None else ",".join(tags)),
        title=_string(told, "title") or None,
        published=_published(told),
        based_on=based_on,
        contains=contains,
        type=WorkType(kind),
    )


def _string(told: JsonObject, member: str) -> str:
    """Return a member that is a text, trimmed, or an empty one where it is not told."""
    value = told.get(member)
    if not isinstance(value, str | None):
        raise InputError(f"{member} is {value!r}, which is no text", remedy=f'write "{member}": "..."')
    return whole_text((value or "").strip())


def _strings(told: JsonObject, member: str, separator: str) -> list[str] | None:
    """Return the parts of a text or the items of a list; `None` where nothing is told, not even an empty list."""
    value = told.get(member)
    if value is None or value == "":
        return None
    parts = value.split(separator) if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise InputError(
            f"{member} is {value!r}, which is no list of texts", remedy=f'write "{member}": ["...", "..."]'
        )
    return [whole_text(str(part).strip()) for part in parts if str(part).strip()]


def _published(told: JsonObject) -> bool:
    value = told.get("published")
    if isinstance(value, bool | None):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in _TRUTH:
        return _TRUTH[value.strip().lower()]
    raise InputError(f"published is {value!r}", remedy="write yes or no in a .csv, true or false in a .jsonl")


def _check_members(value: Mapping[str, Json]) -> None:
    for member in value:
        if member not in _COLUMNS:
            remedy = nearest(member, _COLUMNS, f"use some of {', '.join(_COLUMNS)}")
            raise InputError(f"unknown member {member!r}", remedy=remedy)


def _check_once(name: str, taken: Mapping[str, Path]) -> None:
    if name in taken:
        raise InputError(f"{name} is there twice, composed in two ways", remedy="rename one of the two files")


def _check_named(name: str, pictures: Collection[str], told: Mapping[str, _Told]) -> None:
    if name in told:
        before = f"on line {told[name].line}" if told[name].line else "beside it"
        raise InputError(f"{name} already has a caption {before}", remedy="delete one of the two")
    if name not in pictures:
        raise InputError(f"there is no picture {name}", remedy=nearest(name, pictures, "correct the name"))


def _lies_beside(file: Path) -> bool:
    return file.suffix.lower() in _BESIDE_SUFFIXES or file.name.lower() in _BESIDE_NAMES


def _stem(name: str) -> str:
    head, _, tail = name.rpartition("/")
    return f"{head}/{tail.rpartition('.')[0]}"
