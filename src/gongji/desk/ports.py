"""What the desk needs of a store, and the failures that a store may raise."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

from gongji.desk.catalogue_ports import CatalogueUnit
from gongji.desk.claims_ports import ClaimsUnit
from gongji.desk.faces_ports import FacesUnit
from gongji.desk.figures_ports import FiguresUnit
from gongji.desk.identity import Identity, KnownBy
from gongji.desk.line import ALONE, Hand
from gongji.desk.national_ports import NationalUnit
from gongji.desk.premium_ports import PremiumUnit
from gongji.ledger.book import AccountKey, Balance, Book
from gongji.ledger.proof import BalanceRow, EntryRow
from gongji.policy.bonds import Bond, BondWithUses
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution
from gongji.terms import NEVER, FilingChannel, Purse, Use, region_of

Clock = Callable[[], datetime]
"""Asked once for each act; aware, in local time."""


class StoreUnavailable(Exception):
    """The machine's failure: a full disk, a locked file, a lost server. Nothing was kept."""


class Conflict(Exception):
    """Somebody else wrote first. Nothing was kept; asked again, it finds what they have written."""


class WrongKey(Exception):
    """The key does not open this store: identity numbers in it were sealed with another one."""


class Filing(msgspec.Struct, frozen=True, omit_defaults=True):
    """经办记录: through which channel an act came, and who acted for another (NET-17)."""

    channel: FilingChannel
    asked_by: str
    agent: str | None = None  # the agent's identity, where the window acts for the sponsor
    reason: str | None = None  # why a bond ended, where it was not simply taken back


class Pool(msgspec.Struct, frozen=True, omit_defaults=True):
    """家庭共济网: a sponsor's bonds and chosen uses. It holds no money."""

    id: str
    sponsor: str
    opened: int  # micros
    closed: int  # micros, NEVER while it is open
    uses: frozenset[Use]
    uses_since: int  # micros

    @property
    def is_open(self) -> bool:
        """Whether nobody has dissolved it."""
        return self.closed == NEVER


class AnswerKind(StrEnum):
    """记录种类: what a recorded answer answered."""

    SETTLEMENT = "settlement"
    REVERSAL = "reversal"
    CREDIT = "credit"
    CLOSING = "closing"  # an account closed: moved away, or inherited


class AnswerKey(NamedTuple):
    """请求编号: whose request, and which: the ids of one asker are its own."""

    asker: str
    id: str


class Answer(NamedTuple):
    """结算记录: a request with its answer, as stored, never changed.

    `request`, `facts` and `decision` are JSON; `law` is the version of the packs it was made under.
    """

    key: AnswerKey
    kind: AnswerKind
    reverses: str | None
    patient: str
    sponsor: str | None
    happened_at: int
    recorded_at: int
    law: str
    own_fen: int
    pooled_fen: int
    cash_fen: int
    self_paid_fen: int
    whole: bool  # of a reversal: nothing is left to reverse
    request: bytes
    facts: bytes
    decision: bytes


class ToSettle(NamedTuple):
    """What a batch of bills needs to know, read at once.

    `answered` are those of the keys that were asked before; `people` has the sponsors as well;
    `bonds` by member, oldest first; `codes` as (holder, relative); `purses` are the accounts of all
    these people that hold or held money. A unit that writes keeps the purses locked until its end.
    `away` are the people of the families that are left to the next batch: see `Hand`.
    """

    answered: dict[AnswerKey, Answer]
    people: dict[str, Person]
    institutions: dict[str, Institution]
    bonds: dict[str, list[BondWithUses]]
    codes: set[tuple[str, str]]
    purses: dict[AccountKey, Balance]
    away: Collection[str] = ()


class HourSums(NamedTuple):
    """一小时的支付: what one region's institutions have settled, or given back, in one hour."""

    region: str
    hour: int  # whole hours since the beginning that was asked for
    kind: AnswerKind
    bills: int
    own_fen: int
    pooled_fen: int
    cash_fen: int


class RunState(NamedTuple):
    """批处理进度: how far a run has come. `cursor` is the last item done; instants in micros."""

    region: str
    name: str
    cursor: str
    done: int
    failed: int
    amount_fen: int
    started_at: int
    finished_at: int | None


class Turned(NamedTuple):
    """What one chunk of a year turn has moved; `last` is the last account seen, None at the end."""

    moved: int
    moved_fen: int
    last: str | None


class Movement(NamedTuple):
    """One entry on a person's purse; `act` is the kind of its voucher."""

    purse: Purse
    amount_fen: int
    happened_on: date
    act: str
    voucher: str


class CallerKind(StrEnum):
    """调用方种类: who asks over the API."""

    PERSON = "person"
    INSTITUTION = "institution"
    CLERK = "clerk"
    AUDITOR = "auditor"


class Caller(msgspec.Struct, frozen=True):
    """调用方: who asks. `subject` is the person's or institution's id, or the clerk's name.

    A person comes with a signed token, everyone else with an API key; `id` names the key.
    """

    id: str
    region: str
    kind: CallerKind
    subject: str

    def may_act_for(self, person: str) -> bool:
        """A person acts for itself; a clerk for whoever comes to the region's window (NET-17)."""
        if self.kind is CallerKind.PERSON:
            return self.subject == person
        return self.kind is CallerKind.CLERK and self.region == region_of(person)


class Asking(NamedTuple):
    """经办申请: who asks for an act, through which channel, and who came for the one concerned."""

    by: Caller
    channel: FilingChannel = FilingChannel.APP
    agent: str | None = None  # an identity number, recorded at the window only (NET-17)

    def filing(self, reason: str | None = None) -> Filing:
        """What is kept of it beside the act."""
        return Filing(self.channel, self.by.subject, self.agent, reason)


class Unit(CatalogueUnit, PremiumUnit, NationalUnit, FacesUnit, ClaimsUnit, FiguresUnit, Protocol):
    """One unit of work. What it reads is consistent, what it writes stands or falls together."""

    # People
    def people(self, ids: Iterable[str]) -> dict[str, Person]: ...
    def person_at(self, id: str, at: int) -> Person | None: ...
    def add_person(self, person: Person, identity: Identity, since: int, by: str) -> None: ...
    def add_people(
        self, people: Sequence[tuple[Person, Identity]], since: int, by: str
    ) -> None: ...
    def set_standing(self, person: Person, since: int, by: str) -> None: ...
    def standings(self, id: str) -> list[tuple[int, Person, str]]: ...
    def find_person(self, region: str, number: str) -> str | None: ...
    def patients(self, ids: Iterable[str]) -> dict[str, tuple[Person, Identity]]:
        """People with their identities; nobody else settles for them over the national interface
        until the commit."""
        ...

    def known_by(self, region: str, kind: KnownBy, plain: str, *, limit: int) -> list[str]: ...
    def identities(self, ids: Iterable[str]) -> dict[str, Identity]: ...
    def set_card(self, person: str, card: str) -> None: ...

    # Institutions and callers
    def institutions(self, ids: Iterable[str]) -> dict[str, Institution]: ...
    def add_institution(self, institution: Institution, name: str) -> None: ...
    def institution_names(self, ids: Iterable[str]) -> dict[str, str]: ...
    def add_caller(self, caller: Caller, key: str, at: int) -> None: ...
    def caller(self, key: str) -> Caller | None: ...

    # Pools, bonds, uses, family codes
    def open_pool(self, sponsor: str) -> Pool | None: ...
    def pool(self, id: str) -> Pool | None: ...
    def add_pool(self, pool: Pool, filing: Filing) -> None: ...
    def add_pools(self, pools: Sequence[tuple[Pool, Filing]]) -> None: ...
    def close_pool(self, id: str, at: int, filing: Filing) -> None: ...
    def set_uses(self, pool: str, uses: frozenset[Use], since: int, filing: Filing) -> None: ...
    def uses_at(self, pool: str, at: int) -> frozenset[Use]: ...
    def bonds_of_members(
        self, ids: Iterable[str], not_ended_by: int
    ) -> dict[str, list[BondWithUses]]: ...
    def bonds_of_sponsor(self, id: str) -> list[Bond]: ...
    def bonds_of_member(self, id: str) -> list[Bond]: ...
    def add_bond(self, bond: Bond, filing: Filing) -> None: ...
    def add_bonds(self, bonds: Sequence[tuple[Bond, Filing]]) -> None: ...
    def end_bond(self, bond: Bond, ends: int, filing: Filing) -> None: ...
    def codes_held(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]: ...
    def codes_of(self, holder: str) -> list[str]: ...
    def add_code(self, holder: str, relative: str, at: int) -> None: ...
    def end_code(self, holder: str, relative: str, at: int) -> None: ...

    # The book; who writes has the accounts whose balances it has asked for to itself
    def balances(self, accounts: Iterable[AccountKey]) -> dict[AccountKey, Balance]: ...
    def write_book(self, book: Book, recorded_at: int) -> None: ...
    def count_accounts(self, region: str, kind: str) -> int: ...
    def entry_rows(self) -> Iterator[EntryRow]: ...
    def balance_rows(self) -> Iterator[BalanceRow]: ...

    # Settlements
    def to_settle(
        self,
        keys: Sequence[AnswerKey],
        *,
        patients: Collection[str],
        institutions: Collection[str],
        codes: Collection[tuple[str, str]],
        not_ended_by: int,
        hand: Hand = ALONE,
    ) -> ToSettle: ...
    def write_settled(self, book: Book, answers: Sequence[Answer], recorded_at: int) -> None: ...

    # Answers
    def answered(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Answer]: ...
    def write_answers(self, answers: Sequence[Answer]) -> None: ...
    def reversals_of(self, key: AnswerKey) -> list[Answer]: ...
    def answers_by_id(self, id: str) -> list[Answer]: ...
    def answers_of_patients(
        self, ids: Iterable[str], *, sponsor: str | None = None, limit: int, before: int
    ) -> list[Answer]: ...
    def answers_of_asker(self, asker: str, *, limit: int, before: int) -> list[Answer]: ...
    def bills_between(self, asker: str, since: int, until: int) -> list[Answer]: ...
    def hour_sums(
        self, regions: Iterable[str], since: int, until: int, asker: str | None = None
    ) -> list[HourSums]: ...

    # Law and calendar
    def keep_law(self, version: str, packs: Mapping[str, Mapping[str, str]]) -> None: ...
    def law_texts(self, version: str) -> Mapping[str, Mapping[str, str]] | None: ...
    def last_closing(self, region: str) -> tuple[date, int] | None: ...
    def close_year(self, region: str, year_ends: date, at: int) -> None: ...
    def turn_accounts(
        self, region: str, year_ends: date, *, after: str, limit: int, on: date, at: int
    ) -> Turned: ...
    def movements(self, person: str) -> list[Movement]: ...

    # Readiness
    def try_writing(self) -> None: ...

    # Runs
    def run_state(self, region: str, name: str) -> RunState | None: ...
    def keep_run(self, state: RunState, failures: Sequence[tuple[str, str, int]]) -> None: ...
    def runs_in(self, region: str) -> list[RunState]: ...
    def run_failures(self, region: str, name: str) -> list[tuple[str, str, int]]: ...


class Store(Protocol):
    """A durable store. `begin` commits at the end of its block, or keeps nothing at all.

    Units that are `shared` may write at once: settlements, which take each account for themselves
    when they ask for its balance. A unit that is not has the regions that it names to itself, or
    the whole where it names none. Raises StoreUnavailable, and Conflict where two were at once.

    `hands`: how many units of one process that write get further together than one after another.
    """

    hands: int

    def begin(
        self, *, regions: Collection[str] | None = None, shared: bool = False
    ) -> AbstractContextManager[Unit]: ...
    def read(self) -> AbstractContextManager[Unit]: ...
    def changes(self) -> int: ...
    def close(self) -> None: ...
