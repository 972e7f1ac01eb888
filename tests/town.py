"""A small town for the tests: one office, a clock that stands still, and people by name.

Sums are fen, written `150_00` so that yuan and fen can be told apart. A person's id is made of the
name: the father of a family in Shanghai is `P310000-father`.
"""

import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from gongji.desk import looking, people, pooling, settling
from gongji.desk.identity import Identity, check_digit
from gongji.desk.office import Folders, Office, Session
from gongji.desk.ports import Answer, Asking, Caller, CallerKind, Clock, Store
from gongji.ledger.proof import Disagreement, Sums, prove
from gongji.policy.bonds import Bond
from gongji.policy.questions import DayLaw
from gongji.policy.reading import Law, read_law
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.settlement.decide import Decision
from gongji.store.cipher import Vault
from gongji.terms import (
    LOCAL_TIME,
    FilingChannel,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Status,
    Use,
    local_day,
)
from gongji.wiring import office_in_memory, shipped_packs

T = TypeVar("T")

SHANGHAI, LINYI, TWO_WAY, NATIONAL = "310000", "371300", "450000", "100000"
REGIONS = {"SH": SHANGHAI, "LY": LINYI, "BI": TWO_WAY, "NA": NATIONAL}

LAW: Law = read_law(shipped_packs())
"""The law as it is shipped, read once for all tests."""


STORE = "memory"
"""The store of every town: the option --store of the tests, see servers.py."""


def an_office(clock: Clock, folders: Folders | None = None) -> Office:
    """A fresh office, on the store that was asked for."""
    if STORE == "memory":
        return office_in_memory(clock, folders)
    from servers import BorrowedStore, CitusStore

    vault = Vault(os.urandom(32))
    store = BorrowedStore(vault) if STORE == "postgres" else CitusStore(vault)
    return office_on(store, clock, folders)


def office_on(store: Store, clock: Clock, folders: Folders | None = None) -> Office:
    """An open office on this store."""
    office = Office(store, folders or shipped_packs(), clock)
    office.open()
    return office


def local(text: str) -> datetime:
    """A local time, `2025-11-10T09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME)


def rules_of(cites: tuple[str, ...], law: Law = LAW) -> set[str]:
    """The rule identifiers behind the provisions that an answer cites."""
    return {rule for key in cites for rule in law.provision(key).rules}


class Town:
    """See the module. Every method is one use-case with the arguments that seldom matter filled in."""

    def __init__(
        self,
        region: str = SHANGHAI,
        now: str = "2025-11-10T09:00",
        open_office: Callable[[Clock], Office] = an_office,
    ) -> None:
        self.region = region
        self.now = local(now)
        self.office = open_office(lambda: self.now)
        self._count = 0

    # Names

    def id(self, name: str) -> str:
        """The person's id."""
        return name if name.startswith("P") else f"P{self.region}-{name}"

    def place(self, name: str) -> str:
        """The institution's id."""
        return name if name[0] in "HY" else f"H{self.region}-{name}"

    def caller(self, name: str) -> Caller:
        """The person as somebody who asks."""
        return Caller("test", self.region, CallerKind.PERSON, self.id(name))

    def clerk(self, region: str = "") -> Caller:
        """A clerk of the region's window."""
        return Caller("window", region or self.region, CallerKind.CLERK, "clerk")

    def auditor(self) -> Caller:
        """The auditor, who sees everything and changes nothing."""
        return Caller("audit", self.region, CallerKind.AUDITOR, "auditor")

    def institution(self, name: str) -> Caller:
        """An institution as somebody who asks."""
        return Caller(name, self.region, CallerKind.INSTITUTION, self.place(name))

    def at(self, text: str) -> None:
        """Let time pass."""
        later = local(text)
        assert later >= self.now
        self.now = later

    def law(self) -> DayLaw:
        """The law of the town, today."""
        return self.office.law.on(self.region, local_day(self.now))

    def do(self, use_case: Callable[[Session], T]) -> T:
        """Run a use-case that writes."""
        return self.office.do(use_case)

    def ask(self, use_case: Callable[[Session], T]) -> T:
        """Run a use-case that reads."""
        return self.office.ask(use_case)

    # People and places

    def person(
        self,
        name: str,
        scheme: str = "employee",
        *,
        current: int = 0,
        carried: int = 0,
        region: str | None = None,
        status: str = "active",
        ecode: bool = True,
        died: date | None = None,
    ) -> str:
        """Register a person with money in both purses."""
        self._count += 1
        region = region or self.region
        person = Person(
            f"P{region}-{name}", region, Scheme(scheme), Status(status), ecode, died=died
        )
        first_17 = f"{region[:2]}019919800101{self._count:03d}"
        identity = Identity(f"张{name}", first_17 + check_digit(first_17))

        def enter(session: Session) -> str:
            id = people.register_person(session, person, identity, "test")
            for purse, fen in ((Purse.CURRENT, current), (Purse.CARRIED, carried)):
                if fen:
                    on = local_day(session.now)
                    people.book_credit(session, person, purse, fen, on, f"opening/{id}/{purse}")
            return id

        return self.do(enter)

    def hospital(self, name: str, level: str = "primary", **more: Any) -> str:
        """Register a hospital."""
        region = more.pop("region", self.region)
        kind = InstitutionKind.HOSPITAL
        found = self.do(
            lambda s: people.register_institution(
                s, region, kind, name, id=f"H{region}-{name}", level=Level(level), **more
            )
        )
        return found.id

    def pharmacy(self, name: str, **more: Any) -> str:
        """Register a pharmacy."""
        region = more.pop("region", self.region)
        kind = InstitutionKind.PHARMACY
        found = self.do(
            lambda s: people.register_institution(
                s, region, kind, name, id=f"Y{region}-{name}", **more
            )
        )
        return found.id

    def standing(self, name: str, **change: Any) -> Person | Refusal:
        """Change a standing from now on."""
        asked = msgspec.convert(change, people.StandingChange)
        return self.do(lambda s: people.change_standing(s, self.id(name), asked, "test"))

    def credit(self, name: str, purse: str, fen: int, id: str = "") -> Refusal | bool:
        """Put money into a purse."""
        self._count += 1
        asked = people.Credit(
            id=id or f"credit-{self._count}",
            person=self.id(name),
            purse=Purse(purse),
            amount_fen=fen,
        )
        return self.do(lambda s: people.credit(s, asked))

    def balance(self, name: str) -> Balances:
        """Both purses."""
        found = self.ask(lambda s: people.balances_of(s, self.id(name)))
        assert isinstance(found, Balances)
        return found

    def hold_code(self, holder: str, relative: str, by: Caller | None = None) -> Any:
        """Show a relative's code."""
        caller = by or self.caller(holder)
        return self.do(lambda s: people.hold_code(s, self.id(holder), self.id(relative), caller))

    # Pools and bonds

    def pool(
        self,
        sponsor: str,
        members: Mapping[str, str] | None = None,
        uses: str = "pay",
        *,
        committed: bool = True,
        by: Caller | None = None,
        channel: str = "app",
        agent: str | None = None,
    ) -> pooling.Formed | Refusal:
        """Form a pool: member → kinship."""
        kin = {self.id(name): Kinship(kinship) for name, kinship in (members or {}).items()}
        chosen = frozenset(Use(use) for use in uses.split())
        return self.do(
            lambda s: pooling.form(
                s,
                self.id(sponsor),
                kin,
                chosen,
                Asking(by or self.caller(sponsor), FilingChannel(channel), agent),
                committed=committed,
            )
        )

    def _asking(self, asker: str, by: Caller | None) -> Asking:
        return Asking(by or self.caller(asker))

    def bind(
        self, sponsor: str, member: str, kinship: str, by: Caller | None = None
    ) -> Bond | Refusal:
        """Add a member."""
        asked = self._asking(sponsor, by)
        kin = Kinship(kinship)
        return self.do(lambda s: pooling.bind(s, self.id(sponsor), self.id(member), kin, asked))

    def unbind(
        self, sponsor: str, member: str, by: Caller | None = None
    ) -> pooling.Ended | Refusal:
        """Remove a member."""
        asked = self._asking(sponsor, by)
        return self.do(lambda s: pooling.unbind(s, self.id(sponsor), self.id(member), asked))

    def leave(
        self, member: str, sponsor: str | None = None, by: Caller | None = None
    ) -> pooling.Ended | Refusal:
        """A member leaves."""
        asked = self._asking(member, by)
        of = None if sponsor is None else self.id(sponsor)
        return self.do(lambda s: pooling.leave(s, self.id(member), of, asked))

    def dissolve(self, sponsor: str, by: Caller | None = None) -> pooling.Ended | Refusal:
        """End a pool."""
        asked = self._asking(sponsor, by)
        return self.do(lambda s: pooling.dissolve(s, self.id(sponsor), asked))

    def uses(self, sponsor: str, uses: str, by: Caller | None = None) -> Any:
        """Choose the uses."""
        asked = self._asking(sponsor, by)
        chosen = frozenset(Use(use) for use in uses.split())
        return self.do(lambda s: pooling.choose_uses(s, self.id(sponsor), chosen, asked))

    def view(self, of: str, by: Caller | str, at: str | None = None) -> looking.PoolView | Refusal:
        """Look at a pool, now or at a past moment."""
        caller = self.caller(by) if isinstance(by, str) else by
        then = local(at) if at else None
        return self.ask(lambda s: looking.view_pool(s, self.id(of), caller, then))

    def members(self, of: str, by: Caller | str | None = None, at: str | None = None) -> list[str]:
        """The members that the asker sees, by name."""
        seen = self.view(of, by or of, at)
        assert isinstance(seen, looking.PoolView), seen
        return sorted(bond.member.partition("-")[2] for bond in seen.bonds)

    # Bills

    def bill(
        self,
        patient: str,
        at: str,
        self_paid: int,
        *,
        uncovered: int = 0,
        fund_paid: int = 0,
        id: str = "",
        **more: Any,
    ) -> SettlementRequest:
        """A bill whose parts add up, unless `total_fen` says otherwise."""
        self._count += 1
        asked: dict[str, Any] = {
            "id": id or f"bill-{self._count}",
            "patient": self.id(patient),
            "institution": self.place(at),
            "self_paid_fen": self_paid,
            "uncovered_fen": uncovered,
            "fund_paid_fen": fund_paid,
            "total_fen": self_paid + uncovered + fund_paid,
            **{key: self.id(more.pop(key)) for key in ("sponsor", "shown_by") if key in more},
            **more,
        }
        return msgspec.convert(asked, SettlementRequest)

    def settle_bill(self, bill: SettlementRequest) -> settling.Answered | Refusal:
        """Settle one bill."""
        (found,) = self.do(lambda s: settling.settle_batch(s, [bill]))
        return found

    def settle(
        self, patient: str, at: str, self_paid: int, **more: Any
    ) -> settling.Answered | Refusal:
        """Settle a bill."""
        return self.settle_bill(self.bill(patient, at, self_paid, **more))

    def settled(self, patient: str, at: str, self_paid: int, **more: Any) -> Decision:
        """Settle a bill that must not be refused, and return the decision."""
        found = self.settle(patient, at, self_paid, **more)
        assert isinstance(found, settling.Answered), found
        return found.decision

    def quoted(self, bill: SettlementRequest) -> Decision | Refusal:
        """What `settle` would decide."""
        found = self.ask(lambda s: settling.quote(s, bill))
        return found if isinstance(found, Refusal) else found.decision

    def reverse(
        self, of: str, at: str, self_paid: int | None = None, id: str = ""
    ) -> settling.Reversed | Refusal:
        """Reverse a settlement, the whole or a part."""
        self._count += 1
        asked = settling.ReversalRequest(
            id=id or f"back-{self._count}",
            institution=self.place(at),
            of=of,
            self_paid_fen=self_paid,
        )
        return self.do(lambda s: settling.reverse_settlement(s, asked))

    def payments(self, of: str, by: Caller | str) -> list[Answer] | Refusal:
        """Payments from a sponsor's money, as far as the asker may see them."""
        caller = self.caller(by) if isinstance(by, str) else by
        found = self.ask(lambda s: looking.pooled_payments(s, self.id(of), caller))
        return found if isinstance(found, Refusal) else list(found)

    # The book

    def proof(self) -> Sums:
        """What the proof walked; it must have found nothing."""
        found = self.ask(lambda s: list(prove(s.unit.entry_rows(), s.unit.balance_rows())))
        wrong = [finding for finding in found if isinstance(finding, Disagreement)]
        assert not wrong, wrong
        (sums,) = found
        assert isinstance(sums, Sums)
        return sums

    def close(self) -> None:
        """Let the store go."""
        self.office.store.close()


OpenTown = Callable[..., Town]
"""What the fixture `town` gives: `town(LINYI, "2023-03-01T09:00")`."""


def code(found: object) -> str:
    """The code of a refusal, or what came instead, which then fails the comparison."""
    return found.code.value if isinstance(found, Refusal) else f"not refused: {found!r}"
