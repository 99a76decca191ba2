"""Models, pictures, shares and money tampered with, most of it with the operator's help."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from PIL import Image

from okuzuke.accounts import book
from okuzuke.attribution.reliability import reliability_ppm
from okuzuke.audit.verifier import Joint
from okuzuke.core.canonical import Json, JsonObject, digest
from okuzuke.core.ids import AssetId, Entry, RowId, SetRoot
from okuzuke.core.intervals import format_instant
from okuzuke.demo.cast import THIEF
from okuzuke.demo.forger import Change, Forger, changed
from okuzuke.demo.seed import FIRST_DAY
from okuzuke.demo.specimens import Specimen, Tampering
from okuzuke.training.card import DEDICATIONS

_PUBLIC = ("credentialSubject", "public")
_CREDENTIALS = b"caBX"
"""The PNG chunk that content credentials travel in (C2PA 2.x, embedding in PNG)."""
_SIGNATURE = 8
_AROUND = 12
"""Bytes of a chunk around its data: length, type and CRC (PNG, section 5.3)."""
_MOVED = 1000


def _renamed_model(forger: Forger) -> bytes:
    model = forger.only("model")
    name = str(forger.public(model)["name"]).replace(DEDICATIONS, "").strip()
    return _stated(forger, {model: ("name", name)})


def _model_hash(forger: Forger) -> bytes:
    model = forger.only("model")
    return _stated(forger, {model: ("model", _other(str(forger.public(model)["model"])))})


def _pixel_digest(forger: Forger) -> bytes:
    told = str(forger.public(forger.subject)["pixel_digest"])
    return _stated(forger, {forger.subject: ("pixel_digest", _other(told))})


def _pixel(forger: Forger) -> bytes:
    asset, data = _picture(forger)
    files = {**forger.bundle.files, asset: _repainted(data)}
    return replace(forger.bundle, files=files).to_bytes()


def _pixel_recorded(forger: Forger) -> bytes:
    asset, data = _picture(forger)
    return forger.remade(Change(files={asset: _repainted(data)})).to_bytes()


def _stripped(forger: Forger) -> bytes:
    asset, data = _picture(forger)
    bare = b"".join(chunk for name, chunk in _chunks(data) if name != _CREDENTIALS)
    return forger.remade(Change(files={asset: bare})).to_bytes()


def _others_credentials(forger: Forger) -> bytes:
    asset, data = _picture(forger)
    other = next(found for found in forger.workshop.pictures if digest(found).hex() != asset)
    (theirs,) = (chunk for name, chunk in _chunks(other) if name == _CREDENTIALS)
    mixed = b"".join(theirs if name == _CREDENTIALS else chunk for name, chunk in _chunks(data))
    return forger.remade(Change(files={asset: mixed})).to_bytes()


def _part(forger: Forger) -> bytes:
    """Open all parts and features to a payee, a thousandth of the output given to another unit than the head says."""
    shares = forger.only("shares")
    root = SetRoot(str(cast("JsonObject", forger.public(shares)["parts"])["root"]))
    rows = forger.workshop.rows(root)
    output = Entry(str(forger.public(shares)["output"]))
    disclosures = {**forger.bundle.disclosures, output: forger.workshop.disclosures(output)}
    whole = replace(forger.bundle, rows={**forger.bundle.rows, **rows}, disclosures=disclosures)
    by_part = sorted(rows.values(), key=lambda row: int(cast("int", row.document["ppm"])))
    least, most = by_part[0], by_part[-1]
    given: dict[RowId, JsonObject] = {
        row.key: {**row.document, "ppm": int(cast("int", row.document["ppm"])) + by}
        for row, by in ((most, -_MOVED), (least, _MOVED))
    }
    return Forger(forger.workshop, whole).remade(Change(rows=given)).to_bytes()


def _rates_backdated(forger: Forger) -> bytes:
    """Show a user the announced table beside the one in force, as if it had begun on the calendar's first day."""
    announced = forger.workshop.last("rates")
    documents = {**forger.bundle.documents, announced: forger.workshop.document(announced)}
    shown = Forger(forger.workshop, replace(forger.bundle, documents=documents))
    return _stated(shown, {announced: ("effective_from", format_instant(FIRST_DAY))})


def _amount(forger: Forger) -> bytes:
    """Pay one line a yen more."""
    row = next(row for row in forger.bundle.rows.values() if row.document.get("payee") == forger.bundle.reader)
    told = cast("JsonObject", row.document["amount"])
    more = {**row.document, "amount": {**told, "amount": str(int(str(told["amount"])) + 1_000_000)}}
    return forger.remade(Change(rows={row.key: more})).to_bytes()


def _rerouted(forger: Forger) -> bytes:
    """Pay the reader's lines into the reposting account, the payee left as it is."""
    thief = forger.workshop.party(THIEF.names.name)
    own = (row for row in forger.bundle.rows.values() if row.document.get("payee") == forger.bundle.reader)
    rows = {row.key: {**row.document, "credit": book.payable(thief, "JPY").path} for row in own}
    return forger.remade(Change(rows=rows)).to_bytes()


def _fees_shut(forger: Forger) -> bytes:
    """Keep from a payee what licences took of its outputs, so that its lines could say anything."""
    rows = {key: row for key, row in forger.bundle.rows.items() if "fees" not in row.document}
    return replace(forger.bundle, rows=rows).to_bytes()


def _trials(forger: Forger) -> bytes:
    """Say that the scorer was right in every one of a thousand trials."""
    scorer = forger.only("scorer")
    classes = int(cast("int", forger.public(scorer)["classes"]))
    told: JsonObject = {"correct": 1000, "trials": 1000, "rho_ppm": reliability_ppm(1000, 1000, classes)}

    def edited(stated: JsonObject) -> JsonObject:
        for name, value in told.items():
            stated = changed(stated, [*_PUBLIC, name], value)
        return stated

    return forger.remade(Change(statements={scorer: edited})).to_bytes()


def _licence(forger: Forger) -> bytes:
    """Let the output say that its buyer has all rights."""
    return _stated(forger, {forger.subject: ("licence", "all rights are the buyer's")})


def _stated(forger: Forger, members: Mapping[Entry, tuple[str, Json]]) -> bytes:
    """Return the bundle of a log in which public members of some statements were others, and all that follows."""

    def editing(name: str, value: Json) -> Callable[[JsonObject], JsonObject]:
        return lambda stated: changed(stated, [*_PUBLIC, name], value)

    edits = {entry: editing(name, value) for entry, (name, value) in members.items()}
    return forger.remade(Change(statements=edits)).to_bytes()


def _picture(forger: Forger) -> tuple[AssetId, bytes]:
    asset = AssetId(str(forger.public(forger.subject)["file"]))
    return asset, forger.bundle.files[asset]


def _repainted(data: bytes) -> bytes:
    """Return the picture with its first pixel one step brighter or darker."""
    with Image.open(io.BytesIO(data)) as image:
        red, green, blue = cast("tuple[int, int, int]", image.getpixel((0, 0)))
        image.putpixel((0, 0), (red ^ 1, green, blue))
        out = io.BytesIO()
        image.save(out, "PNG")
    return out.getvalue()


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a PNG with their types, the signature first. Source: PNG specification, section 5."""
    found = [(b"", data[:_SIGNATURE])]
    at = _SIGNATURE
    while at < len(data):
        end = at + _AROUND + int.from_bytes(data[at : at + 4])
        assert zlib.crc32(data[at + 4 : end - 4]) == int.from_bytes(data[end - 4 : end]), "the file is whole"
        found.append((data[at + 4 : at + 8], data[at:end]))
        at = end
    return found


def _other(text: str) -> str:
    return text[1:] + text[0] if text[0] != text[-1] else digest(text.encode()).hex()


TAMPERINGS = (
    Tampering("画像の1画素を変更", "one pixel of the picture changed", Joint.FILES, Specimen.PICTURE, _pixel),
    Tampering(
        "運営者も加担：モデル名から「CC0宣言を含む」を削除",
        "with the operator's help: the model's name no longer says that dedications are in it",
        Joint.MODEL,
        Specimen.PICTURE,
        _renamed_model,
    ),
    Tampering(
        "運営者も加担：モデルのハッシュを書換え",
        "with the operator's help: the model's hash rewritten",
        Joint.OUTPUTS,
        Specimen.PICTURE,
        _model_hash,
    ),
    Tampering(
        "運営者も加担：生成物の画素ダイジェストを書換え",
        "with the operator's help: the output's pixel digest rewritten",
        Joint.OUTPUTS,
        Specimen.PICTURE,
        _pixel_digest,
    ),
    Tampering(
        "運営者も加担：1画素を変えた画像を記載し直す",
        "with the operator's help: a picture with another pixel put on record",
        Joint.PICTURE,
        Specimen.PICTURE,
        _pixel_recorded,
    ),
    Tampering(
        "運営者も加担：来歴情報を取り除いた画像を記載し直す",
        "with the operator's help: the content credentials stripped",
        Joint.CREDENTIALS,
        Specimen.PICTURE,
        _stripped,
    ),
    Tampering(
        "運営者も加担：来歴情報を別の生成物のものに差替え",
        "with the operator's help: another output's content credentials put in",
        Joint.CREDENTIALS,
        Specimen.PICTURE,
        _others_credentials,
    ),
    Tampering(
        "運営者も加担：寄与割合の1行を書換え",
        "with the operator's help: a part of the shares moved to another unit",
        Joint.SHARES,
        Specimen.SHARES,
        _part,
    ),
    Tampering(
        "運営者も加担：後の料金表の適用日をさかのぼらせる",
        "with the operator's help: later rates backdated",
        Joint.CREDITS,
        Specimen.CREDITS,
        _rates_backdated,
    ),
    Tampering(
        "運営者も加担：使用料の1行を1円増やす",
        "with the operator's help: a line of the account raised by one yen",
        Joint.PAYMENTS,
        Specimen.ACCOUNT,
        _amount,
    ),
    Tampering(
        "運営者も加担：使用料を転載アカウントの口座へ付け替え",
        "with the operator's help: the account's lines paid to the reposting account",
        Joint.PAYMENTS,
        Specimen.ACCOUNT,
        _rerouted,
    ),
    Tampering(
        "明細の計算根拠（許諾料）を受取人に見せない",
        "what licences took of the outputs kept from the payee",
        Joint.PAYMENTS,
        Specimen.ACCOUNT,
        _fees_shut,
    ),
    Tampering(
        "運営者も加担：帰属判定器の試行数と信頼度を水増し",
        "with the operator's help: the scorer's trials and its rho inflated",
        Joint.MODEL,
        Specimen.ACCOUNT,
        _trials,
    ),
    Tampering(
        "運営者も加担：生成物の利用条件を「買い手が全権利」に書換え",
        "with the operator's help: the output's licence gives its buyer all rights",
        Joint.STANDING,
        Specimen.PICTURE,
        _licence,
    ),
)
