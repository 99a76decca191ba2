from __future__ import annotations

import pytest

from okuzuke.core.errors import CheckFailedError
from okuzuke.marking import boxes
from okuzuke.marking.boxes import Cbor, decode


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1_000_000),
        ("1b000000e8d4a51000", 1_000_000_000_000),
        ("20", -1),
        ("3903e7", -1000),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("40", b""),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("6161", "a"),
        ("62c3bc", "ü"),
        ("80", []),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a201020304", {1: 2, 3: 4}),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("c11a514b67b0", 1_363_896_240),
    ],
)
def test_the_examples_of_rfc_8949_appendix_a_read_as_it_says(encoded: str, value: Cbor) -> None:
    assert decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "18",
        "1901",
        "42aa",
        "8101ff",
        "9f01ff",
        "5f4101ff",
        "f90014",
        "fb3ff199999999999a",
        "f7",
        "a201020103",
        "a18001",
    ],
)
def test_cbor_that_is_cut_off_doubled_indefinite_or_a_float_is_refused(encoded: str) -> None:
    with pytest.raises(CheckFailedError, match="damaged"):
        decode(bytes.fromhex(encoded))


def test_cbor_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(CheckFailedError, match="nested too deep"):
        decode(b"\x81" * 100_000)


@pytest.mark.parametrize(
    "store", [b"", b"nothing at all", b"\0\0\0\x08jumb", b"\0\0\0\x07jumb", b"\xff\xff\xff\xffjumb"]
)
def test_what_is_no_manifest_store_is_refused(store: bytes) -> None:
    with pytest.raises(CheckFailedError, match="damaged"):
        boxes.manifests(store)
