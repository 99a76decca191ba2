"""The report's second half: what screening saw, one work's chain of proofs, and how a stranger checks all of it."""

from __future__ import annotations

from html import escape

from okuzuke.audit.colophon_of import WORDS as JOINTS
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.pages import Both, Html, joined
from okuzuke.datasets.manifest import Place
from okuzuke.demo.alone import MANEKINEKO
from okuzuke.demo.markup import (
    Number,
    Part,
    entry_link,
    figure,
    identity,
    link,
    part,
    prose,
    said,
    section,
    stacked,
    table,
    whole,
)
from okuzuke.demo.sections import Told
from okuzuke.demo.words import CAPACITIES, LIKENESSES, VERDICTS, kind_words, minute
from okuzuke.ledger import checkpoint
from okuzuke.registry.parties import Capacity
from okuzuke.registry.works import Register
from okuzuke.screening.match import Found, Verdict

_PROVEN = (
    Both(
        "記載の順序と存在、その後に書き換えられていないこと",
        "the order and existence of every statement, and that none was changed since",
    ),
    Both(
        "だれの鍵が、どの資格で、いつ署名したか", "whose key signed what, in which capacity, and when it was recorded"
    ),
    Both(
        "凍結した一覧の各作品に、凍結の時点で許諾またはCC0宣言の記載があったこと（やり直して同じ答えになる）",
        "that each work frozen in had a grant or a dedication on record at that time: decided anew, it is the same",
    ),
    Both("採用しなかった作品とその理由", "which works stayed out, and for which recorded reason"),
    Both(
        "モデルがどのデータセット・手順書・記録によるものか、どの作品が学習に使われ、どれが除かれたか",
        "which data set, recipe and run a model is bound to, which works were trained on and which held out",
    ),
    Both(
        "生成物がどのモデルのどの依頼によるもので、その画素と来歴情報が記載どおりであること",
        "which model and request an output is of, and that its pixels and content credentials are those recorded",
    ),
    Both(
        "寄与割合が記載した式と係数どおりで、料金から各受取人への金額まで1銭の狂いもないこと",
        "that shares follow from the recorded head, and every amount from the price down to each payee",
    ),
)
_NOT_PROVEN = (
    Both(
        "許諾した者が本当に権利者であること（第三者確認・異議・照合の役割）",
        "that who granted owns the work: that is what verifiers, disputes and screening are for",
    ),
    Both(
        "照合で見つからなかった作品が権利処理済みであること（大きな切抜きや描き直しは見つけられない）",
        "that what screening did not find is cleared: a larger crop or a redrawing escapes it",
    ),
    Both(
        "台帳の外で起きたこと、記載されなかった終了や異議", "what happened outside the register, or was never recorded"
    ),
    Both(
        "全員が同じ台帳を見ていること（証人はこの段階では未導入）",
        "that everyone sees the same log: there are no witnesses yet at this stage",
    ),
    Both(
        "時計が正しいこと（確かめるのは順序だけ。この見本の日付は架空）",
        "that the clock was right: only its order is checked, and these dates are fictional",
    ),
    Both(
        "重みが本当にこの手順で計算されたこと（同じ機械で学習をやり直せば確かめられる）",
        "that the weights were computed by these steps: whoever trains again on such a machine can see that",
    ),
    Both(
        "寄与割合が作品の本当の影響であること（測り方の確かさρの分だけを寄与で分け、残りは全作品に等しく分ける）",
        "that shares are the works' true influence: only the part that the measured reliability rho supports is "
        "divided by them, the rest equally over all works",
    ),
    Both("法律上、許諾が必要かどうか", "whether the law requires permission"),
)


def evidence(told: Told) -> str:
    """Show every reposted work beside the work that screening found it like."""
    contest = told.findings.contest
    disputed = told.findings.disputed
    pairs = _pairs(told, contest.reposted, contest.kokeshi, _FIRST)
    later = _pairs(told, disputed.reposted, told.series_called(MANEKINEKO), _LATER)
    stood: list[list[Part]] = [
        [
            told.title(before.series),
            Number(before.admitted),
            Number(before.in_review),
            Number(after.admitted),
            Number(after.in_review),
            Number(after.copies),
        ]
        for before, after in zip(contest.before, contest.after, strict=True)
    ]
    head = [
        Both("シリーズ", "series"),
        Both("確認前：採用可", "before: admitted"),
        Both("確認前：確認待ち", "before: waits"),
        Both("確認後：採用可", "after: admitted"),
        Both("確認後：確認待ち", "after: waits"),
        Both("確認後：複製", "after: copies"),
    ]
    said: list[list[Part]] = [
        [Both("転載作品のみの照合", "screening of the repost alone"), entry_link(contest.first_screen)],
        [Both("作者の作品が加わった照合", "screening after the author registered"), entry_link(contest.second_screen)],
        [Both("作者の権利関係の第三者確認", "the author's title, attested"), entry_link(contest.title)],
        [Both("左右反転した1点の確認（複製）", "review of the mirrored picture: match"), entry_link(contest.review)],
    ]
    return section(
        "evidence",
        Both("照合の証拠", "What screening saw"),
        prose(
            Both(
                "転載アカウントは、イラストレーターより先に作品を台帳へ記載しました。台帳の順序は日付を示すだけで、権利の帰属を示しません。"
                "作者の作品が記載されると双方が確認待ちになり、第三者確認者が作者の権利関係を確認した後は、作者の側だけが待たずに済みます。"
                "距離は知覚ハッシュ（PDQ、256ビット）の異なるビット数で、31以下を複製、40以下を類似とみなします。",
                "The reposting account registered first. Log order shows a date, never ownership. When the author's "
                "works came, both sides had to wait; once a verifier attested the author's title, the "
                "author's side no longer waits. Distance counts differing bits of a 256-bit perceptual hash (PDQ): "
                "up to 31 is taken for a copy, up to 40 for near.",
            )
        ),
        table(Both("確認の前と後（点）", "Before and after a person's word, works"), head, stood, "fit"),
        table(
            Both("その記載", "The statements"), [Both("できごと", "what happened"), Both("記載", "entry")], said, "fit"
        ),
        f'<div class="pairs">{"".join(pairs)}</div>',
        f"<h3>{part(Both('学習後の転載', 'A repost after training'))}</h3>",
        prose(
            Both(
                "学習の後、同じアカウントが「招き猫の商店街」を転載しました。制作会社の権利関係は申告のみのため、"
                "第三者が確認するまで双方が確認待ちになり、その作品の分の使用料は保留されます（支払にも転載者にも回りません）。",
                "After the model was trained the same account reposted pictures of Maneki-neko Arcade. The studio's "
                "title is only claimed, so both sides wait for a person, and what these works earn is held back: "
                "it goes neither to the studio yet, nor ever to the account by itself.",
            )
        ),
        f'<div class="pairs">{"".join(later)}</div>',
    )


def work(told: Told) -> str:
    """Follow one work from its picture to the signed head of the log."""
    taken = told.findings.taken[1]
    moments = told.findings.moments
    places = [place for place in taken.frozen.places if moments[0].entry in told.known.scopes(place.work)]
    place = min(places, key=lambda place: told.known.works[place.work].position)
    entered = told.known.works[place.work]
    assert isinstance(entered.register.body, Register), "works come from registers"
    head = checkpoint.parse(checkpoint.split_note(told.archive.journal.checkpoint()).text)
    facts: list[list[Part]] = [
        [Both("画像のSHA-256", "SHA-256 of the picture"), whole(entered.work.asset)],
        [Both("作品の識別子（行のダイジェスト）", "the work's id (its row's digest)"), whole(place.work)],
        [
            Both("記載の集合のルートと位置", "root of the register's rows, and position"),
            joined([whole(entered.register.body.rows), f" {entered.position}"]),
        ],
        [Both("データセットでの位置（スロット）", "its place (slot) in the data set"), str(place.slot)],
        [Both("学習器が読むもののダイジェスト", "digest of all that a trainer reads of it"), whole(place.item)],
        [Both("データセットBの一覧のルート", "manifest root of data set B"), whole(taken.frozen.manifest)],
        [
            Both("チェックポイント", "checkpoint"),
            joined([f"{head.origin} {head.size} ", whole(head.root.hex())]),
        ],
    ]
    rows: list[list[Part]] = [_statement(told, entry) for entry in _beneath(told, place, taken.frozen.entry)]
    columns = [
        Both("番号", "index"),
        Both("記載", "statement"),
        Both("署名者", "signed by"),
        Both("資格", "capacity"),
        Both("日時", "recorded"),
        Both("記載の識別子", "entry"),
    ]
    return section(
        "work",
        Both("1点の作品の証明の鎖", "One work's chain of proofs"),
        prose(
            Both(
                "画像から作品、記載、持分、許諾と全員の同意、照合、データセット、チェックポイントまで、この順にたどれます。"
                "それぞれの記載は署名され、受領証によって台帳に含まれることを確かめられます。",
                "From the picture to the work, its register, ownership, the grant with everyone's consent, screening, "
                "the data set and the checkpoint. Each statement is signed, and a receipt proves it to be in the log.",
            )
        ),
        '<div class="chained">',
        figure(told.picture(place.work), told.title(moments[0].entry), entered.register.entry, entered.work.name),
        table(Both("作品からチェックポイントまで", "From the work to the checkpoint"), _FACT, facts),
        "</div>",
        table(Both("この作品の根拠となる記載", "The statements it rests on"), columns, rows),
    )


def verifying(told: Told) -> str:
    folder = told.archive.path
    handed, trust = told.findings.handed, "--trust trust.json"
    first = told.findings.sold.made[0]
    commands = [f"cd {folder}", f"okuzuke verify {first.picture.relative_to(folder)} {trust}"]
    commands += [f"okuzuke verify {item.file.relative_to(folder)} {trust}" for item in handed.bundled]
    rows: list[list[Part]] = [
        [
            item.subject,
            item.reader,
            link(f"../{item.file.relative_to(folder)}", item.file.name),
            Number(item.file.stat().st_size),
            f"{item.seconds:.2f}",
            said(item.checked.conclusion.split(" (")[0]),
        ]
        for item in handed.bundled
    ]
    whole = next(item.checked for item in handed.bundled if item.name == "picture-auditor")
    joints: list[list[Part]] = [
        [JOINTS[item.joint], _held(holds=item.holds), said(item.detail)] for item in whole.joints
    ]
    bundle_head = [
        Both("内容", "on"),
        Both("読み手", "reader"),
        Both("ファイル", "file"),
        Both("バイト", "bytes"),
        Both("検証（秒）", "check, seconds"),
        Both("検証の最後の行", "last line of the check"),
    ]
    return section(
        "verify",
        Both("検証の方法", "How to verify"),
        prose(
            Both(
                "通信も台帳も使わず、ファイルだけで確かめられます。信頼ファイルは、ファイルとは別の経路で受け取ってください。"
                "読み手ごとに、見てよい項目だけが開かれています。画像を渡された人は、隣に置かれた証拠ファイル（画像名.okz）で確かめます。",
                "The check needs the file alone, no network and no archive. Take the trust file by another road than "
                "the bundle. Each bundle opens what its reader may see, and nothing else. Whoever was handed a picture "
                "checks it with the bundle beside it, which is called like the picture and ends in .okz.",
            )
        ),
        f'<pre lang="en"><code>{escape(chr(10).join(commands))}</code></pre>',
        table(Both("証拠ファイル", "Bundles"), bundle_head, rows),
        table(
            Both("監査人向け：有料の生成物1点の継ぎ目", "The joints of the auditor's bundle on one paid picture"),
            [
                Both("継ぎ目", "joint"),
                Both("結果", "result"),
                Both("確かめたこと（検証器の出力）", "what was looked at"),
            ],
            joints,
        ),
    )


def tampering(told: Told) -> str:
    tried = told.findings.handed.tried
    rows: list[list[Part]] = [
        [
            Both(item.ja, item.en),
            JOINTS[item.joint],
            Both("検出", "caught") if item.caught else Both("未検出", "not caught"),
            said(item.said),
        ]
        for item in tried
    ]
    caught = sum(item.caught for item in tried)
    head = [
        Both("改ざんの内容", "what was done"),
        Both("継ぎ目", "joint"),
        Both("結果", "result"),
        Both("検証器の出力", "the verifier's words"),
    ]
    return section(
        "tampering",
        Both("改ざん試験", "Tampering tried"),
        prose(
            Both(
                f"証拠ファイルの写しを{len(tried)}通りに書き換え、封印し直して検証しました。{caught}件を、どの継ぎ目かを名指しして検出しています。"
                "「運営者も加担」は、運営者と台帳の鍵まで使い、その後のすべての記載と台帳を作り直したものです。",
                f"Copies of bundles were changed in {len(tried)} ways, sealed anew and verified: {caught} were caught, "
                "each at the joint named. “With the operator's help” means that everything after the change was signed "
                "again and the whole log made anew, with the operator's and the log's own keys.",
            )
        ),
        table(Both("試みと結果", "Attempts and results"), head, rows),
    )


def proven(_told: Told) -> str:
    def points(items: tuple[Both, ...]) -> str:
        ja = "".join(f"<li>{escape(item.ja)}</li>" for item in items)
        en = "".join(f"<li>{escape(item.en)}</li>" for item in items)
        return f'<div class="pair"><ul class="ja" lang="ja">{ja}</ul><ul class="en" lang="en">{en}</ul></div>'

    return section(
        "proven",
        Both("証明されること、されないこと", "What is proven and what is not"),
        f"<h3>{part(Both('証明されること', 'Proven'))}</h3>",
        points(_PROVEN),
        f"<h3>{part(Both('証明されないこと', 'Not proven'))}</h3>",
        points(_NOT_PROVEN),
    )


def log(told: Told) -> str:
    rows: list[list[Part]] = [
        [
            Number(item.position),
            kind_words(item.statement.kind),
            told.name(item.statement.signer or PartyId(item.entry)),
            minute(item.recorded_at),
            Html(f'<code class="id long" id="e-{item.entry}">{item.entry}</code>'),
        ]
        for item in told.findings.log
    ]
    head = [
        Both("番号", "index"),
        Both("記載", "statement"),
        Both("署名者", "signed by"),
        Both("日時", "recorded"),
        Both("記載の識別子", "entry"),
    ]
    return section(
        "log",
        Both("台帳のすべての記載", "Every entry of the log"),
        table(Both("記載の一覧", "Entries"), head, rows),
    )


_FACT = [Both("項目", "what"), Both("値", "value")]
_FIRST = Both("転載（先に記載）", "repost, on record first")
_LATER = Both("転載（後から記載）", "repost, on record later")


def _pairs(told: Told, copies: Entry, originals: Entry, caption: Both) -> list[str]:
    return [
        _pair(told, work, found, caption)
        for work in told.known.works
        if copies in told.known.scopes(work)
        for found in told.archive.screening.found(work).found
        if originals in told.known.scopes(found.other)
    ]


def _pair(told: Told, work: WorkId, found: Found, caption: Both) -> str:
    verdict = Verdict.MATCH if work == told.findings.contest.reviewed else Verdict.REVIEW
    lines: list[Part] = [
        joined([Both("距離", "distance"), f" {found.distance_bits} / 256"]),
        LIKENESSES[found.likeness],
        VERDICTS[verdict],
        identity(work),
    ]
    reposted = told.small(work, caption)
    original = told.small(found.other, Both("作者の作品", "the author's work"))
    return f'<div class="found">{reposted}{original}<p>{stacked(lines).text}</p></div>'


def _beneath(told: Told, place: Place, snapshot: Entry) -> list[Entry]:
    """Return what the place rests on, its sheet and the snapshot, in log order."""
    wanted = {*place.rests_on, snapshot, *([place.sheet] if place.sheet is not None else [])}
    return [item.entry for item in told.findings.log if item.entry in wanted]


def _statement(told: Told, entry: Entry) -> list[Part]:
    item = next(item for item in told.findings.log if item.entry == entry)
    return [
        Number(item.position),
        kind_words(item.statement.kind),
        told.name(item.statement.signer),
        CAPACITIES[Capacity(item.statement.capacity)],
        minute(item.recorded_at),
        entry_link(entry),
    ]


def _held(*, holds: bool) -> Both:
    return Both("一致", "holds") if holds else Both("不一致", "does not hold")
