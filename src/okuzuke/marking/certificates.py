"""An archive's certificates, root -> intermediate -> leaf, and the judgement of a chain at a given instant, offline.

Sources: RFC 5280 sections 4.2 and 6.1; C2PA 2.x (certificate profile). All keys are Ed25519 (RFC 8410),
whose signatures are deterministic, so the same entropy gives the same certificates, bit for bit.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from okuzuke.core.canonical import decode_base64
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.intervals import format_instant

CLAIM_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
"""The C2PA purpose that a leaf must have; e-mail protection is there for readers of C2PA 1.x."""

LONGEST_NAME: Final = 64
LONGEST_CHAIN: Final = 6

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_JUDGED = frozenset({ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE})
_ASK = "ask the operator for its certificates and compare them with the roots in your trust file"

Extension = TypeVar("Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Authority:
    """Three keys and their certificates as PEM; only `leaf_key` is needed to sign pictures.

    `root` is what a reader pins; `chain` is what travels in each picture, leaf first, without the root.
    """

    root_key: Ed25519PrivateKey
    intermediate_key: Ed25519PrivateKey
    leaf_key: Ed25519PrivateKey
    root: str
    chain: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Validity:
    """All certificates begin at `start`; root and intermediate last to `authority_end`, the leaf to `leaf_end`.

    The signing library compares the leaf with the machine's own clock, so it has to be inside as well.
    """

    start: datetime
    leaf_end: datetime
    authority_end: datetime

    def __post_init__(self) -> None:
        """Refuse instants without a zone, below the second, or out of order."""
        for instant in (self.start, self.leaf_end, self.authority_end):
            if instant.tzinfo is None or instant.microsecond:
                raise InputError(
                    f"a certificate needs whole seconds with a zone: {instant.isoformat()}",
                    remedy="write 2026-12-01T00:00:00Z",
                )
        if not self.start < self.leaf_end <= self.authority_end:
            raise InputError(
                "a certificate ends after it starts, and no later than its issuer's",
                remedy="give start < leaf_end <= authority_end",
            )


def make(operator: str, valid: Validity, entropy: Callable[[int], bytes]) -> Authority:
    """Return a new authority whose subjects have the operator's name; keys and serial numbers come from `entropy`."""
    if not operator or len(operator) > LONGEST_NAME:
        raise InputError(
            f"a certificate holds a name of 1 to {LONGEST_NAME} characters, this one has {len(operator)}",
            remedy="give the operator's shorter name",
        )
    root_key, intermediate_key, leaf_key = (Ed25519PrivateKey.from_private_bytes(entropy(32)) for _ in range(3))
    root = _issue(_name(operator, "root"), root_key, None, valid.authority_end, _common(valid, entropy))
    issuer = (root, root_key)
    name = _name(operator, "intermediate")
    middle = _issue(name, intermediate_key, issuer, valid.authority_end, _common(valid, entropy))
    name = _name(operator, "content credentials")
    leaf = _issue(name, leaf_key, (middle, intermediate_key), valid.leaf_end, _common(valid, entropy), authority=False)
    return Authority(root_key, intermediate_key, leaf_key, to_pem(root), (to_pem(leaf), to_pem(middle)))


def to_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def from_pem(text: str) -> x509.Certificate:
    """Return the one certificate in a PEM text."""
    found = _PEM.fullmatch(text.strip())
    if found is None:
        raise InputError(f"not one certificate in PEM: {text[:40]!r}", remedy="give one certificate in PEM")
    return from_der(decode_base64("".join(found.group(1).split())))


def from_der(data: bytes) -> x509.Certificate:
    """Return the certificate in these bytes, its key of a kind that can be read."""
    try:
        with warnings.catch_warnings():
            # What the parser only warns of, such as a serial number of zero, RFC 5280 forbids.
            warnings.simplefilter("error")
            certificate = x509.load_der_x509_certificate(data)
            certificate.public_key()
    except (ValueError, Warning, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise InputError(f"a certificate cannot be read: {error}", remedy=_ASK) from error
    return certificate


def check_chain(chain: Sequence[str], roots: Sequence[str], at: datetime) -> None:
    """Raise `CheckFailedError` unless the leaf could sign claims at `at` under one of the roots.

    The chain is leaf first, each issued by the next, the last by a root of `roots` or being one. Judged at `at`, never
    now: every validity, the root's too, signatures, basic constraints with path length, key usage, the leaf's purpose.
    Revocation is not judged: it would need the network.
    """
    anchors = [from_pem(text) for text in roots]
    if not 1 <= len(chain) <= LONGEST_CHAIN:
        raise _refusal(f"a chain has 1 to {LONGEST_CHAIN} certificates, this one {len(chain)}")
    path = [from_pem(text) for text in chain]
    try:
        if path[-1] not in anchors:
            path.append(_anchor(path[-1], anchors))
        _check_leaf(path[0])
        for below, (issued, issuer) in enumerate(pairwise(path)):
            _check_issuer(issuer, below)
            if not _issued_by(issued, issuer):
                raise _refusal(f"the certificate of {_shown(issued)} was not issued by {_shown(issuer)}")
        for certificate in path:
            _check_validity(certificate, at)
            _check_extensions(certificate)
    except (ValueError, x509.DuplicateExtension) as error:
        raise _refusal(f"a certificate of the chain cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class _Common:
    start: datetime
    serial: int


def _common(valid: Validity, entropy: Callable[[int], bytes]) -> _Common:
    # RFC 5280 section 4.1.2.2: positive and at most 20 octets, of which the first bit is the sign.
    return _Common(valid.start, int.from_bytes(entropy(19), "big") | 1 << 151)


def _issue(
    subject: x509.Name,
    key: Ed25519PrivateKey,
    issuer: tuple[x509.Certificate, Ed25519PrivateKey] | None,
    end: datetime,
    common: _Common,
    *,
    authority: bool = True,
) -> x509.Certificate:
    issuer_name, issuer_key = (issuer[0].subject, issuer[1]) if issuer else (subject, key)
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer_name, public_key=key.public_key())
        .serial_number(common.serial)
        .not_valid_before(common.start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, None)


def _name(operator: str, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, operator),
            x509.NameAttribute(NameOID.COMMON_NAME, f"okuzuke {role}"),
        ]
    )


def _anchor(last: x509.Certificate, anchors: Sequence[x509.Certificate]) -> x509.Certificate:
    for anchor in anchors:
        if _issued_by(last, anchor):
            return anchor
    raise _refusal(f"untrusted: no root in your trust issued the certificate of {_shown(last)}")


def _issued_by(issued: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _check_issuer(issuer: x509.Certificate, below: int) -> None:
    """`below` counts the intermediates between this issuer and the leaf, which its path length bounds."""
    constraints, usage = _extension(issuer, x509.BasicConstraints), _extension(issuer, x509.KeyUsage)
    if constraints is None or not constraints.ca or usage is None or not usage.key_cert_sign:
        raise _refusal(f"{_shown(issuer)} may not issue certificates")
    if constraints.path_length is not None and below > constraints.path_length:
        raise _refusal(f"{_shown(issuer)} may have {constraints.path_length} issuers below it, not {below}")


def _check_leaf(leaf: x509.Certificate) -> None:
    constraints, usage = _extension(leaf, x509.BasicConstraints), _extension(leaf, x509.KeyUsage)
    if (constraints is not None and constraints.ca) or usage is None or not usage.digital_signature:
        raise _refusal(f"{_shown(leaf)} may issue certificates or may not sign; a leaf signs and issues none")
    purposes = _extension(leaf, x509.ExtendedKeyUsage)
    if purposes is None or CLAIM_SIGNING not in purposes:
        raise _refusal(f"{_shown(leaf)} is not made to sign content credentials ({CLAIM_SIGNING.dotted_string})")


def _check_validity(certificate: x509.Certificate, at: datetime) -> None:
    # RFC 5280 section 4.1.2.5: both ends are inside.
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < start:
        raise _refusal(
            f"the certificate of {_shown(certificate)} is valid from {format_instant(start)}, "
            f"not yet at {format_instant(at)}"
        )
    if at > end:
        raise _refusal(
            f"the certificate of {_shown(certificate)} expired at {format_instant(end)}, before {format_instant(at)}"
        )


def _check_extensions(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _JUDGED:
            raise _refusal(
                f"{_shown(certificate)} has a critical extension {extension.oid.dotted_string}, not judged here"
            )


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _shown(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _refusal(message: str) -> CheckFailedError:
    return CheckFailedError(message, remedy=_ASK)
