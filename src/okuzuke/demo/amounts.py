"""The report's money: what a month came to, one price followed down to each payee, and everybody's account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from html import escape

from okuzuke.accounts.book import Kind, Transfer
from okuzuke.core.ids import Entry
from okuzuke.core.money import Money, allocate
from okuzuke.core.pages import WHOLE, Both, Html, Share, day, money, percent, stacked_bar
from okuzuke.demo.later import Account, whereto
from okuzuke.demo.markup import Number, Part, entry_link, identity, link, part, prose, section, table
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.sections import Told
from okuzuke.demo.selling import MONTH, Made
from okuzuke.demo.telling import write
from okuzuke.registry.sheets import Line, Of, Sheet
from okuzuke.royalties.account import Encoding, to_csv

_CURRENCY = "JPY"
_AMOUNT = Both("金額", "amount")
_ENCODINGS = {Encoding.UTF8: "UTF-8", Encoding.CP932: "Shift_JIS（CP932）"}


def payments(told: Told) -> str:
    """Show where the month's money went, and one picture's price down the whole waterfall."""
    settled = told.findings.settled
    went = whereto(settled)
    paid = sum(bool(made.price.sub_units) for made in told.findings.sold.made)
    ppm = allocate(WHOLE, {label.en: amount for label, amount in went})
    shares = [Share(label, ppm[label.en]) for label, _ in went]
    rows: list[list[Part]] = [[label, Number(_yen(amount))] for label, amount in went]
    rows.append([Both("合計（有料の生成）", "in all, of paid pictures"), Number(_yen(settled.revenue))])
    return section(
        "payments",
        Both("使用料の分配", "How the money was divided"),
        prose(
            Both(
                f"{_month().ja}に代金が支払われた生成{paid}点の分配です。無料分の生成からは、だれも使用料を得ません。"
                "分配は1円未満まで記録し、端数も失われません。同じ月を二度分配しても、二度目は何も起こりません。",
                f"What was paid for {paid} pictures in {_month().en}. Free generations earn nobody anything. Amounts "
                "are kept below one yen, nothing is lost in rounding, and a second division of the month does nothing.",
            )
        ),
        table(Both(f"{_month().ja}の分配", f"Division of {_month().en}"), [Both("行き先", "to"), _AMOUNT], rows, "fit"),
        _bar(Both("分配の割合", "where the money went"), shares),
        _waterfall(told, told.findings.sold.of(DARUMA)[0]),
    )


def accounts(told: Told) -> str:
    """Show the statement of account of everybody who is paid; the lines of each are folded up."""
    rows: list[list[Part]] = []
    details: list[str] = []
    for account in told.findings.settled.accounts:
        (balance,) = account.statement.balances
        name = told.name(account.statement.party)
        files = [part(link(f"../accounts/{_file(account, encoding)}", label)) for encoding, label in _ENCODINGS.items()]
        rows.append(
            [
                name,
                Both(account.member.part_ja, account.member.part_en),
                Number(len(balance.lines)),
                Html("<br>".join(files)),
                entry_link(Entry(account.statement.party)),
                Number(balance.closing),
            ]
        )
        details.append(_folded(told, account, name))
    head = [
        Both("受取人", "payee"),
        Both("立場", "part"),
        Both("明細数", "lines"),
        Both("CSV", "CSV file"),
        Both("記載", "entry"),
        Both("期末残高", "closing balance"),
    ]
    return section(
        "accounts",
        Both("使用料計算書", "Statements of account"),
        prose(
            Both(
                "受取人ごとの計算書です。どの明細も、生成物・寄与割合・分配の記載までたどれます。"
                "CC0宣言の分は共通基金に入り、転載アカウントの受取はありません。",
                "One statement a payee. Each line leads to its output, its shares and the allocation that paid it. "
                "What falls to dedications goes to the common pool, and the reposting account is paid nothing.",
            )
        ),
        table(Both(f"{_month().ja}分", f"For {_month().en}"), head, rows),
        *details,
    )


def write_accounts(told: Told) -> None:
    """Write every statement of account as CSV, in both encodings."""
    for account in told.findings.settled.accounts:
        for encoding in Encoding:
            data = to_csv(account.statement, encoding).data
            write(told.archive.path / "accounts" / _file(account, encoding), data)


def _waterfall(told: Told, made: Made) -> str:
    """Follow the price of one picture of the committee's series: to the platform, the units, then down its sheet."""
    moves = [move for move in told.findings.settled.transfers if move.output == made.entry]
    price = made.price.sub_units
    kept = sum(move.amount.sub_units for move in moves if move.credit.kind is Kind.REVENUE)
    rest = price - kept
    rho = told.findings.learnt.scorer.rho_ppm
    attributed = rest * rho // WHOLE
    steps: list[list[Part]] = [
        _step(Both("価格", "price"), Both("クレジット1", "one credit"), price),
        _step(Both("運営", "platform"), Both("価格の20 %", "20 % of the price"), kept),
        _step(
            Both("寄与に応じる分", "attributed"),
            Both(f"残り × ρ {percent(rho)}", f"of the rest, rho {percent(rho)}"),
            attributed,
        ),
        _step(
            Both("全作品に等しい分", "common"),
            Both("学習した作品群の数に応じて", "by the number of families trained on"),
            rest - attributed,
        ),
    ]
    parts = told.archive.attribution.shares_of(made.entry).parts
    shares = [Share(told.unit(item.unit), item.ppm) for item in sorted(parts, key=lambda item: (-item.ppm, item.unit))]
    steps_head = [Both("段階", "step"), Both("計算", "how"), _AMOUNT]
    picture = Both(f"生成物 {made.output.output[:12]}", f"output {made.output.output[:12]}")
    return "\n".join(
        [
            f"<h3>{part(Both('1点の代金の行方', 'One price, all the way down'))}</h3>",
            prose(
                Both(
                    f"「だるま百態」を指定した{picture.ja}の代金を、受取人まで追ったものです。"
                    "このシリーズの許諾には生成1点ごとの料金の定めがないため、"
                    "運営の取り分を除いた全額が、寄与に応じる分と全作品に等しい分に分かれます。",
                    f"The price of {picture.en}, for which A Hundred Daruma was named, followed to each payee. Its "
                    "grant asks no fee of its own for a generation, so all that the platform leaves is divided, "
                    "by shares and equally.",
                )
            ),
            table(Both("価格から分けるまで", "From the price to its parts"), steps_head, steps, "fit"),
            _bar(Both("寄与割合", "shares"), shares),
            _units(told, moves),
            _sheet(told, moves),
        ]
    )


def _units(told: Told, moves: Sequence[Transfer]) -> str:
    """Show what fell to each sheet, and what to the pool and to nobody yet."""
    found: dict[tuple[Entry | None, Kind], int] = {}
    for move in moves:
        key = (move.unit, move.credit.kind)
        found[key] = found.get(key, 0) + move.amount.sub_units
    words = {
        Kind.REVENUE: Both("運営", "platform"),
        Kind.PAYABLE: Both("分配表へ", "to its sheet"),
        Kind.ESCROW: Both("保留（争いのある作品の分）", "held back, contested works"),
        Kind.POOL: Both("共通基金", "common pool"),
        Kind.SUSPENSE: Both("仮受", "suspense"),
    }
    rows: list[list[Part]] = [
        [
            told.unit(unit) if unit is not None else Both("—", "—"),
            words[kind],
            entry_link(unit) if unit is not None else "",
            Number(_yen(amount)),
        ]
        for (unit, kind), amount in found.items()
    ]
    rows.append([Both("合計", "in all"), "", "", Number(_yen(sum(found.values())))])
    head = [Both("許諾対象", "unit"), Both("行き先", "to"), Both("分配表", "sheet"), _AMOUNT]
    return table(Both("許諾対象ごとの分", "What falls to each unit"), head, rows, "fit")


def _sheet(told: Told, moves: Sequence[Transfer]) -> str:
    """Show what each line of the committee's sheet took, in order."""
    daruma = told.series_called(DARUMA)
    ((fact, sheet),) = told.known.about(daruma, Sheet)
    assert sheet.lines is not None, "the archive reads its own sheets"
    taken = {(move.line, move.payee): move for move in moves if move.unit == fact.entry}
    rows: list[list[Part]] = [
        [
            line.name,
            _of(line, last=line is sheet.lines[-1]),
            told.name(line.payee),
            Number(taken[line.name, line.payee].amount if (line.name, line.payee) in taken else _yen(0)),
        ]
        for line in sheet.lines
    ]
    rows.append([Both("合計", "in all"), "", "", Number(_yen(sum(move.amount.sub_units for move in taken.values())))])
    head = [Both("分配項目", "line"), Both("計算", "how"), Both("受取人", "payee"), _AMOUNT]
    return table(Both("「だるま百態」の分配表を上から順に", "Down the sheet of A Hundred Daruma"), head, rows, "fit")


def _of(line: Line, *, last: bool) -> Both:
    if last:
        return Both("残りのすべて", "all that is left")
    part_of = percent(line.share_ppm).rstrip("0%").rstrip(".") + " %"
    if line.of is Of.GROSS:
        return Both(f"総額の{part_of}", f"{part_of} of all")
    return Both(f"残りの{part_of}", f"{part_of} of what is left")


def _folded(told: Told, account: Account, name: Both) -> str:
    (balance,) = account.statement.balances
    rows: list[list[Part]] = [[Both("期首残高", "opening balance"), "", "", "", "", Number(balance.opening)]]
    rows += [
        [
            day(datetime.combine(line.day, time(12), tzinfo=UTC)),
            identity(line.output),
            told.unit(line.unit),
            line.line,
            entry_link(line.shares),
            Number(line.amount),
        ]
        for line in balance.lines
    ]
    rows.append([Both("期末残高", "closing balance"), "", "", "", "", Number(balance.closing)])
    head = [
        Both("日付", "day"),
        Both("生成物", "output"),
        Both("許諾対象", "unit"),
        Both("分配項目", "line"),
        Both("寄与割合の記載", "shares"),
        _AMOUNT,
    ]
    caption = Both(f"{name.ja} 使用料計算書 {MONTH}", f"{name.en}, statement of account {MONTH}")
    summary = Both(f"{name.ja}：明細{len(balance.lines)}件", f"{name.en}: {len(balance.lines)} lines")
    title = f"<summary>{part(summary)} {escape(money(balance.closing))}</summary>"
    return f"<details>{title}{table(caption, head, rows)}</details>"


def _bar(label: Both, shares: Sequence[Share]) -> str:
    """Return a bar of shares; what rounding leaves of the whole is nobody's and not shown as shut."""
    return f'<div class="parts">{stacked_bar(label, shares, Both("端数", "rounding")).text}</div>'


def _step(step: Both, how: Both, sub_units: int) -> list[Part]:
    return [step, how, Number(_yen(sub_units))]


def _file(account: Account, encoding: Encoding) -> str:
    return f"{account.member.name}-{MONTH}-{encoding.value}.csv"


def _month() -> Both:
    first = date.fromisoformat(f"{MONTH}-01")
    return Both(f"{first.year}年{first.month}月", f"{first:%B %Y}")


def _yen(sub_units: int) -> Money:
    return Money(sub_units, _CURRENCY)
