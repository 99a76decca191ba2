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
from okuzuke.marking.claim import TRAINED
from okuzuke.training.model import Model


@dataclass(frozen=True, slots=True)
class Alone:
    """What a file's content credentials say where no bundle lies beside it."""

    output: str
    model: str
    origin: str
    learnt_from: frozenset[str] = frozenset()
    """The model and its units, as they are named among the ingredients."""
    licences: frozenset[str] = frozenset()


def check_pictures(bundle: Bundle, judged: Judged) -> str:
    """Return what the delivered files in the bundle come to, nothing where there is none."""
    found = [(output, bundle.files[output.file]) for _, output in judged.all(Output) if output.file in bundle.files]
    for item, output in judged.all(Output):
        if item.entry == bundle.subject and output.file not in bundle.files:
            raise failure("the bundle is on an output and does not bring its file")
    for output, data in found:
        if shown(data) != (output.media_type, output.width, output.height):
            raise failure(f"the file of output {short(output.output)} has another type or size than was recorded")
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
        if said.learnt_from != {f"urn:okuzuke:unit:{unit.unit}" for unit in model.units} | {
            f"urn:okuzuke:model:{model.model}"
        }:
            raise failure("the content credentials name another model or other units than the record")
        if not said.licences <= {
            f"urn:okuzuke:licence:{licence.grant or licence.subject}" for licence in request.licences
        }:
            raise failure("the content credentials name a licence that the request does not rest on")
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
    if [action.source_type for action in said.actions] != [TRAINED]:
        raise failure("the content credentials do not say that a trained model made the picture")
    named = {item.id for item in said.ingredients}
    licences = frozenset(item for item in named if item.startswith("urn:okuzuke:licence:"))
    return Alone(said.output, said.model, said.origin, frozenset(named) - licences, licences)


def shown(data: bytes) -> tuple[str, int, int]:
    """Return the media type, width and height that a picture file has."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 # most bundles hold no picture

    try:
        with Image.open(io.BytesIO(data)) as image:
            return Image.MIME.get(image.format or "", ""), image.width, image.height
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise failure(f"the picture cannot be read: {error}") from error


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
