"""How the command line reads one value: texts are never empty, and a closed set names its nearest word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import click

from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.registry.folders import nearest

_STATED = "write 1 to 4096 characters there, none of them a line break or another control character"
Word = TypeVar("Word", bound=StrEnum)


class Words(click.types.StringParamType):
    """A text that a statement can carry."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        try:
            return Fields({"text": text}, "text").text("text")
        except InputError as error:
            problem = "is empty" if not text else f"is no text that can be stated: {text!r}"
            raise InputError(f"{_called(param)} {problem}", remedy=_STATED) from error


class Closed(click.Choice[str]):
    """One word of a closed set."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            # A default comes as the member; click would go by its name, where people type its value.
            return super().convert(str(value), param, ctx)
        except click.BadParameter as error:
            words = [str(word) for word in self.choices]
            raise InputError(f"{_called(param)} is {str(value)!r}", remedy=nearest_of(str(value), words)) from error


def strict(parameters: Iterable[click.Parameter]) -> list[click.Parameter]:
    """Return the parameters, each reading texts and closed sets as this module does."""
    found = list(parameters)
    for parameter in found:
        if isinstance(parameter.type, click.Choice) and not isinstance(parameter.type, Closed):
            parameter.type = Closed(parameter.type.choices, case_sensitive=parameter.type.case_sensitive)
        elif type(parameter.type) is click.types.StringParamType:
            parameter.type = Words()
    return found


def nearest_of(text: str, words: Sequence[str]) -> str:
    """Return a remedy that names the nearest word of a closed set, or all of them."""
    return nearest(text, words, f"use one of {', '.join(words)}")


def chosen(text: str, choices: type[Word], what: str) -> Word:
    """Return the word of a closed set that a compound option names."""
    try:
        return choices(text)
    except ValueError as error:
        raise InputError(f"{what} is {text!r}", remedy=nearest_of(text, [word.value for word in choices])) from error


def _called(parameter: click.Parameter | None) -> str:
    """Return the parameter as it is typed: an option by its long form, an argument by its name."""
    if parameter is None:
        return "the value"
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name
