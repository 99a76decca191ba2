"""The report's unhappy half: what was asked for and refused, how fast a stop works, and what an ended grant changes."""

from __future__ import annotations

from okuzuke.core.pages import Both
from okuzuke.demo.cast import BROADCASTER, STUDIO
from okuzuke.demo.markup import Number, Part, entry_link, listed, prose, said, section, stacked, table
from okuzuke.demo.sections import Told
from okuzuke.demo.words import kind_words

_EARLIER = Both("前回の実行で記載", "recorded by an earlier run")
_REMAINING = ("snapshot", "model", "output", "capture", "shares", "allocation")


def stopped(told: Told) -> str:
    """Show the requests that came to nothing, the stop drill and the grant that ended."""
    found = told.findings.stopped
    denied: list[list[Part]] = [
        [
            f"「{item.prompt}」×{item.count}",
            f"{item.error.exit_code}",
            stacked([said(line.strip()) for line in item.error.message.splitlines()]),
            said(item.error.remedy),
        ]
        for item in found.denied
    ]
    drill, ended = found.drill, found.ended
    took = _EARLIER if drill.seconds is None else f"{drill.seconds:.3f}"
    remains = [kind_words(kind) for kind in _REMAINING]
    counts = [drill.remains.get(kind, 0) for kind in _REMAINING]
    kept = listed([Both(f"{name.ja}{n}", f"{name.en} {n}") for name, n in zip(remains, counts, strict=True)])
    drilled: list[list[Part]] = [[took, kept, entry_link(drill.suspended), entry_link(drill.resumed)]]
    before = told.findings.taken[1].frozen
    after = ended.taken.frozen
    changed: list[list[Part]] = [
        [
            Number(len(before.places)),
            Number(len(ended.gone)),
            Number(len(after.places)),
            entry_link(ended.end),
            entry_link(after.entry),
        ]
    ]
    return section(
        "stopped",
        Both("できないこと、止めること", "What is refused, and what stops"),
        prose(
            Both(
                "許諾のないシリーズの名前を含む依頼は、足りないものと問い合わせ先を日英で示して断ります。"
                "知らない語には近い語を示し、クレジットが足りなければ何も作らず、何も請求しません。",
                "A prompt that names a series without permission is refused, saying in both languages what is missing "
                "and whom to ask. An unknown word is answered with the nearest known ones; without enough credits "
                "nothing is made and nothing charged.",
            )
        ),
        table(
            Both("断った依頼", "Requests refused"),
            [
                Both("依頼", "prompt"),
                Both("終了コード", "exit code"),
                Both("返答", "what was said"),
                Both("次にすること", "what to do next"),
            ],
            denied,
        ),
        prose(
            Both(
                f"{BROADCASTER.names.name}が「だるま百態」の新規利用を停止した訓練です。新しい生成はすぐに断られ、"
                "すでに作られ支払われたものは記録に残ります。",
                f"A drill: {BROADCASTER.names.romaji} stops new uses of A Hundred Daruma. New pictures are refused at "
                "once; what was made and paid for stays on record.",
            )
        ),
        table(
            Both("停止訓練", "Stop drill"),
            [
                Both("停止の記載から最初の不許諾まで（秒）", "seconds from the statement to the first refusal"),
                Both("記録に残るもの", "what remains on record"),
                Both("停止の記載", "suspension"),
                Both("停止の終了", "its end"),
            ],
            drilled,
        ),
        prose(
            Both(
                f"{STUDIO.names.name}は「招き猫の商店街」の許諾を30日の予告で終了しました。次に凍結したデータセットCは、"
                "その作品だけがBから抜けています。",
                f"{STUDIO.names.romaji} ended its grant of Maneki-neko Arcade by 30 days' notice. Data set C, frozen "
                "after that, is B without exactly its works.",
            )
        ),
        table(
            Both("終了した許諾と次のデータセット", "The grant that ended and the next data set"),
            [
                Both("B（点）", "B, works"),
                Both("抜けた作品", "left"),
                Both("C（点）", "C, works"),
                Both("終了の記載", "ending"),
                Both("データセットC", "data set C"),
            ],
            changed,
            "fit",
        ),
    )
