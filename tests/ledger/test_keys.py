from __future__ import annotations

import stat
from pathlib import Path

import base58
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.ledger import keys

# github.com/w3c-ccg/did-method-key test-vectors/ed25519-x25519.json: seed, its did:key, its key in base58btc.
DID_KEYS = [
    (0, "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"),
    (1, "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG", "6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt"),
    (2, "did:key:z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf", "8pM1DN3RiT8vbom5u1sNryaNT1nyL8CTTW3b5PwWXRBH"),
    (3, "did:key:z6MkvqoYXQfDDJRv8L4wKzxYeuKyVZBfi9Qo6Ro8MiLH3kDQ", "HPYVwAQmskwT1qEEeRzhoomyfyupJGASQQtCXSNG8XS2"),
    (4, "did:key:z6MkwW6aqMnjgrhJXFUko3NnZPGzVpkNzhYK7yEhnsibmLwL", "J3qYF7YJMKCqQke47UQwiHizgFUXapHxRxKmxbkar89x"),
]
DID = DID_KEYS[0][1]

# RFC 8032 section 7.1, tests 1 and 2: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


def did_of_bytes(data: bytes) -> str:
    return "did:key:z" + base58.b58encode(data).decode()


@pytest.mark.parametrize(("seed", "did", "public_base58"), DID_KEYS)
def test_a_key_has_the_did_of_the_published_vectors(seed: int, did: str, public_base58: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big")).public_key()
    assert keys.did_of(key) == did
    assert keys.public_key(did).public_bytes_raw() == base58.b58decode(public_base58)


@given(st.binary(min_size=32, max_size=32))
def test_every_did_key_reads_back_as_its_key(seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    assert keys.public_key(keys.did_of(key)) == key


@pytest.mark.parametrize(
    "did",
    [
        DID.removeprefix("did:key:"),
        DID.removeprefix("did:key:z"),
        DID.replace("did:key:z", "did:key:"),
        DID.replace("did:key:z", "did:key:u"),
        DID.upper(),
        DID + " ",
        DID + "\n",
        " " + DID,
        DID + "1",
        DID[:-1],
        DID.replace("6Mk", "6Ml"),
        DID.replace("6Mk", "0Mk"),
        DID.replace("6Mk", "６Mk"),
        f"{DID}#{DID.removeprefix('did:key:')}",
        "did:web:okuzuke.example",
        # did-method-key, the X25519 key that belongs to the first vector: another multicodec.
        "did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW",
        did_of_bytes(bytes(32)),
        did_of_bytes(b"\xed\x01" + bytes(31)),
        did_of_bytes(b"\xed\x01" + bytes(33)),
        did_of_bytes(b"\xed\x01\xed\x01" + bytes(32)),
        "",
    ],
)
def test_a_did_key_has_one_spelling_and_any_other_is_refused(did: str) -> None:
    with pytest.raises(InputError, match="not an Ed25519 did:key"):
        keys.public_key(did)


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032, ids=["test 1", "test 2"])
def test_the_signatures_of_rfc_8032_verify(public: str, message: str, signature: str) -> None:
    did = did_of_bytes(b"\xed\x01" + bytes.fromhex(public))
    keys.verify(did, bytes.fromhex(signature), bytes.fromhex(message))


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032, ids=["test 1", "test 2"])
def test_a_signature_over_another_message_is_refused(public: str, message: str, signature: str) -> None:
    did = did_of_bytes(b"\xed\x01" + bytes.fromhex(public))
    with pytest.raises(CheckFailedError, match=f"the signature does not verify under {did}"):
        keys.verify(did, bytes.fromhex(signature), bytes.fromhex(message) + b"\0")


def test_a_signature_of_another_key_is_refused() -> None:
    signature = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1").sign(b"message")
    with pytest.raises(CheckFailedError, match="does not verify"):
        keys.verify(DID, signature, b"message")


def test_a_second_signature_made_from_the_first_is_refused() -> None:
    # RFC 8032 section 5.1.7: s must lie below the group order, or s + order would be a second spelling.
    order = 2**252 + 27742317777372353535851937790883648493
    signature = Ed25519PrivateKey.from_private_bytes(bytes(32)).sign(b"message")
    second = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    keys.verify(DID, signature, b"message")
    with pytest.raises(CheckFailedError, match="does not verify"):
        keys.verify(DID, second, b"message")


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(CheckFailedError, match="does not verify"):
        keys.verify(DID, bytes(length), b"message")


def test_a_saved_key_loads_again(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    keys.save(tmp_path / "author.pem", key)
    assert keys.load(tmp_path / "author.pem").private_bytes_raw() == bytes(32)


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    keys.save(tmp_path / "author.pem", Ed25519PrivateKey.generate())
    assert stat.S_IMODE((tmp_path / "author.pem").stat().st_mode) == 0o600


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "author.pem"
    keys.save(path, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(StateError, match=r"author\.pem exists") as found:
        keys.save(path, Ed25519PrivateKey.generate())
    assert found.value.remedy == "name another file; a key is never overwritten"
    assert keys.load(path).private_bytes_raw() == bytes(32)


def test_a_key_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "author.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(StateError, match="exists"):
        keys.save(tmp_path / "author.pem", Ed25519PrivateKey.generate())
    assert not (tmp_path / "elsewhere.pem").exists()


def test_a_key_for_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"cannot write .*author\.pem: No such file or directory"):
        keys.save(tmp_path / "missing" / "author.pem", Ed25519PrivateKey.generate())


def test_a_missing_key_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no key file") as found:
        keys.load(tmp_path / "author.pem")
    assert "--new-key" in found.value.remedy


@pytest.mark.parametrize("passphrase", [None, b"secret"])
def test_a_file_that_holds_no_open_ed25519_key_is_refused(tmp_path: Path, passphrase: bytes | None) -> None:
    path = tmp_path / "author.pem"
    protection = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection))
    with pytest.raises(InputError, match=r"author\.pem holds"):
        keys.load(path)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "author.pem"
    path.write_bytes(content)
    with pytest.raises(InputError, match="holds no readable key"):
        keys.load(path)
