"""The report's first half: who may do what with what, who is missing, and what stayed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from okuzuke.archive import Archive
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.pages import Both, Html, day, joined
from okuzuke.datasets.snapshot import Refused
from okuzuke.demo import catalogue
from okuzuke.demo.board import USES, Cell, Line, series_works
from okuzuke.demo.cast import MEMBERS
from okuzuke.demo.findings import Findings
from okuzuke.demo.markup import (
    Number,
    Part,
    entry_link,
    figure,
    identity,
    listed,
    part,
    prose,
    section,
    sentences,
    stacked,
    table,
)
from okuzuke.demo.words import BASES, DEDICATED, REFUSALS, STATES, TITLES, minute
from okuzuke.demo.words import USES as USE_WORDS
from okuzuke.registry.decision import Basis, Decision, State
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Party
from okuzuke.registry.works import Series

EXAMPLES = 4
_EVERY = Both("すべての利用", "every use")


@dataclass(frozen=True, slots=True)
class Told:
    """What a section may read: the archive, all it knows, and what the story came to."""

    archive: Archive
    known: Statements
    findings: Findings
    lines: tuple[Line, ...]

    def title(self, series: Entry) -> Both:
        body = self.known.body(series, Series)
        assert body is not None, "works come from series"
        return Both(body.title, body.title_en)

    def series_of(self, work: WorkId) -> Entry:
        return next(series for series, works in series_works(self.known).items() if work in works)

    def unit(self, unit: Entry) -> Both:
        """Return what a unit's money is for: the series its sheet or dedication speaks of."""
        subject = getattr(self.known.facts[unit].body, "subject", "")
        return next(self.title(Entry(scope)) for scope in self.known.scopes(subject) if self.known.body(scope, Series))

    def series_called(self, series_id: str) -> Entry:
        """Return the series of that id in the catalogue."""
        title = catalogue.series(series_id).title_ja
        return next(line.series for line in self.lines if self.title(line.series).ja == title)

    def position(self, entry: Entry) -> int:
        return self.known.facts[entry].position

    def picture(self, work: WorkId) -> bytes:
        return self.archive.blobs.get(self.known.works[work].work.asset)

    def small(self, work: WorkId, below: Part = "") -> str:
        """Return the work's figure; it leads to the statement that entered the work."""
        entered = self.known.works[work]
        return figure(self.picture(work), self.title(self.series_of(work)), entered.register.entry, below)

    def name(self, party: PartyId | None) -> Both:
        """Return a party's name as it is registered, and in Latin letters."""
        body = self.known.body(party or "", Party)
        return Both(self.known.name(party), body.name_romaji or body.name) if body is not None else Both("", "")


def board(told: Told) -> str:
    rows = [
        [
            joined([told.title(line.series), Html(f"<small>{part(_title(told, line))}</small>")]),
            entry_link(line.series),
            *(_cell(cell) for cell in line.cells),
        ]
        for line in told.lines
    ]
    head = [Both("シリーズ", "series"), Both("記載", "entry"), *(USE_WORDS[use] for use in USES)]
    return section(
        "board",
        Both("権利状況一覧", "Where every title stands"),
        prose(
            Both(
                "作品と利用ごとの現在の状態です。「許諾済み」以外はすべて利用できません（許諾未取得として扱います）。"
                "許諾がないことは、その利用に許諾が必要かどうかについての判断ではありません。",
                "The state of each title for each use today. Anything but “granted” is not permitted here; that says "
                "nothing on whether the law requires permission.",
            )
        ),
        table(Both("シリーズ×利用", "Title by use"), head, rows, "board"),
    )


def missing(told: Told) -> str:
    """Say for every refusal of the board what lacks and who can change it, uses with one answer together."""
    rows: list[list[Part]] = []
    for line in told.lines:
        groups: dict[tuple[State, tuple[str, ...]], list[Cell]] = {}
        for cell in line.cells:
            if cell.answered.refused is not None:
                key = (cell.answered.state, tuple(reason.ja for reason in _without_use(cell)))
                groups.setdefault(key, []).append(cell)
        for (state, _), cells in groups.items():
            uses = _EVERY if len(cells) == len(USES) else listed([USE_WORDS[cell.use] for cell in cells])
            said = sentences(_without_use(cells[0]))
            rows.append([told.title(line.series), uses, _stated(state), said, _who(told, cells[0])])
    head = [
        Both("シリーズ", "series"),
        Both("利用", "use"),
        Both("状態", "state"),
        Both("足りないもの", "what is missing"),
        Both("だれが変えられるか", "who can change it"),
    ]
    return section(
        "missing",
        Both("足りないもの、次に動く人", "What is missing, and whose turn it is"),
        table(Both("許諾のない利用", "Uses without permission"), head, rows),
    )


def people(told: Told) -> str:
    parts = {member.names.name: Both(member.part_ja, member.part_en) for member in MEMBERS}
    rows: list[list[Part]] = []
    for fact in told.known.facts.values():
        if isinstance(fact.body, Party):
            body = fact.body
            name, bracket, rest = body.name.partition("（")
            ruby = f'<ruby lang="ja">{name}<rp>(</rp><rt>{body.name_kana}</rt><rp>)</rp></ruby>'
            romaji = f'<span lang="ja">{bracket}{rest}</span><small lang="ja-Latn">{body.name_romaji}</small>'
            rows.append([Html(ruby + romaji), parts[body.name], entry_link(fact.entry)])
    return section(
        "people",
        Both("登場する当事者（すべて架空）", "The parties, all of them fictional"),
        prose(
            Both(
                "鍵は種から導いた見本の鍵で、だれの代わりにも署名しません。CC BYで公開した作者とCC0宣言の作者には、"
                "本人の関与がないため、鍵も口座も作っていません。",
                "Their keys are derived from the seed and sign for nobody. The author who published under CC BY and "
                "the makers of the CC0 sets took no part, so no key or account exists in their names.",
            )
        ),
        table(Both("当事者", "Parties"), [Both("名称", "name"), Both("立場", "part"), Both("記載", "entry")], rows),
    )


def committee(told: Told) -> str:
    rows: list[list[Part]] = [
        [
            Both(moment.ja, moment.en),
            minute(moment.decision.valid_at),
            _stated(moment.decision.state),
            sentences([Both(reason.ja, reason.en) for reason in moment.decision.reasons]),
            entry_link(moment.entry),
        ]
        for moment in told.findings.moments
    ]
    head = [
        Both("できごと", "what happened"),
        Both("日時", "when"),
        Both("直後の状態", "state after it"),
        Both("理由", "why"),
        Both("記載", "entry"),
    ]
    return section(
        "committee",
        Both("製作委員会の許諾がそろうまで", "How a committee came to agree"),
        prose(
            Both(
                "「だるま百態」の学習利用について、同じ問いを4回たずねた記録です。窓口が決まっていない利用は、"
                "構成員全員と原作者の同意がそろうまで許諾未取得です。",
                "The same question, may だるま百態 be used to train, asked four times. A use without a window needs "
                "every member, and the author of the original beside them.",
            )
        ),
        table(Both("問いと答え", "Question and answer"), head, rows),
    )


def refused(told: Told) -> str:
    """Group what stayed out of the snapshots by series and reason, with a count for each snapshot."""
    groups: dict[tuple[Entry, Refused], dict[str, list[WorkId]]] = {}
    for taken in told.findings.taken:
        for item in taken.frozen.refused:
            key = (told.series_of(item.work), replace(item, work=WorkId("")))
            groups.setdefault(key, {}).setdefault(taken.letter, []).append(item.work)
    rows: list[list[Part]] = []
    for (series, item), works in groups.items():
        examples = next(iter(works.values()))[:EXAMPLES]
        rows.append(
            [
                told.title(series),
                REFUSALS[item.refusal],
                sentences([Both(ja, en) for ja, en in zip(item.ja, item.en, strict=True)]),
                *(Number(len(works.get(taken.letter, ()))) for taken in told.findings.taken),
                Html('<div class="strip">' + "".join(told.small(work) for work in examples) + "</div>"),
            ]
        )
    head = [
        Both("シリーズ", "series"),
        Both("区分", "refusal"),
        Both("理由", "why"),
        *(Both(f"{taken.letter}（点）", f"{taken.letter}, works") for taken in told.findings.taken),
        Both("例", "examples"),
    ]
    return section(
        "refused",
        Both("採用しなかった作品とその理由", "What stayed out, and why"),
        prose(
            Both(
                "データセットA・B・Cのそれぞれで採用しなかった作品の数です。理由は凍結のときに記録され、監査人はやり直して確かめられます。",
                "How many works stayed out of each of the data sets A, B and C. The reasons were recorded when they "
                "were frozen, and an auditor can make every one of them anew.",
            )
        ),
        table(Both("採用しなかった作品", "Works left out"), head, rows),
    )


def snapshots(told: Told) -> str:
    rows: list[list[Part]] = [
        [
            taken.letter,
            listed([BASES[basis] for basis in sorted(taken.bases, reverse=True)]),
            Number(len(taken.frozen.places)),
            Number(len(taken.frozen.refused)),
            _by_series(told, [place.work for place in taken.frozen.places]),
            identity(taken.frozen.manifest),
            entry_link(taken.frozen.entry),
        ]
        for taken in told.findings.taken
    ]
    head = [
        Both("名", "name"),
        Both("認める根拠", "bases admitted"),
        Both("採用", "admitted"),
        Both("不採用", "left out"),
        Both("内訳", "of which"),
        Both("一覧のルート", "manifest root"),
        Both("記載", "entry"),
    ]
    return section(
        "snapshots",
        Both("凍結したデータセット", "Data sets frozen"),
        prose(
            Both(
                "Aは許諾だけ、BはCC0宣言も含みます（Bから作るモデルは「CC0宣言を含む。本人の申出ではない」と表示します）。"
                "この見本のモデルはBで学習しました。Cは、制作会社が予告どおり許諾を終了した後に凍結したもので、"
                f"その{len(told.findings.stopped.ended.gone)}点だけがBと異なります。",
                "A admits grants only; B dedications too, and a model made from it has to say “includes public "
                "dedications; nobody opted in”. The model of this page was trained on B. C was frozen after the studio "
                f"had ended its grant by notice: its {len(told.findings.stopped.ended.gone)} works are gone.",
            )
        ),
        table(Both("データセット", "Snapshots"), head, rows),
    )


def _by_series(told: Told, works: Sequence[WorkId]) -> Both:
    counts = sorted(Counter(told.series_of(work) for work in works).items(), key=lambda item: told.position(item[0]))
    titles = [(told.title(series), count) for series, count in counts]
    return listed([Both(f"{title.ja} {count}", f"{title.en} {count}") for title, count in titles])


def _cell(cell: Cell) -> Html:
    """Return the state, and until when it holds or how many have yet to agree."""
    answered = cell.answered
    if answered.refused is None and answered.decision.basis is Basis.DEDICATION:
        return Html(f'<span class="state">{part(DEDICATED)}</span>')
    lines = [part(_stated(answered.state))]
    missing = len(_parties(answered.decision)) if answered.state is State.NEGOTIATING else 0
    if answered.refused is None and answered.decision.until is not None:
        until = day(answered.decision.until)
        lines.append(f"<small>{part(Both(f'{until.ja}まで', f'until {until.en}'))}</small>")
    if missing:
        lines.append(f"<small>{part(Both(f'残り{missing}者', f'{missing} to agree'))}</small>")
    if cell.alike < cell.works:
        lines.append(f"<small>{cell.alike} / {cell.works}</small>")
    return Html("".join(lines))


def _stated(state: State) -> Html:
    return Html(f'<span class="state {state}">{part(STATES[state])}</span>')


def _title(told: Told, line: Line) -> Both:
    """Return how well the title is supported; where nobody was asked, nobody has claimed anything."""
    series = told.known.body(line.series, Series)
    if series is not None and series.public_licence is not None:
        return Both(f"{series.public_licence}・作者に未照会", f"{series.public_licence}, author not asked")
    return TITLES[line.cells[0].answered.decision.title]


def _without_use(cell: Cell) -> list[Both]:
    """Return the sentences of a refusal, the use's name blanked so that uses with one answer stand together."""
    refused = cell.answered.refused
    assert refused is not None, "asked of refusals only"
    ja = [text.replace(f"利用「{USE_WORDS[cell.use].ja}」", "この利用") for text in refused.ja]
    en = [text.replace(f"“{cell.use}”", "this use") for text in refused.en]
    return [Both(*pair) for pair in zip(ja, en, strict=True)]


def _who(told: Told, cell: Cell) -> Html:
    if cell.answered.decision.allowed:
        return stacked([Both("第三者確認者", "a verifier")])
    names = [told.name(who) for who in _parties(cell.answered.decision)]
    return stacked(names or [Both("作者本人", "the author")])


def _parties(decision: Decision) -> list[PartyId]:
    """Return who can change a refusal, each once."""
    named = (reason.who for reason in decision.reasons)
    return [who for who in dict.fromkeys(named) if who is not None]
