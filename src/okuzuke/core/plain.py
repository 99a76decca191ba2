"""Text from outside as it may be printed: it cannot move the cursor, hide a line or add one."""

from __future__ import annotations


def plain(text: str) -> str:
    r"""Return the text with every control, separator and direction override written out as its escape.

    The full-width space of Japanese names stays.

    >>> plain("山田\u3000花子\n\x1b[2J\u202e")
    '山田\u3000花子\\u000a\\u001b[2J\\u202e'
    """
    return "".join(
        character if character.isprintable() or character == "\u3000" else _escape(ord(character)) for character in text
    )


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
