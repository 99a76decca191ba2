"""Delivered files held against what was recorded of them: their bytes, their pixels, their content credentials."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.evidence import failure
from okuzuke.audit.judged import Judged
from okuzuke.core.errors import OkuzukeError
from okuzuke.core.ids import short
from okuzuke.generation.output import Output, pixel_digest
from okuzuke.generation.request import Request
from okuzuke.training.model import Model


@dataclass(frozen=True, slots=True)
class Alone:
    """What a file's content credentials say where no bundle lies beside it."""

    output: str
    model: str
    origin: str


def check_pictures(bundle: Bundle, judged: Judged) -> str:
    """Return what the delivered files in the bundle come to, nothing where there is none."""
    found = [(output, bundle.files[output.file]) for _, output in judged.all(Output) if output.file in bundle.files]
    for item, output in judged.all(Output):
        if item.entry == bundle.subject and output.file not in bundle.files:
            raise failure("the bundle is on an output and does not bring its file")
    for output, data in found:
        if pixels_of(data) != output.pixel_digest:
            raise failure(f"the pixels of output {short(output.output)} are not those that were made")
    return f"{len(found)} files hold the pixels that were recorded" if found else ""


def check_credentials(bundle: Bundle, judged: Judged, roots: Sequence[str], origin: str) -> str:
    """Return what the content credentials of the files come to, judged when their outputs were recorded.

    `origin` is the log's name, which they have to give.
    """
    found = [(item, output) for item, output in judged.all(Output) if output.file in bundle.files]
    for item, output in found:
        requested, request = judged.beneath(item, output.request, Request)
        _, model = judged.beneath(requested, request.model, Model)
        said = alone(bundle.files[output.file], output.media_type, roots, item.recorded_at)
        if (said.output, said.model) != (output.output, model.model):
            raise failure(f"the content credentials are of output {short(said.output)}, not {short(output.output)}")
        if said.origin != origin:
            raise failure(f"the content credentials name the log {said.origin!r}, this one is {origin!r}")
    return f"{len(found)} files signed under the archive's certificates when recorded" if found else ""


def alone(data: bytes, media_type: str, roots: Sequence[str], at: datetime) -> Alone:
    """Return what a file's credentials say, or raise where they do not hold under the roots at that instant."""
    from okuzuke.marking import credentials  # noqa: PLC0415 # the library is large, and most bundles hold no picture

    try:
        said = credentials.check(data, media_type, roots, at)
    except OkuzukeError as error:
        raise failure(error.message) from error
    if said.output is None or said.model is None or said.origin is None:
        raise failure("the content credentials name no output of an archive")
    return Alone(said.output, said.model, said.origin)


def pixels_of(data: bytes) -> str:
    """Return the pixel digest of a picture file, as it was before it was marked."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 # most bundles hold no picture

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.mode != "RGB":
                raise failure(f"the file holds {image.mode} samples, and what was made is RGB")
            return pixel_digest(image.tobytes(), 1, image.height, image.width, 3)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise failure(f"the picture cannot be read: {error}") from error
