"""Signed notes, checkpoints and cosignatures, against the examples of the C2SP specifications."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import encode_base64
from okuzuke.core.errors import InputError, LedgerError, OkuzukeError
from okuzuke.ledger import checkpoint
from okuzuke.ledger.checkpoint import Checkpoint, Signature, SignatureType, VerifierKey

# The example of https://c2sp.org/signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# Log key and checkpoint of five entries, as transparency-dev/tessera publishes them under testdata/log.
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TESSERA_NOTE = (
    "example.com/log/testdata\n"
    "5\n"
    "gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ=\n"
    "\n"
    "— example.com/log/testdata "
    "M9e0lmn5eDHyHP10zJObZdFAX2y1V8fdDKBi4IiHbDYf1TCUBwxZOhqwv2QZCqrdda2zTRTrmnwjwscN5RBTEmZUYAs=\n"
)
# The example of https://c2sp.org/tlog-cosignature; its keys are not published.
COSIGNED_NOTE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
# A public witness's vkey of type 0x04, from transparency-dev/formats note/note_cosigv1_test.go.
WITNESS_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

HEAD = Checkpoint("okuzuke.example/log", 7, bytes(range(32)))
LOG = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\2")


def key_of(private: Ed25519PrivateKey, name: str, kind: SignatureType = SignatureType.ED25519) -> VerifierKey:
    return VerifierKey(name, kind, private.public_key().public_bytes_raw())


def signature_line(key: VerifierKey, signature: bytes) -> str:
    return f"— {key.name} {encode_base64(key.key_id + signature)}\n"


def cosignature(private: Ed25519PrivateKey, key: VerifierKey, text: str, time_s: int) -> str:
    signed = private.sign(f"cosignature/v1\ntime {time_s}\n{text}".encode())
    return signature_line(key, (time_s % 2**64).to_bytes(8, "big") + signed)


LOG_KEY = key_of(LOG, HEAD.origin)
SIGNED = checkpoint.sign(HEAD, HEAD.origin, LOG)


def test_the_example_of_the_specification_opens() -> None:
    key = checkpoint.parse_verifier_key(EXAMPLE_KEY)
    assert checkpoint.open_note(EXAMPLE_NOTE, [key]) == checkpoint.Note(
        "This is an example message.\n", (Signature(key),)
    )


def test_a_checkpoint_of_another_log_opens() -> None:
    key = checkpoint.parse_verifier_key(TESSERA_KEY)
    head = checkpoint.parse(checkpoint.open_note(TESSERA_NOTE, [key]).text)
    assert (head.origin, head.size) == ("example.com/log/testdata", 5)
    assert head.root.hex() == "832e609776a4b05ca208ef796bfd6f2d7cfcf00ddd46afb497d4b1b5ef19a994"


def test_a_cosigned_checkpoint_names_log_and_witness() -> None:
    note = checkpoint.split_note(COSIGNED_NOTE)
    assert [line.name for line in note.lines] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert int.from_bytes(note.lines[1].signature[:8], "big") == 1_679_315_147
    assert checkpoint.parse(note.text).size == 20_852_163


@pytest.mark.parametrize("text", [EXAMPLE_KEY, TESSERA_KEY, WITNESS_KEY])
def test_a_published_key_has_one_spelling(text: str) -> None:
    assert str(checkpoint.parse_verifier_key(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo+530d903a",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("foo", "fob"),
        EXAMPLE_KEY.replace("example.com/foo", "example.com/f o"),
        EXAMPLE_KEY.replace("example.com/foo", ""),
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY + "\n",
        "example.com/foo+530d903a+AQ==",
        "rekor.sigstore.dev+12345678+AwEB",
    ],
)
def test_a_damaged_key_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        checkpoint.parse_verifier_key(text)


def test_a_key_of_another_algorithm_is_refused_by_its_type() -> None:
    with pytest.raises(InputError, match="signs with type 0x06; only 0x01 and 0x04"):
        checkpoint.parse_verifier_key(f"witness.example+00000000+{encode_base64(bytes([6] * 1313))}")


def test_a_signed_checkpoint_opens_with_its_key() -> None:
    assert SIGNED.startswith(
        "okuzuke.example/log\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— okuzuke.example/log "
    )
    note = checkpoint.open_note(SIGNED, [LOG_KEY])
    assert checkpoint.parse(note.text) == HEAD
    assert note.signatures == (Signature(LOG_KEY),)


def test_a_note_signed_by_strangers_only_is_refused() -> None:
    with pytest.raises(LedgerError, match=r"no key that is trusted here.*claims okuzuke\.example/log"):
        checkpoint.open_note(SIGNED, [key_of(OTHER, "other.example")])
    with pytest.raises(LedgerError, match="no key that is trusted here"):
        checkpoint.open_note(SIGNED, [])


def test_a_key_that_shares_only_the_name_is_a_stranger() -> None:
    with pytest.raises(LedgerError, match="no key that is trusted here"):
        checkpoint.open_note(SIGNED, [key_of(OTHER, HEAD.origin)])


def test_signatures_of_strangers_are_ignored() -> None:
    stranger = signature_line(key_of(OTHER, HEAD.origin), bytes(64))
    note = checkpoint.open_note(SIGNED + stranger, [LOG_KEY])
    assert note.signatures == (Signature(LOG_KEY),)


def test_one_bad_signature_of_a_known_key_refuses_the_note() -> None:
    known = key_of(OTHER, "other.example")
    note = SIGNED + signature_line(known, bytes(64))
    with pytest.raises(LedgerError, match=r"by other\.example does not fit"):
        checkpoint.open_note(note, [LOG_KEY, known])


@given(st.integers(0, len(HEAD.text) - 1), st.characters(min_codepoint=0x20, exclude_categories=["Cs"]))
def test_no_character_of_a_signed_text_can_change(place: int, character: str) -> None:
    changed = SIGNED[:place] + character + SIGNED[place + 1 :]
    if changed != SIGNED:
        with pytest.raises(LedgerError):
            checkpoint.open_note(changed, [LOG_KEY])


def test_a_note_may_carry_sixty_four_signatures_and_no_more() -> None:
    stranger = signature_line(key_of(OTHER, "other.example"), bytes(64))
    assert checkpoint.open_note(SIGNED + stranger * 63, [LOG_KEY]).signatures == (Signature(LOG_KEY),)
    with pytest.raises(LedgerError, match="65 signatures are more than 64"):
        checkpoint.open_note(SIGNED + stranger * 64, [LOG_KEY])


def test_a_key_that_signs_twice_counts_once() -> None:
    line = SIGNED.split("\n\n")[1]
    assert checkpoint.open_note(SIGNED + line, [LOG_KEY]).signatures == (Signature(LOG_KEY),)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        HEAD.text,
        HEAD.text + "\n",
        SIGNED[:-1],
        SIGNED + "\n",
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("okuzuke", "oku\tzuke", 1),
        SIGNED.replace("okuzuke", "oku\0zuke", 1),
        SIGNED.replace("okuzuke", "oku\ud800zuke", 1),
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— ", "—  "),
        SIGNED.replace("— okuzuke.example/log ", "— okuzuke.example/log\u3000"),
        SIGNED.replace("— okuzuke.example/log", "— okuzuke+example/log"),
        SIGNED.replace("— okuzuke.example/log ", "— "),
        SIGNED[:-2] + "\n",
        SIGNED + "— short.example AAAAAA==\n",
        SIGNED + "not a signature\n",
        "x" * (1 << 19) + SIGNED,
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(LedgerError):
        checkpoint.open_note(note, [LOG_KEY])


def test_text_after_an_empty_line_belongs_to_the_note() -> None:
    text = "first\n\nsecond\n"
    note = f"{text}\n{signature_line(LOG_KEY, LOG.sign(text.encode()))}"
    assert checkpoint.open_note(note, [LOG_KEY]).text == text


def test_a_cosignature_states_the_time_of_its_witness() -> None:
    witness = key_of(OTHER, "witness.example", SignatureType.COSIGNATURE)
    note = checkpoint.open_note(SIGNED + cosignature(OTHER, witness, HEAD.text, 1_679_315_147), [LOG_KEY, witness])
    assert note.signatures == (Signature(LOG_KEY), Signature(witness, 1_679_315_147))


def test_a_cosignature_covers_its_time() -> None:
    witness = key_of(OTHER, "witness.example", SignatureType.COSIGNATURE)
    signed = OTHER.sign(f"cosignature/v1\ntime 1679315147\n{HEAD.text}".encode())
    later = signature_line(witness, (1_679_315_148).to_bytes(8, "big") + signed)
    with pytest.raises(LedgerError, match=r"by witness\.example does not fit"):
        checkpoint.open_note(SIGNED + later, [LOG_KEY, witness])


def test_a_log_signature_is_no_cosignature() -> None:
    witness = key_of(OTHER, "witness.example", SignatureType.COSIGNATURE)
    with pytest.raises(LedgerError, match="does not fit"):
        checkpoint.open_note(SIGNED + signature_line(witness, OTHER.sign(HEAD.text.encode())), [LOG_KEY, witness])


def test_a_witness_states_no_time_beyond_63_bits() -> None:
    witness = key_of(OTHER, "witness.example", SignatureType.COSIGNATURE)
    with pytest.raises(LedgerError, match="impossible time"):
        checkpoint.open_note(SIGNED + cosignature(OTHER, witness, HEAD.text, 1 << 63), [LOG_KEY, witness])


@given(
    st.text(st.characters(min_codepoint=0x20), min_size=1),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_reads_back_as_written(origin: str, size: int, root: bytes) -> None:
    head = Checkpoint(origin, size, root)
    if any("\ud800" <= character <= "\udfff" for character in origin):
        with pytest.raises(LedgerError):
            checkpoint.parse(head.text)
    else:
        assert checkpoint.parse(head.text) == head


def test_extension_lines_are_kept() -> None:
    assert checkpoint.parse(HEAD.text + "one\ntwo\n").extensions == ("one", "two")


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD.text[:-1],
        HEAD.text + "\n",
        HEAD.text.replace("okuzuke.example/log", ""),
        HEAD.text.replace("\n7\n", "\n07\n"),
        HEAD.text.replace("\n7\n", "\n-7\n"),
        HEAD.text.replace("\n7\n", "\n٧\n"),
        HEAD.text.replace("\n7\n", "\n9223372036854775808\n"),
        HEAD.text.replace("\n7\n", f"\n{'9' * 5_000}\n"),
        HEAD.text.replace("AAEC", ""),
        HEAD.text.replace("8=\n", "9=\n"),
        HEAD.text.replace("8=\n", "8\n"),
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match=r"not a checkpoint|base64"):
        checkpoint.parse(text)


@pytest.mark.parametrize("origin", ["", "two\nlines", "a\ttab", "a\n8\n" + "A" * 43 + "="])
def test_what_does_not_read_back_is_not_signed(origin: str) -> None:
    with pytest.raises(LedgerError, match="not a checkpoint"):
        checkpoint.sign(Checkpoint(origin, 7, bytes(32)), "okuzuke.example/log", LOG)


def test_a_key_name_holds_no_space_and_no_plus() -> None:
    for name in ("", "two words", "a+b", "a\u00a0b", "a\nb"):
        with pytest.raises(InputError, match="not a key name"):
            checkpoint.sign(HEAD, name, LOG)


@given(st.lists(st.sampled_from([*"\n \t—+=aA0\u2028\ud800", "— a ", "\n\n", "AAAAAAAA", "+00000000+"])).map("".join))
def test_no_text_breaks_the_readers(text: str) -> None:
    for read in (checkpoint.split_note, checkpoint.parse, checkpoint.parse_verifier_key):
        with suppress(OkuzukeError):
            read(text)


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, len(SIGNED)), st.text(max_size=3))
def test_a_mangled_note_is_refused_or_still_says_what_was_signed(start: int, end: int, inserted: str) -> None:
    mangled = SIGNED[:start] + inserted + SIGNED[end:]
    with suppress(OkuzukeError):
        assert checkpoint.open_note(mangled, [LOG_KEY]).text == HEAD.text
