"""Which logs and witnesses a reader believes, after https://c2sp.org/tlog-policy."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import encode_base64
from okuzuke.core.errors import InputError, LedgerError, OkuzukeError
from okuzuke.ledger import checkpoint, policy
from okuzuke.ledger.checkpoint import Checkpoint, SignatureType, VerifierKey

HEAD = Checkpoint("okuzuke.example/log", 7, bytes(range(32)))
TIME_S = 1_679_315_147


def private_key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))


def key(number: int, name: str, kind: SignatureType) -> VerifierKey:
    return VerifierKey(name, kind, private_key(number).public_key().public_bytes_raw())


def witness_key(number: int) -> VerifierKey:
    return key(number, f"w{number}.example", SignatureType.COSIGNATURE)


def cosigned(*numbers: int) -> str:
    note = checkpoint.sign(HEAD, HEAD.origin, private_key(0))
    for number in numbers:
        time = TIME_S.to_bytes(8, "big")
        signed = private_key(number).sign(f"cosignature/v1\ntime {TIME_S}\n{HEAD.text}".encode())
        witness = witness_key(number)
        note += f"— {witness.name} {encode_base64(witness.key_id + time + signed)}\n"
    return note


LOG_KEY = key(0, HEAD.origin, SignatureType.ED25519)
# The two-level example of the specification: two of three X-witnesses and any Y-witness.
TWO_LEVELS = f"""\
# both operators must have seen it
log {LOG_KEY}

witness X1 {witness_key(1)}
witness X2 {witness_key(2)} https://x2.example/
witness X3 {witness_key(3)}
group X-witnesses 2 X1 X2 X3

witness Y1 {witness_key(4)}
\twitness\tY2  {witness_key(5)}\t
witness Y3 {witness_key(6)}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
WITNESSES = "".join(f"witness W{number} {witness_key(number)}\n" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("cosigners", "enough"),
    [
        ({"X1", "X2", "Y1"}, True),
        ({"X1", "X3", "Y3"}, True),
        ({"X1", "X2", "X3", "Y1", "Y2", "Y3"}, True),
        ({"X1", "X2", "X3"}, False),
        ({"X1", "Y1", "Y2", "Y3"}, False),
        (set(), False),
    ],
)
def test_a_quorum_of_groups_needs_enough_of_each(cosigners: set[str], enough: bool) -> None:
    assert policy.witnessed(policy.parse(TWO_LEVELS), cosigners) is enough


def test_a_policy_names_its_logs_and_witnesses() -> None:
    read = policy.parse(TWO_LEVELS)
    assert read.logs == (policy.Log(LOG_KEY),)
    assert read.witnesses[1] == policy.Witness("X2", witness_key(2), "https://x2.example/")
    assert [(group.name, group.threshold) for group in read.groups] == [
        ("X-witnesses", 2),
        ("Y-witnesses", 1),
        ("X-and-Y", 2),
    ]


def test_a_checkpoint_with_its_quorum_is_trusted() -> None:
    found = policy.check(policy.parse(TWO_LEVELS), cosigned(1, 2, 5))
    assert (found.checkpoint, found.log.key) == (HEAD, LOG_KEY)
    assert [signature.time_s for signature in found.note.signatures] == [None, TIME_S, TIME_S, TIME_S]


def test_a_checkpoint_without_its_quorum_is_refused() -> None:
    with pytest.raises(LedgerError, match="quorum X-and-Y is not reached; cosigned by X1, X2"):
        policy.check(policy.parse(TWO_LEVELS), cosigned(1, 2))


def test_a_witness_that_cosigns_twice_counts_once() -> None:
    with pytest.raises(LedgerError, match="cosigned by X1, Y1"):
        policy.check(policy.parse(TWO_LEVELS), cosigned(1, 1, 4))


def test_quorum_none_asks_for_no_witness() -> None:
    assert policy.check(policy.parse(f"log {LOG_KEY}\nquorum none\n"), cosigned()).checkpoint == HEAD


def test_one_witness_can_be_the_quorum() -> None:
    read = policy.parse(f"log {LOG_KEY}\n{WITNESSES}quorum W2\n")
    assert policy.check(read, cosigned(2)).checkpoint == HEAD
    with pytest.raises(LedgerError, match="quorum W2 is not reached; cosigned by W1"):
        policy.check(read, cosigned(1))


def test_cosignatures_without_the_log_are_refused() -> None:
    note = cosigned(1)
    without_log = "\n\n".join([HEAD.text.rstrip(), note.splitlines()[-1] + "\n"])
    with pytest.raises(LedgerError, match="not signed by a log that is trusted here"):
        policy.check(policy.parse(f"log {LOG_KEY}\n{WITNESSES}quorum W1\n"), without_log)


def test_a_trusted_log_cannot_speak_for_another() -> None:
    other = key(9, "other.example/log", SignatureType.ED25519)
    note = checkpoint.sign(HEAD, other.name, private_key(9))
    with pytest.raises(LedgerError, match=r"checkpoint of okuzuke\.example/log is not signed"):
        policy.check(policy.parse(f"log {LOG_KEY}\nlog {other}\nquorum none\n"), note)


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    signature = encode_base64(LOG_KEY.key_id + private_key(0).sign(b"hello\n"))
    with pytest.raises(LedgerError, match="not a checkpoint"):
        policy.check(policy.parse(f"log {LOG_KEY}\nquorum none\n"), f"hello\n\n— {LOG_KEY.name} {signature}\n")


def test_a_log_can_be_pinned_outside_the_text() -> None:
    read = policy.parse("quorum none")
    with pytest.raises(LedgerError, match="no key that is trusted here"):
        policy.check(read, cosigned())
    assert policy.check(read.with_log(LOG_KEY), cosigned()).checkpoint == HEAD
    assert read.with_log(LOG_KEY).with_log(LOG_KEY) == read.with_log(LOG_KEY)
    with pytest.raises(InputError, match=r"w1\.example is not a log's key"):
        read.with_log(witness_key(1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no quorum line"),
        ("quorum none\nquorum none\n", "line 2 of the policy: a second quorum"),
        ("quorum W1\n" + WITNESSES, "line 1 of the policy: W1 is not defined above"),
        (f"witness none {witness_key(1)}\nquorum none", "the name none is taken"),
        (f"{WITNESSES}group W1 any W2\nquorum none", "the name W1 is taken"),
        (f"{WITNESSES}group G any W1 W1\nquorum G", "W1 is a member twice"),
        (f"{WITNESSES}group G any W1 W2\ngroup H any W2 W3\nquorum H", "W2 is a member twice"),
        (f"{WITNESSES}group G any none\nquorum G", "none is not defined above"),
        (f"{WITNESSES}group G any G\nquorum G", "G is not defined above"),
        (f"{WITNESSES}group G 4 W1 W2 W3\nquorum G", "asks for 4 of 3"),
        (f"{WITNESSES}group G 0 W1\nquorum G", "asks for 0 of 1"),
        (f"{WITNESSES}group G 01 W1\nquorum G", "asks for 01 of 1"),
        (f"{WITNESSES}group G some W1\nquorum G", "asks for some of 1"),
        (f"{WITNESSES}group G any\nquorum none", "not understood: 'group G any'"),
        (f"{WITNESSES}witness W4 {witness_key(1)}\nquorum none", "the key of W4 is listed twice"),
        (f"log {LOG_KEY}\nlog {key(0, 'b.example', SignatureType.ED25519)}\nquorum none", "b.example is listed twice"),
        (f"log {witness_key(1)}\nquorum none", "is not a log's key"),
        (f"witness W {LOG_KEY}\nquorum none", "W has no witness's key"),
        ("log nonsense\nquorum none", "line 1 of the policy: not a verifier key"),
        ("Quorum none\n", "not understood: 'Quorum none'"),
        ("quorum\u00a0none\n", "not understood"),
        ("quorum none\r\n", "no control characters"),
        ("quorum none\x7f\n", "no control characters"),
    ],
)
def test_an_unclear_policy_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        policy.parse(text)
    assert message in refused.value.message


def test_names_are_compared_octet_by_octet() -> None:
    with pytest.raises(InputError, match="\u212a is not defined above"):
        policy.parse(f"witness K {witness_key(1)}\nquorum \u212a\n")


@given(
    st.lists(st.sampled_from(["log", "witness", "group", "quorum", "none", "any", "all", "1", "W1", "G", "\n", "#"]))
)
def test_no_text_breaks_the_reader_of_policies(words: list[str]) -> None:
    with suppress(OkuzukeError):
        policy.parse(WITNESSES + " ".join(words))
