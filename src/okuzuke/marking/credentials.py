"""Content credentials (C2PA) of delivered pictures: signing, reading, and checking as of a recorded instant.

The library judges by the machine's clock and lets a child stand on a broken ingredient. Here certificates are judged at
the instant that is asked for, and every manifest and every ingredient of the file has to hold. Nothing is fetched.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Self

import c2pa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import digest
from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.marking import boxes, salting, signature
from okuzuke.marking.certificates import CLAIM_SIGNING, check_chain, from_pem
from okuzuke.marking.claim import LEDGER, Claim

PNG = "image/png"

_OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
_SIGNING = {"verify": {**_OFFLINE, "verify_after_sign": False}, "builder": {"thumbnail": {"enabled": False}}}
_EXPIRED = "signingCredential.expired"
_JUDGED_APART = frozenset({"signingCredential.untrusted", _EXPIRED})
_WORDS = {
    "assertion.dataHash.mismatch": "the picture was changed after it was signed",
    "assertion.hashedURI.mismatch": "an assertion was changed after it was signed",
    "claimSignature.mismatch": "the claim signature does not hold",
}
_DELIVERED = "ask for the file as it was delivered"


class State(StrEnum):
    """The library's own verdict at the machine's time; `VALID` is whole but under no root of the reader's."""

    TRUSTED = "Trusted"
    VALID = "Valid"
    INVALID = "Invalid"


@dataclass(frozen=True, slots=True)
class Action:
    """What was done, such as `c2pa.created`; None where no source type is given."""

    name: str
    source_type: str | None


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What went into a manifest: `manifest` names the one that says so, `id` the ingredient itself."""

    manifest: str
    name: str
    id: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A C2PA status code and the box that it speaks of."""

    code: str
    where: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a file says of itself. `origin`, `output` and `model` are None where it does not name an okuzuke output.

    `manifest` is the label of the picture's own. `chains` holds each manifest's certificates, leaf first, the picture's
    own last; under each leaf its claim's signature holds. `failures` are the library's, ingredients of ingredients
    included.
    """

    manifest: str
    state: State
    origin: str | None
    output: str | None
    model: str | None
    actions: tuple[Action, ...]
    ingredients: tuple[Ingredient, ...]
    chains: tuple[tuple[str, ...], ...]
    failures: tuple[Failure, ...]

    @property
    def chain(self) -> tuple[str, ...]:
        """The certificates under which the picture's own claim is signed, leaf first."""
        return self.chains[-1]


class Signer:
    """Signs claims with a leaf key whose chain, leaf first and without the root, travels in each file."""

    def __init__(self, key: Ed25519PrivateKey, chain: Sequence[str]) -> None:
        if not chain or from_pem(chain[0]).public_key() != key.public_key():
            raise InputError("the leaf certificate is of another key", remedy="give the key and its chain, leaf first")
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.key = key
        # A callback would keep the key out of the library, which then reserves 10 kB of zeros in every file.
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ED25519, "".join(chain).encode("ascii"), pem, None)
        try:
            self.native = c2pa.Signer.from_info(info)
        except c2pa.C2paError as error:
            raise InputError(f"these certificates cannot sign: {error}", remedy="make a new chain") from error
        self.context = c2pa.Context.from_dict(_SIGNING)

    def close(self) -> None:
        self.native.close()
        self.context.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sign(data: bytes, claim: Claim, signer: Signer, media_type: str = PNG) -> bytes:
    """Return the picture with its credentials inside; the same picture, claim and signer give the same bytes.

    PNG, JPEG and WebP. The pixels stay as they are. Credentials that the file already carried are replaced, not named.
    """
    manifest = claim.manifest()
    out = io.BytesIO()
    try:
        with c2pa.Builder(manifest, context=signer.context) as builder:
            store = builder.sign(signer.native, media_type, io.BytesIO(data), out)
    except c2pa.C2paError.Signature as error:
        raise StateError(
            f"the library refuses to sign: {error}", remedy="check the machine's clock and the leaf certificate's days"
        ) from error
    except c2pa.C2paError as error:
        raise InputError(f"this {media_type} cannot be signed: {error}", remedy="use PNG, JPEG or WebP") from error
    salting.embed(out, store, salting.settle(store, digest(manifest.encode("utf-8")), signer.key))
    return out.getvalue()


def read(data: bytes, media_type: str, roots: Sequence[str]) -> Credentials:
    """Return what the file says of itself and what the library finds wrong with it; `state` is as of the machine's now.

    A file without credentials, with some that cannot be read, or with a claim signature that does not hold is a
    `CheckFailedError`.
    """
    found, store = _opened(data, media_type, roots)
    held = boxes.manifests(store)
    label = _text(found, "active_manifest")
    manifests = found.get("manifests")
    if not held or held[-1].label != label or not isinstance(manifests, Mapping):
        raise boxes.damaged("the last manifest is not the active one")
    ledger = _assertion(manifests.get(label), LEDGER)
    return Credentials(
        manifest=str(label),
        state=State(str(found.get("validation_state"))),
        origin=_text(ledger, "origin"),
        output=_text(ledger, "output"),
        model=_text(ledger, "model"),
        actions=tuple(_actions(manifests.get(label))),
        ingredients=tuple(_ingredients(manifests)),
        chains=tuple(signature.signer_chain(store, manifest) for manifest in held),
        failures=tuple(dict.fromkeys(_failures(found))),
    )


def check(data: bytes, media_type: str, roots: Sequence[str], at: datetime) -> Credentials:
    """Return the credentials if all of them hold under the roots at `at`, the instant the file was recorded.

    Judged: the bytes against the hard binding, every assertion, every claim signature, every ingredient, and each
    manifest's certificates at `at`. `CheckFailedError` names what does not hold.
    """
    found = read(data, media_type, roots)
    broken = [_told(failure, found.manifest) for failure in found.failures if failure.code not in _JUDGED_APART]
    if broken:
        raise CheckFailedError("the content credentials do not hold: " + "; ".join(broken), remedy=_DELIVERED)
    for chain in found.chains:
        check_chain(chain, roots, at)
    # The state is Invalid for a failure only; the one that may be left is a certificate's day, judged above.
    if found.state is State.INVALID and not any(one.code == _EXPIRED for one in found.failures):
        raise CheckFailedError("the content credentials do not hold (Invalid)", remedy=_DELIVERED)
    return found


def _opened(data: bytes, media_type: str, roots: Sequence[str]) -> tuple[Mapping[str, object], bytes]:
    """Return the library's report and the bytes of the manifest store."""
    settings: dict[str, object] = {"verify": _OFFLINE}
    if roots:
        settings["trust"] = {"trust_anchors": "".join(roots), "trust_config": CLAIM_SIGNING.dotted_string + "\n"}
    store = io.BytesIO()
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            found = json.loads(reader.json())
            # Asked for any box by its full name, the library writes the whole store that it has read.
            reader.resource_to_stream(f"self#jumbf=/c2pa/{found.get('active_manifest')}/{signature.SIGNATURE}", store)
    except c2pa.C2paError.ManifestNotFound as error:
        raise CheckFailedError("the file carries no content credentials", remedy=_DELIVERED) from error
    except c2pa.C2paError as error:
        raise CheckFailedError(f"the content credentials cannot be read: {error}", remedy=_DELIVERED) from error
    return found, store.getvalue()


def _failures(found: object) -> Iterator[Failure]:
    """Yield every failed status anywhere in the report, ingredients of ingredients included."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            if name in {"failure", "validation_status"} and isinstance(value, list):
                yield from (_failure(status) for status in value)
            elif name != "assertions":
                yield from _failures(value)
    elif isinstance(found, list):
        for value in found:
            yield from _failures(value)


def _told(failure: Failure, manifest: str) -> str:
    whose = "an ingredient: " if "/c2pa/" in failure.where and manifest not in failure.where else ""
    return f"{whose}{_WORDS.get(failure.code, failure.explanation)} ({failure.code})"


def _failure(status: object) -> Failure:
    return Failure(_text(status, "code") or "?", _text(status, "url") or "?", _text(status, "explanation") or "")


def _assertion(manifest: object, label: str) -> object:
    """Return the data of the one assertion of this label, else None."""
    found = [item.get("data") for item in _list(manifest, "assertions") if _text(item, "label") == label]
    return found[0] if len(found) == 1 else None


def _actions(manifest: object) -> Iterator[Action]:
    for assertion in _list(manifest, "assertions"):
        if (_text(assertion, "label") or "").startswith("c2pa.actions"):
            for action in _list(assertion.get("data"), "actions"):
                yield Action(_text(action, "action") or "?", _text(action, "digitalSourceType"))


def _ingredients(manifests: Mapping[str, object]) -> Iterator[Ingredient]:
    for label, manifest in manifests.items():
        for item in _list(manifest, "ingredients"):
            identity = _text(item, "instance_id") or _text(item, "active_manifest") or "?"
            yield Ingredient(label, _text(item, "title") or "", identity, _text(item, "relationship") or "?")


def _list(value: object, name: str) -> list[Mapping[str, object]]:
    items = value.get(name) if isinstance(value, Mapping) else None
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _text(value: object, name: str) -> str | None:
    text = value.get(name) if isinstance(value, Mapping) else None
    return text if isinstance(text, str) else None
