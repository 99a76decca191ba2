"""Who appears in the story: fictional parties, each with its name in three scripts and what it is in the story."""

from __future__ import annotations

from dataclasses import dataclass

from okuzuke.registry.drafts import Names
from okuzuke.registry.parties import PartyType, Role


@dataclass(frozen=True, slots=True)
class Member:
    """A fictional party; `name` is that of its key file."""

    name: str
    names: Names
    part_ja: str
    part_en: str
    type: PartyType = PartyType.ORGANISATION
    role: Role = Role.HOLDER
    legal_name: str | None = None


OPERATOR = Member(
    "operator",
    Names("奥付見本台帳（架空）", "おくづけみほんだいちょう", "Okuzuke Mihon Daichō (fictional)"),
    "台帳の運営者",
    "operator of this register",
    role=Role.OPERATOR,
)
VERIFIER = Member(
    "verifier",
    Names("第三者確認室かがみ（架空）", "だいさんしゃかくにんしつかがみ", "Kagami Verifiers (fictional)"),
    "第三者確認者（作品に利害関係がない）",
    "verifier without interest in the works",
    role=Role.VERIFIER,
)
SECRETARY = Member(
    "secretary",
    Names("だるま坂企画（架空）", "だるまざかきかく", "Darumazaka Kikaku (fictional)"),
    "「だるま百態」製作委員会の幹事会社",
    "managing company of the committee",
)
STUDIO = Member(
    "studio",
    Names("スタジオ起き上がり（架空）", "すたじおおきあがり", "Studio Okiagari (fictional)"),
    "制作会社・委員会の構成員、職務著作の著作者",
    "studio, committee member, author as employer",
)
BROADCASTER = Member(
    "broadcaster",
    Names("まねき放送（架空）", "まねきほうそう", "Maneki Broadcasting (fictional)"),
    "放送局・委員会の構成員",
    "broadcaster, committee member",
)
AUTHOR = Member(
    "author",
    Names("達磨坂七転", "だるまざかななころ", "Darumazaka Nanakoro"),
    "原作者（筆名、架空）",
    "author of the original (pen name, fictional)",
    PartyType.PERSON,
)
PUBLISHER = Member(
    "publisher",
    Names("七起社（架空）", "ななおきしゃ", "Nanaokisha (fictional)"),
    "版元（生成物の公表・商品化についての出版権者）",
    "publisher, publication right for publishing outputs and merchandise",
)
ILLUSTRATOR = Member(
    "illustrator",
    Names("木芥子こより", "きけしこより", "Kikeshi Koyori"),
    "フリーのイラストレーター（筆名、架空。本名は封緘）",
    "freelance illustrator (pen name, fictional; legal name sealed)",
    PartyType.PERSON,
    legal_name="見本 花子（架空の本名）",
)
THIEF = Member(
    "reposter",
    Names(
        "転載アカウント「ひろいもの図鑑」（架空）", "てんさいあかうんとひろいものずかん", "Hiroimono Zukan (fictional)"
    ),
    "他人の作品を先に台帳へ記載した転載アカウント",
    "a reposting account that put another's works on record first",
    PartyType.PERSON,
)

VISITOR = Member(
    "visitor",
    Names("絵葉書屋こはる（架空）", "えはがきやこはる", "Ehagakiya Koharu (fictional)"),
    "絵葉書の下絵を生成する利用者",
    "a user who has pictures for postcards made",
    PartyType.PERSON,
    Role.USER,
)

JOINING = (VERIFIER, SECRETARY, STUDIO, BROADCASTER, AUTHOR, PUBLISHER, ILLUSTRATOR, THIEF, VISITOR)
"""In the order in which they join after the operator, whose statement begins the log."""

MEMBERS = (OPERATOR, *JOINING)
