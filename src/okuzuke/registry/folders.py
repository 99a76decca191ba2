"""Finding the files a desk names, inside its folder and nowhere else, whatever system wrote the names."""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import NoReturn

from okuzuke.core.errors import InputError, StateError

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")


def visible_files(folder: Path) -> list[Path]:
    """Return files and links, no folders, sorted by name; whatever is hidden or lies in a hidden folder is left out."""
    found = []
    for inner, folders, names in os.walk(folder, onerror=_refuse):
        at = Path(inner)
        folders[:] = [name for name in folders if not name.startswith(".")]
        # A linked folder is not entered, so it is returned as the link it is and refused by name.
        found += [at / name for name in folders if (at / name).is_symlink()]
        found += [at / name for name in names if not name.startswith(".")]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def relative_name(text: str) -> str:
    """Return the name of a file below the list; either slash separates folders, as lists come from all systems."""
    named = PureWindowsPath(text.strip())
    if not named.parts:
        raise InputError("no file is named", remedy="write its name under file")
    if named.drive or named.root or ".." in named.parts:
        raise InputError(
            f"{text!r} lies outside the folder", remedy="put the file below the list and write its path from there"
        )
    return composed(named.as_posix())


def find(folder: Path, name: str) -> Path:
    """Return the file of that name however the disk composes its letters: a list from macOS splits ガ into two."""
    try:
        for form in ("NFC", "NFD"):
            path = folder / unicodedata.normalize(form, name)
            if path.exists():
                return path
        parent = (folder / name).parent
        beside = [composed(file.relative_to(folder).as_posix()) for file in parent.iterdir()] if parent.is_dir() else []
    except OSError as error:
        raise InputError(f"{name} names no file: {error.strerror}", remedy="correct the name") from error
    raise InputError(f"there is no file {name}", remedy=nearest(name, beside, "correct the name or add the file"))


def check_picture(folder: Path, file: Path, name: str) -> None:
    """Refuse what is no file inside the folder, links followed, or has not the ending of a picture."""
    check_inside(folder, file, name)
    if not file.is_file():
        raise InputError(f"{name} is not a file", remedy="name a picture file")
    if file.suffix.lower() not in PICTURE_SUFFIXES:
        raise InputError(
            f"{name} is not a picture by its name: {file.suffix or 'no ending'}",
            remedy="export it as PNG, or move it out of the folder",
        )


def check_inside(folder: Path, file: Path, name: str) -> None:
    """Refuse a link that leads out of the folder or nowhere."""
    try:
        inside = file.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{name} is a link that leads nowhere", remedy="copy the file itself into the folder"
        ) from error
    if not inside:
        raise InputError(f"{name} is a link to outside the folder", remedy="copy the file itself into the folder")


def read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error}", remedy="check who may read the file") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        likely = "UTF-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "CP932"
        raise InputError(
            f"{path.name} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            remedy=f"convert it: iconv -f {likely} -t UTF-8 {path.name} > utf8-{path.name}",
        ) from error


def whole_text(text: str) -> str:
    """Return the text if it can be written as UTF-8, which half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{text!r} is not a text of whole characters", remedy="write it again in UTF-8") from error
    return text


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a remedy that names the nearest known word."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


def _refuse(error: OSError) -> NoReturn:
    raise StateError(f"{error.filename} cannot be read: {error.strerror}", remedy="check who may read it") from error
