from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from marking.conftest import certificate, entropy, valid, year
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.marking import certificates
from okuzuke.marking.certificates import CLAIM_SIGNING, Authority, Validity, check_chain, from_pem, make, to_pem


def test_the_same_entropy_gives_the_same_chain_bit_for_bit() -> None:
    one, two = (make("Archive", valid(), entropy("seed")) for _ in range(2))

    assert (one.root, one.chain) == (two.root, two.chain)
    assert make("Archive", valid(), entropy("other seed")).root != one.root


def test_a_leaf_has_the_profile_that_c2pa_asks_for(authority: Authority) -> None:
    leaf = certificate(authority.chain[0])

    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING]
    issuer = certificate(authority.chain[1]).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert named.key_identifier == issuer.digest
    assert leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "架空アーカイブ"


def test_every_serial_number_is_its_own_and_positive(authority: Authority) -> None:
    serials = {certificate(pem).serial_number for pem in (authority.root, *authority.chain)}

    assert len(serials) == 3
    assert all(0 < serial < 1 << 159 for serial in serials)


def test_a_chain_holds_under_its_root_with_or_without_the_root_in_it(authority: Authority) -> None:
    check_chain(authority.chain, (authority.root,), year(2026))
    check_chain((*authority.chain, authority.root), (authority.root,), year(2026))


def test_a_chain_holds_under_one_of_several_roots(authority: Authority, stranger: Authority) -> None:
    check_chain(authority.chain, (stranger.root, authority.root), year(2026))


def test_a_chain_holds_where_its_intermediate_is_pinned(authority: Authority) -> None:
    check_chain(authority.chain, (authority.chain[1],), year(2026))


def test_a_chain_under_another_root_is_untrusted(authority: Authority, stranger: Authority) -> None:
    for roots in ((), (stranger.root,)):
        with pytest.raises(CheckFailedError, match="untrusted: no root"):
            check_chain(authority.chain, roots, year(2026))


def test_a_root_of_the_same_name_with_another_key_is_untrusted(authority: Authority) -> None:
    namesake = make("架空アーカイブ", valid(), entropy("namesake"))

    with pytest.raises(CheckFailedError, match="untrusted"):
        check_chain(authority.chain, (namesake.root,), year(2026))


def test_a_chain_is_judged_at_the_instant_asked_for(authority: Authority) -> None:
    check_chain(authority.chain, (authority.root,), year(2020))
    check_chain(authority.chain, (authority.root,), year(2045))

    with pytest.raises(CheckFailedError, match="expired at 2045"):
        check_chain(authority.chain, (authority.root,), year(2045) + timedelta(seconds=1))
    with pytest.raises(CheckFailedError, match="not yet at 2019"):
        check_chain(authority.chain, (authority.root,), year(2020) - timedelta(microseconds=1))


def test_an_expired_root_holds_nothing() -> None:
    short = Validity(year(2020), year(2022), year(2022))
    old = make("Archive", short, entropy("seed"))

    with pytest.raises(CheckFailedError, match="expired at 2022"):
        check_chain(old.chain, (old.root,), year(2023))


def test_a_leaf_of_one_chain_on_the_intermediate_of_another_is_refused(
    authority: Authority, stranger: Authority
) -> None:
    with pytest.raises(CheckFailedError, match="was not issued by"):
        check_chain((authority.chain[0], stranger.chain[1]), (stranger.root,), year(2026))


def test_a_leaf_issues_no_certificates(authority: Authority) -> None:
    forged = _leaf_of(authority, issuer=authority.chain[0], key=authority.leaf_key)

    with pytest.raises(CheckFailedError, match="may not issue certificates"):
        check_chain((forged, *authority.chain), (authority.root,), year(2026))


def test_an_issuer_signs_no_claims(authority: Authority) -> None:
    with pytest.raises(CheckFailedError, match="a leaf signs and issues none"):
        check_chain(authority.chain[1:], (authority.root,), year(2026))


def test_a_leaf_made_for_another_purpose_is_refused(authority: Authority) -> None:
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    server = _leaf_of(authority, purpose, issuer=authority.chain[1], key=authority.intermediate_key)

    with pytest.raises(CheckFailedError, match="not made to sign content credentials"):
        check_chain((server, authority.chain[1]), (authority.root,), year(2026))


def test_a_critical_extension_that_is_not_judged_is_refused(authority: Authority) -> None:
    policy = x509.InhibitAnyPolicy(0)
    odd = _leaf_of(authority, _purposes(), policy, issuer=authority.chain[1], key=authority.intermediate_key)

    with pytest.raises(CheckFailedError, match=r"critical extension 2\.5\.29\.54"):
        check_chain((odd, authority.chain[1]), (authority.root,), year(2026))


def test_a_chain_has_one_to_six_certificates(authority: Authority) -> None:
    for chain in ((), authority.chain * 4):
        with pytest.raises(CheckFailedError, match="1 to 6 certificates"):
            check_chain(chain, (authority.root,), year(2026))


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n="],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="certificate"):
        from_pem(text)


def test_two_certificates_in_one_text_are_refused(authority: Authority) -> None:
    with pytest.raises(InputError, match="not one certificate"):
        from_pem("".join(authority.chain))


def test_a_certificate_reads_back_as_it_was_written(authority: Authority) -> None:
    assert to_pem(from_pem(authority.root)) == authority.root


def test_days_out_of_order_or_without_a_zone_are_refused() -> None:
    with pytest.raises(InputError, match="no later than its issuer"):
        Validity(year(2020), year(2030), year(2025))
    with pytest.raises(InputError, match="with a zone"):
        replace(valid(), start=year(2020).replace(tzinfo=None))
    with pytest.raises(InputError, match="whole seconds"):
        replace(valid(), start=year(2020).replace(microsecond=1))


def test_a_name_that_no_certificate_holds_is_refused() -> None:
    for name in ("", "長" * 65):
        with pytest.raises(InputError, match="1 to 64 characters"):
            make(name, valid(), entropy("seed"))


def _purposes() -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([CLAIM_SIGNING])


def _leaf_of(authority: Authority, *extensions: x509.ExtensionType, issuer: str, key: Ed25519PrivateKey) -> str:
    """Return a certificate of the leaf's key under this issuer; all extensions but a purpose are critical."""
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # X.509's order
    builder = (
        x509.CertificateBuilder()
        .subject_name(certificates._name("Forger", "leaf"))
        .issuer_name(certificate(issuer).subject)
        .public_key(authority.leaf_key.public_key())
        .serial_number(7)
        .not_valid_before(year(2020))
        .not_valid_after(year(2030))
        .add_extension(usage, critical=True)
    )
    for extension in extensions or (_purposes(),):
        builder = builder.add_extension(extension, critical=not isinstance(extension, x509.ExtendedKeyUsage))
    return to_pem(builder.sign(key, None))
