"""The vocabulary of uses, version 1. A later use is not granted until it is asked anew."""

from __future__ import annotations

import re
from enum import StrEnum

from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, choose

VOCABULARY = 1


class Use(StrEnum):
    """An act that needs permission; fingerprinting to protect registered works is a term of intake and no use."""

    TRAIN = "train"
    FINETUNE = "finetune"
    RELEASE_WEIGHTS = "release_weights"
    DISTIL = "distil"
    REFERENCE = "reference"
    EMBED = "embed"
    CAPTION = "caption"
    GENERATE = "generate"
    CHARACTER = "character"
    STYLE = "style"
    EDIT = "edit"
    REMIX = "remix"
    LIKENESS = "likeness"
    VOICE = "voice"
    PUBLISH_OUTPUT = "publish_output"
    MERCHANDISE = "merchandise"
    SUBLICENSE = "sublicense"


ALL_USES = frozenset(Use)
PERSON_USES = frozenset({Use.LIKENESS, Use.VOICE})
MORAL_USES = frozenset({Use.CHARACTER, Use.EDIT, Use.REMIX, Use.PUBLISH_OUTPUT, Use.MERCHANDISE})
"""Uses that alter a work or make it public, and so touch the author's moral rights (Copyright Act 18, 19, 20)."""

ADAPTING_USES = MORAL_USES | {Use.GENERATE, Use.STYLE}
"""Uses that make or exploit derivatives; a transfer carries them only if it says so (Copyright Act 27, 28, 61(2))."""


def territory_known(territory: str | None) -> bool:
    """Say whether a text is an ISO 3166-1 alpha-2 code as it is spelled here, in capitals."""
    return territory is not None and re.fullmatch("[A-Z]{2}", territory) is not None


def read_territories(fields: Fields, name: str) -> tuple[str, ...]:
    """Return ISO 3166-1 alpha-2 codes, or the single "*" for the whole world; "jp" would meet nothing, so it fails."""
    territories = fields.texts(name)
    if territories != ("*",) and not all(territory_known(territory) for territory in territories):
        raise InputError(f"{name} are not country codes: {', '.join(territories)}", remedy="write JP, US ... or *")
    return territories


def read_uses(fields: Fields, name: str) -> frozenset[Use]:
    """Return the uses in a list; the single item "*" means every use of this vocabulary."""
    items = fields.texts(name)
    return ALL_USES if items == ("*",) else frozenset(choose(item, Use, name) for item in items)
