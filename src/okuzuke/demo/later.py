"""After the model was trained: a stranger reposts again, what is contested is held back, and the month is paid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from okuzuke.accounts import store as accounts
from okuzuke.accounts.book import Kind, Transfer
from okuzuke.attribution.scorer import WHOLE_PPM
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import Money
from okuzuke.core.pages import Both, money
from okuzuke.demo import contest
from okuzuke.demo.alone import MANEKINEKO, Held
from okuzuke.demo.cast import MEMBERS, THIEF, Member
from okuzuke.demo.contest import Repost, Stood
from okuzuke.demo.opening import Copied
from okuzuke.demo.selling import MONTH, Sold
from okuzuke.demo.telling import Telling
from okuzuke.ledger import store as ledger
from okuzuke.registry.parties import Party
from okuzuke.royalties import store as royalties_store
from okuzuke.royalties.account import StatementOfAccount
from okuzuke.royalties.allocation import Allocation

REPOSTED_ON, ALLOCATED_ON = 80, 92
"""Days of the calendar."""

PICKED_UP = Repost("nekohiroi", "ねこ拾い帖", "Found Cats", Copied(MANEKINEKO, 4, mirrored=False))


@dataclass(frozen=True, slots=True)
class Disputed:
    """The second repost, the screening that saw it, and how both series stand since."""

    reposted: Entry
    screened: Entry
    stood: tuple[Stood, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A member of the cast that is paid, and its statement of account."""

    member: Member
    statement: StatementOfAccount


@dataclass(frozen=True, slots=True)
class Settled:
    """The month as it was divided, with every transfer, and the statements of account of all who are paid."""

    allocated: Entry
    allocation: Allocation
    transfers: tuple[Transfer, ...]
    accounts: tuple[Account, ...]

    def sum(self, *kinds: Kind) -> int:
        """Return the sub-units credited to accounts of these kinds."""
        return sum(move.amount.sub_units for move in self.transfers if move.credit.kind in kinds)

    @property
    def revenue(self) -> int:
        return sum(move.amount.sub_units for move in self.transfers)

    @property
    def kept(self) -> int:
        return self.sum(Kind.REVENUE)

    @property
    def paid(self) -> int:
        """What is credited to payees, held in escrow, or lies in pools or in suspense."""
        return self.sum(Kind.PAYABLE, Kind.ESCROW, Kind.POOL, Kind.SUSPENSE)


def dispute(telling: Telling, held: Held) -> Disputed:
    """Let a stranger repost works whose title nobody attested, and let screening see it."""
    reposted = contest.repost(telling, PICKED_UP)
    screened = contest.screen(telling, "third")
    named = {"招き猫の商店街 (the studio's)": held.series, "ねこ拾い帖 (the repost)": reposted}
    return Disputed(reposted, screened, contest.standing(telling, named))


def settle(telling: Telling) -> Settled:
    """Divide the month once; a second call finds nothing left. Print what everybody's account came to."""
    royalties = telling.archive.royalties

    def act() -> Entry:
        (posted,) = royalties.allocate(MONTH).posted
        again = royalties.allocate(MONTH).posted
        assert not again, "a second call divides nothing"
        return posted.entry

    entry = telling.step("allocate", act)
    settled = _settled(telling, entry)
    told = f"{MONTH}: {money(_yen(settled.revenue))} from {settled.allocation.captures} paid requests"
    telling.fact("allocate", f"{told}; a second time finds nothing left", entry)
    for label, amount in whereto(settled):
        telling.fact("", f"     {money(_yen(amount)):>16}  {label.en} / {label.ja}")
    for account in settled.accounts:
        for balance in account.statement.balances:
            told = f"{len(balance.lines):>3} lines, {money(balance.closing)}"
            telling.fact("account", f"{account.member.names.name}: {told}", account.statement.party)
    thief = royalties.account(telling.parties[THIEF.name])
    assert not thief.balances, "who reposts earns nothing"
    telling.fact("account", f"{THIEF.names.name}: nothing / 支払なし", thief.party)
    return settled


def sums_exact(telling: Telling, sold: Sold, settled: Settled) -> bool:
    """Say whether every output's parts come to the whole, and its money to what was paid for it."""
    attribution = telling.archive.attribution
    moved: dict[Entry, int] = {}
    for move in settled.transfers:
        assert move.output is not None, "what is divided is an output's"
        moved[move.output] = moved.get(move.output, 0) + move.amount.sub_units
    return settled.revenue == settled.paid + settled.kept and all(
        sum(part.ppm for part in attribution.shares_of(made.entry).parts) == WHOLE_PPM
        and moved.get(made.entry, 0) == made.price.sub_units
        for made in sold.made
    )


def show_account(telling: Telling, account: Account) -> None:
    """Print one statement of account, each line with the output it is for."""
    known = telling.archive.registry.known()
    body = known.body(account.statement.party, Party)
    assert body is not None, "a payee is a party"
    print(f"\n使用料計算書 / statement of account   {MONTH}   {body.name}   {body.name_romaji}", flush=True)
    for balance in account.statement.balances:
        telling.fact("opening", f"{'期首残高':<44}{money(balance.opening):>16}")
        for line in balance.lines:
            told = f"{line.day:%Y-%m-%d}  output {line.output[:12]}  {line.unit_name}  {line.line}"
            telling.fact("", f"{told}  {money(line.amount)}", line.allocation)
        telling.fact("closing", f"{'期末残高':<44}{money(balance.closing):>16}")


def _settled(telling: Telling, entry: Entry) -> Settled:
    archive = telling.archive
    with archive.database.reading() as connection:
        allocation = royalties_store.read_allocation(ledger.recorded(connection, entry))
        transfers = accounts.set_of(connection, allocation.transfers)
    found = [
        Account(member, archive.royalties.account(PartyId(telling.parties[member.name]), MONTH)) for member in MEMBERS
    ]
    paid = tuple(account for account in found if account.statement.balances)
    return Settled(entry, allocation, tuple(transfers), paid)


def whereto(settled: Settled) -> Sequence[tuple[Both, int]]:
    """Return what the month's money went to, and how much of it."""
    found = (
        (Both("運営", "platform"), settled.kept),
        (Both("受取人", "payees"), settled.sum(Kind.PAYABLE)),
        (Both("争いのある分は保留", "held back, contested"), settled.sum(Kind.ESCROW)),
        (Both("共通基金", "common pool, for dedications"), settled.sum(Kind.POOL)),
        (Both("仮受", "suspense"), settled.sum(Kind.SUSPENSE)),
    )
    return [(label, amount) for label, amount in found if amount]


def _yen(sub_units: int) -> Money:
    return Money(sub_units, "JPY")
