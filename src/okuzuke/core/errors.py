"""One tree of errors: what failed with the value, and as `remedy` what to type next.

Exit codes: 0 ok; 1 a check failed; 2 usage or bad input; 3 refused by rights; 4 state or network.
"""

from __future__ import annotations


class OkuzukeError(Exception):
    """Carries a message, the next step for the reader, and the exit code of the command line."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class CheckFailedError(OkuzukeError):
    """A proof, a signature or a recomputation does not agree with the record."""

    exit_code = 1


class LedgerError(CheckFailedError):
    """A log proof, a checkpoint or a tile is not what it claims to be."""


class InputError(OkuzukeError):
    """What was typed or handed in cannot be used."""

    exit_code = 2


class RightsError(OkuzukeError):
    """A rule of the domain says no; the message is in both languages where a holder reads it."""

    exit_code = 3


class StateError(OkuzukeError):
    """The disk, another writer or the network stands in the way."""

    exit_code = 4
