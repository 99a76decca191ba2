"""Training-and-mining reservations in content credentials.

Sources: CAWG Training and Data Mining Assertion 1.1 (`cawg.training-mining`) and the C2PA assertion it replaced
(`c2pa.training-mining`). Every manifest of the chain is read, remote ones are never fetched, and what cannot be read
counts as a "no".
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping

import c2pa

from okuzuke.core.canonical import JsonObject

_LABELS = ("cawg.training-mining", "c2pa.training-mining")
_SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def reservation(data: bytes, media_type: str) -> str | None:
    """Return what the file's credentials reserve, in words, or None where it carries none that does.

    `allowed` is no reservation and no permission; `notAllowed`, `constrained` and anything unknown are reservations.
    """
    context = c2pa.Context.from_dict(_SETTINGS)
    try:
        with c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader:
            state, text = reader.get_validation_state(), reader.json()
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        return f"content credentials that cannot be read ({error})"
    if state not in ("Valid", "Trusted"):
        return f"content credentials that do not hold ({state})"
    # Foreign assertions may hold floats, which our own canonical JSON refuses, so the plain reader is the right one.
    for label, entries in _assertions(json.loads(text).get("manifests")):
        for name, entry in entries.items():
            use = entry.get("use") if isinstance(entry, Mapping) else None
            if use != "allowed":
                return f"{label} says {name}: {use}"
    return None


def _assertions(manifests: object) -> Iterator[tuple[str, JsonObject]]:
    """Yield every training-mining assertion of every manifest with its entries; odd shapes count as one entry."""
    for manifest in manifests.values() if isinstance(manifests, Mapping) else ():
        assertions = manifest.get("assertions", ()) if isinstance(manifest, Mapping) else ()
        for assertion in assertions if isinstance(assertions, list) else ():
            label = str(assertion.get("label", "")) if isinstance(assertion, Mapping) else ""
            if label.startswith(_LABELS):
                content = assertion.get("data")
                entries = content.get("entries") if isinstance(content, Mapping) else None
                yield label, entries if isinstance(entries, Mapping) else {"entries": None}
