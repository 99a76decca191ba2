"""The report's chain from a grant to a payment: one paid picture, each statement of it with its place in the log."""

from __future__ import annotations

from okuzuke.core.canonical import digest
from okuzuke.core.ids import Entry
from okuzuke.core.pages import Both, Html, money
from okuzuke.demo.markup import Part, entry_link, part, prose, section, table, whole
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.sections import Told
from okuzuke.demo.words import kind_words, minute
from okuzuke.generation import store as generation
from okuzuke.ledger import store as ledger


def chain(told: Told) -> str:
    """Show what the first picture of the committee's series rests on, and what was paid for it."""
    made = told.findings.sold.of(DARUMA)[0]
    model, taken = told.findings.learnt.trained, told.findings.taken[1]
    with told.archive.database.reading() as connection:
        request = generation.read_request(ledger.recorded(connection, made.output.request))
        capture = generation.capture_of(connection, made.output.request)
    (licence,) = request.licences
    assert licence.grant is not None, "the committee's series is granted"
    shares = told.archive.attribution.shares_of(made.entry)
    steps = (
        (licence.grant, Both("委員会の許諾と全員の同意", "the committee's grant and everyone's consent")),
        (taken.frozen.entry, Both(f"作品{len(taken.frozen.places):,}点", f"{len(taken.frozen.places):,} works")),
        (model.model.run, Both("手順書と順序", "recipe and order")),
        (model.entry, Both(f"{model.model.steps}回の更新", f"{model.model.steps} steps")),
        (made.output.request, Both("依頼（内容は封緘）", "what was asked for, sealed")),
        (made.entry, Both("画素・来歴情報", "pixels, content credentials")),
        (shares.entry, Both(f"{len(shares.parts)}の許諾対象", f"{len(shares.parts)} units")),
        (capture.entry, Both(f"{money(made.price)}", f"{money(made.price)}")),
        (told.findings.settled.allocated, Both("受取人への分配", "divided down to each payee")),
    )
    facts: list[list[Part]] = [
        [Both("データセットBの一覧のルート", "manifest root of data set B"), whole(taken.frozen.manifest)],
        [Both("モデルのハッシュ", "model hash"), whole(model.model.model)],
        [Both("生成物の識別子", "output id"), whole(made.output.output)],
        [Both("画素のダイジェスト", "pixel digest"), whole(made.output.pixel_digest)],
        [Both("署名済みファイルのSHA-256", "SHA-256 of the signed file"), whole(made.output.file)],
        [Both("来歴情報の署名者の根", "certificate root of the content credentials"), _roots(told)],
    ]
    return section(
        "chain",
        Both("許諾から支払までの証明の鎖", "From a grant to a payment"),
        prose(
            Both(
                "「だるま百態」の有料の生成物1点が何を根拠とし、代金がどこへ行ったかを、左から右へたどれます。"
                "それぞれが台帳の記載で、下の「台帳のすべての記載」につながっています。"
                "逆向きには okuzuke affected でたどれます。",
                "What one paid picture of A Hundred Daruma rests on and where its price went, from left to right. Each "
                "is a statement of the log and leads to its line below; okuzuke affected walks the other way.",
            )
        ),
        f'<ol class="lineage">{"".join(_node(told, entry, said) for entry, said in steps)}</ol>',
        table(Both("この鎖が結ぶもの", "What the chain binds"), [Both("項目", "what"), Both("値", "value")], facts),
    )


def _node(told: Told, entry: Entry, said: Both) -> str:
    item = next(item for item in told.findings.log if item.entry == entry)
    return (
        f"<li><b>{part(kind_words(item.statement.kind))}</b> <small>{part(said)}</small> "
        f"<small>{part(minute(item.recorded_at))}</small> {part(entry_link(entry))}</li>"
    )


def _roots(told: Told) -> Html:
    """Return the SHA-256 of each root certificate, as its file holds it."""
    return Html("<br>".join(whole(digest(root.encode("ascii")).hex()).text for root in told.archive.keyring.roots))
