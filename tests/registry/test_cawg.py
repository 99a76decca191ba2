from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from PIL import Image

from okuzuke.registry.signals.cawg import reservation

START = datetime(2026, 1, 1, tzinfo=UTC)


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (199, 62, 43)).save(out, "PNG")
    return out.getvalue()


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: tuple[str, ec.EllipticCurvePrivateKey] | None
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Okuzuke"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
        )

    signer_name, signer_key = issuer or (name, key)
    root = issuer is None
    usage = x509.KeyUsage(not root, False, False, False, False, root, root, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(signer_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=7300))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key.public_key()), critical=False)
    )
    if not root:
        purpose = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.4")])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(signer_key, hashes.SHA256())


def _signed(assertions: list[dict[str, object]]) -> bytes:
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate("leaf", leaf_key, ("root", root_key))
    chain = leaf.public_bytes(serialization.Encoding.PEM) + _certificate("root", root_key, None).public_bytes(
        serialization.Encoding.PEM
    )

    def sign(data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(leaf_key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    drawn = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
    created = {
        "label": "c2pa.actions",
        "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": drawn}]},
    }
    manifest = json.dumps({"claim_generator_info": [{"name": "test"}], "assertions": [created, *assertions]})
    context = c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    signer = c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, chain.decode(), None)
    out = io.BytesIO()
    with c2pa.Builder(manifest, context=context) as builder:
        builder.sign(signer, "image/png", io.BytesIO(_picture()), out)
    return out.getvalue()


def _mining(label: str, use: str) -> list[dict[str, object]]:
    key = "cawg.ai_generative_training" if label.startswith("cawg") else "c2pa.ai_generative_training"
    return [{"label": label, "data": {"entries": {key: {"use": use}}}}]


def test_a_picture_without_credentials_reserves_nothing() -> None:
    assert reservation(_picture(), "image/png") is None


def test_credentials_that_say_nothing_of_training_reserve_nothing() -> None:
    assert reservation(_signed([]), "image/png") is None


@pytest.mark.parametrize("label", ["cawg.training-mining", "c2pa.training-mining"])
@pytest.mark.parametrize("use", ["notAllowed", "constrained", "a word of tomorrow"])
def test_anything_but_allowed_is_a_reservation(label: str, use: str) -> None:
    assert use in (reservation(_signed(_mining(label, use)), "image/png") or "")


@pytest.mark.parametrize("label", ["cawg.training-mining", "c2pa.training-mining"])
def test_allowed_is_no_reservation(label: str) -> None:
    assert reservation(_signed(_mining(label, "allowed")), "image/png") is None


def test_credentials_whose_picture_was_changed_count_as_a_reservation() -> None:
    signed = bytearray(_signed(_mining("cawg.training-mining", "allowed")))
    signed[-20] ^= 1

    assert reservation(bytes(signed), "image/png") is not None
