"""共济缴费划扣: a year's premiums deducted from the sponsors' money, in the order of registration.

The balance is asked anew before each premium. A deduction may be started as often as wanted: what
is deducted stays so, what failed is tried again, and nothing is taken twice.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from gongji.desk.office import Office, Session
from gongji.desk.premium_ports import Booked, Decided, DueWithBond, Verdict
from gongji.desk.runs import Chunk, ItemResult, Progress, RunReport, Step, run
from gongji.ledger.book import AccountKey, Balance, Book, Posting, Voucher
from gongji.policy.contributions import (
    Candidate,
    Deduction,
    PremiumState,
    Season,
    furthest,
    held_since,
    season_of,
    too_early,
)
from gongji.policy.refusal import Code, Refusal, keys
from gongji.policy.standing import Person
from gongji.settlement.booking import purse_of
from gongji.terms import Scheme, Status, Use, local_day, region_of

CHUNK = 10_000
"""Premiums a chunk: long enough that the commit costs little, short enough to pay in between."""


def tax_account(region: str, year: int) -> AccountKey:
    """应缴税务部门: what has been deducted for a year and is handed to the tax authority."""
    return AccountKey(region, f"tax-{year}", "premium")


class NotNow(Exception):
    """The law of the day refuses the whole deduction; its refusal says why."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.code)


def may_deduct(session: Session, region: str, year: int) -> Season | Refusal:
    """The season whose premiums may be deducted now, or why none may be."""
    today = local_day(session.now)
    season = season_of(session.law, region, year, today)
    if isinstance(season, Refusal):
        return season
    return too_early(season, today) or season


def deduct(
    office: Office,
    region: str,
    year: int,
    batch: str = "1",
    *,
    chunk: int = CHUNK,
    progress: Progress | None = None,
    noting: Callable[[Sequence[ItemResult]], None] | None = None,
    dry_run: bool = False,
) -> RunReport | Refusal:
    """Deduct a year's premiums as one batch (分批次): a run that may be killed and started again.

    Starting a batch that is finished does nothing; the next batch has another name, and tries
    again what has failed. `noting` is told every item of a chunk, before the chunk is kept.
    """
    found = office.ask(lambda session: may_deduct(session, region, year))
    if isinstance(found, Refusal):
        return found
    name = f"premiums/{year}/{batch}"
    step = deduction(region, year, chunk, all_items=noting is not None)
    if noting is not None:
        step = _noted(step, noting)
    return run(office, region, name, step, progress=progress, dry_run=dry_run)


def deduction(region: str, year: int, limit: int = CHUNK, *, all_items: bool = False) -> Step:
    """The step of a deduction: the next premiums behind the cursor, in one unit of work.

    Its chunks name the premiums that failed, with `all_items` the others as well. Raises NotNow,
    having written nothing, where the law refuses the deduction as a whole.
    """

    def step(session: Session, cursor: str) -> Chunk:
        season = may_deduct(session, region, year)
        if isinstance(season, Refusal):
            raise NotNow(season)
        today = local_day(session.now)
        rule = Deduction(season, session.law.on(region, today), today)
        count, last = session.unit.stage_premiums(
            region,
            year,
            rule.law.pooled_purses.value,
            after=int(cursor or 0),
            limit=limit,
            at=session.at,
            cut_off=season.cut_off,
            today=today,
        )
        booked, items = _plain(session, rule, all_items=all_items)
        case = _Batch(session, rule, session.unit.staged_rest())
        case.take_all(all_items)
        items += case.items
        failed = sum(not item.ok for item in items)
        return Chunk(
            booked.premiums + case.deducted,
            failed,
            booked.fen + case.deducted_fen,
            items,
            str(last) if count == limit else None,
        )

    return step


def _plain(
    session: Session, rule: Deduction, *, all_items: bool
) -> tuple[Booked, list[ItemResult]]:
    """Deduct what is plain as one: the law is asked once for each case, not for each premium."""
    unit = session.unit
    verdicts = []
    for case in unit.staged_cases():
        chosen = case.uses_since if _contributes(case.uses) else None
        barred = rule.barred(_standing(case.sponsor, case.standing))
        refusal = rule.refuses_bond(Candidate(barred, case.starts, chosen))
        if refusal is not None:
            verdicts.append((case, Verdict(refusal.code.value, refusal.cites)))
    short = Verdict(Code.BALANCE_NOT_ABOVE_PREMIUM.value, keys([rule.law.premium_balance]))
    unit.judge_staged(verdicts, more=rule.more, short=short)
    booked = unit.book_staged(
        rule.season.region,
        rule.season.year,
        rule.law.pooled_purses.value[0],
        tax_account(rule.season.region, rule.season.year),
        on=rule.today,
        at=session.at,
        law=session.law.version,
        cites=rule.cites,
    )
    items = [ItemResult(person, False, code, fen) for person, code, fen in unit.staged_failures()]
    if all_items:
        items += [ItemResult(person, True, "", fen) for person, fen in unit.staged_paid()]
    return booked, items


def _noted(step: Step, noting: Callable[[Sequence[ItemResult]], None]) -> Step:
    def noted(session: Session, cursor: str) -> Chunk:
        chunk = step(session, cursor)
        noting(chunk.items)
        return chunk

    return noted


class _Batch:
    """Premiums of one chunk, one at a time, over one book: a later child finds what an earlier one
    has left."""

    def __init__(self, session: Session, rule: Deduction, rows: Sequence[DueWithBond]) -> None:
        self._session, self._rule, self._rows = session, rule, rows
        self._region, self._year = rule.season.region, rule.season.year
        self._tax = tax_account(self._region, self._year)
        self._book = Book(session.unit.balances([self._tax]))
        # What was chosen before the cut-off is held since then; only a later choice has to be
        # looked into, because it may have left `contribute` as it was.
        cut_off = rule.season.cut_off
        changed = {row.pool for row in rows if row.bond and row.uses_since > cut_off}
        self._histories = session.unit.uses_histories(changed)
        self._purses: dict[str, list[AccountKey]] = {}
        self._pooled_fen: dict[str, int] = {}
        self._load(rows)
        self._decided: list[Decided] = []
        self.items: list[ItemResult] = []
        self.deducted = self.deducted_fen = 0

    def _load(self, rows: Sequence[DueWithBond]) -> None:
        """The sponsors' pooled purses, in the pack's order, and what is in them together."""
        pooled = self._rule.law.pooled_purses.value
        loaded: dict[AccountKey, Balance] = {}
        for row in rows:
            id = row.sponsor
            if row.bond is None or id in self._purses:
                continue
            self._purses[id] = [purse_of(id, purse) for purse in pooled]
            for n, account in enumerate(self._purses[id]):
                loaded[account] = Balance(row.purses[2 * n], row.purses[2 * n + 1])
            self._pooled_fen[id] = sum(row.purses[::2])
        self._book.load(loaded)

    def take_all(self, all_items: bool) -> None:
        """Deduct every premium in its order, and keep what came of it."""
        for _, bonds in groupby(self._rows, key=_number):
            self._take(list(bonds), all_items)
        if self._rows:
            self._write()

    def _take(self, rows: Sequence[DueWithBond], all_items: bool) -> None:
        """Deduct one premium, of which each row is a bond in force; or note why not."""
        due = rows[0]
        amount_fen = due.amount_fen
        found = self._payer(rows)
        if isinstance(found, Refusal):
            code = found.code
            state = PremiumState.FAILED
            if code is Code.PAID_OTHERWISE:
                state = PremiumState.PAID_OTHERWISE
            self._decided.append(Decided(due.number, state, code.value, None, None, found.cites))
            self.items.append(ItemResult(due.person, False, code.value, amount_fen))
            return
        sponsor = found.sponsor
        voucher = f"premium/{self._year}/{due.person}"
        postings = self._postings(sponsor, amount_fen)
        self._book.post(Voucher(self._region, voucher, "premium", self._rule.today, postings))
        self._pooled_fen[sponsor] -= amount_fen
        self.deducted += 1
        self.deducted_fen += amount_fen
        self._decided.append(
            Decided(due.number, PremiumState.DEDUCTED, None, sponsor, found.bond, self._rule.cites)
        )
        if all_items:
            self.items.append(ItemResult(due.person, True, "", amount_fen))

    def _payer(self, rows: Sequence[DueWithBond]) -> DueWithBond | Refusal:
        """The oldest bond whose sponsor can pay, or the first cause that holds."""
        if rows[0].paid_by is not None:
            return self._rule.paid_otherwise
        if rows[0].bond is None:
            return self._rule.not_in_a_pool
        refusals = []
        for row in rows:
            barred = self._rule.barred(_standing(row.sponsor, row.standing))
            candidate = Candidate(barred, row.starts, self._chosen(row))
            available_fen = self._pooled_fen[row.sponsor]
            refusal = self._rule.refuses(candidate, row.amount_fen, available_fen)
            if refusal is None:
                return row
            refusals.append(refusal)
        return furthest(refusals)

    def _chosen(self, row: DueWithBond) -> int | None:
        """Since when `contribute` is held without a break; None where it is not chosen now."""
        if row.pool in self._histories:
            return held_since(self._histories[row.pool], Use.CONTRIBUTE)
        return row.uses_since if _contributes(row.uses) else None

    def _postings(self, sponsor: str, amount_fen: int) -> tuple[Posting, ...]:
        """From the sponsor's pooled purses, in the pack's order, to the tax authority's account."""
        postings = []
        left_fen = amount_fen
        for source in self._purses[sponsor]:
            part_fen = min(left_fen, self._book.fen(source))
            if part_fen > 0:
                postings.append(Posting(source, self._tax, part_fen))
                left_fen -= part_fen
        assert left_fen == 0, "the balance was compared with the premium just before"
        return tuple(postings)

    def _write(self) -> None:
        """Keep entries, balances and results together."""
        unit, at = self._session.unit, self._session.at
        if self._book.entries:
            unit.write_book(self._book, at)
        version = self._session.law.version
        unit.keep_decided(self._region, self._year, self._decided, at=at, law=version)


_number = attrgetter("number")


def _contributes(uses: str) -> bool:
    return Use.CONTRIBUTE in uses.split()


def _standing(sponsor: str, standing: tuple[str, str, str | None]) -> Person:
    """A sponsor as the law looks at it."""
    scheme, status, died = standing
    dead_on = None if died is None else date.fromisoformat(died)
    return Person(sponsor, region_of(sponsor), Scheme(scheme), Status(status), died=dead_on)
