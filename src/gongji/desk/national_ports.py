"""What the national interface keeps: messages with their answers, visits, fee lines, settlements.

Everything belongs to one institution, by its id, whose region leads every key. The money itself is
in the book and in the desk's answers; a settlement here is what was said of it on the wire.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from gongji.catalogue.item import Edition
from gongji.desk.identity import Identity
from gongji.desk.line import ALONE, Hand
from gongji.ledger.book import AccountKey, Balance
from gongji.policy.bonds import BondWithUses
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution


class MessageKey(NamedTuple):
    """报文: whose, which transaction, which msgid. Clients reuse one msgid for two transactions."""

    institution: str
    infno: str
    msgid: str


class Message(NamedTuple):
    """A message that changed something, with its answer byte for byte.

    `digest` is of what was asked, so that another request under the same msgid is told apart.
    `about` is the settlement or visit that it made. `undone` is the answer that a repeat gets once
    the message was reversed by 2601; a message that never came has that one only.
    """

    key: MessageKey
    received_at: int
    digest: str
    about: str
    answer: bytes
    undone: bytes | None = None


class SignIn(NamedTuple):
    """签到."""

    institution: str
    sign_no: str
    opter: str
    mac: str
    ip: str
    at: int
    out_at: int | None = None


class VisitKey(NamedTuple):
    """Whose visit, and its mdtrt_id."""

    institution: str
    id: str


class VisitKind(StrEnum):
    """How a visit began."""

    OUTPATIENT = "outpatient"  # 2201
    INPATIENT = "inpatient"  # 2401
    PHARMACY = "pharmacy"  # 2102: a purchase is a visit of its own


class Visit(NamedTuple):
    """就诊. `number` is the institution's own; `told` and `diagnoses` are JSON as they came."""

    institution: str
    id: str  # mdtrt_id
    person: str
    kind: VisitKind
    number: str  # ipt_otp_no
    insutype: str
    med_type: str
    began_at: int
    ended_at: int | None
    cancelled: bool
    told: bytes
    diagnoses: bytes


class FeeRow(NamedTuple):
    """费用明细 as uploaded, with what it was decided to be; JSON both. `settled` is a setl_id."""

    institution: str
    visit: str
    sn: str
    batch: str
    settled: str
    total_fen: int
    charged_at: int
    told: bytes
    decided: bytes


class Settled(NamedTuple):
    """结算: one settlement or its negative, with the sums that reconciliation compares.

    `id` begins with the institution's region and the local second of `at`, and so sorts by time.
    `mulaid_fen` is inside `acct_fen`. `reverses` and `reversed_by` name the other of the two;
    `clearing` is the application (3203) that it went into, or STRUCK. `shown` is JSON: the answer's
    nodes, or what these do not say, where they stand in the recorded answer of its message.
    """

    institution: str
    id: str  # setl_id
    visit: str
    infno: str
    msgid: str
    person: str
    reverses: str
    reversed_by: str
    at: int
    insutype: str
    med_type: str
    care: str
    clr_type: str
    batch: str
    total_fen: int
    fund_fen: int
    acct_fen: int
    mulaid_fen: int
    cash_fen: int
    deductible_fen: int
    clearing: str
    shown: bytes


STRUCK = "2601"
"""冲正: a settlement and its negative of which the institution has seen neither; both stay out of
reconciliation and clearing."""


class KeptFile(NamedTuple):
    """文件, up or down."""

    institution: str
    id: str  # file_qury_no
    name: str
    content: bytes
    until: int


class Clearing(NamedTuple):
    """清算申请: what an institution applied for, and the month; JSON as it came."""

    institution: str
    id: str  # clr_appy_evt_id
    clr_type: str
    month: str
    at: int
    cancelled: bool
    told: bytes


class Order(NamedTuple):
    """线上支付订单. `state` is ordStas; `told` JSON of the upload, `visit` and `settled` what came
    of it."""

    institution: str
    id: str  # payOrdId
    token: str
    ref: str  # medOrgOrd
    person: str
    state: str
    visit: str
    settled: str
    at: int
    told: bytes


class AccessKey(NamedTuple):
    """网关密钥: which institution an access key speaks for. The secret is derived, never stored."""

    id: str
    code: str
    made_at: int
    ended_at: int | None = None
    public_key: str = ""  # the institution's SM2 key, hexadecimal; empty where none was given


class WireItem(NamedTuple):
    """医保目录编码: what the national code of an item stands for in our catalogue."""

    code: str
    name: str
    form: str
    spec: str
    list: str
    list_type: str
    charge_type: str


class ToAnswer(NamedTuple):
    """What the settlements that arrived together name, as far as it is known.

    `people` has the sponsors as well; `bonds` by member, oldest first; `places` are the
    institutions by their codes; `used_fen` is what of the deductible the patients have used in
    their benefit year, by person and kind of care; `editions` are those for each region of theirs.
    `purses` are the accounts of whoever may pay: a unit that writes keeps them locked until its
    end. `away`: see `ToSettle`.
    """

    people: dict[str, tuple[Person, Identity]]
    bonds: dict[str, list[BondWithUses]]
    places: dict[str, Institution]
    messages: dict[MessageKey, Message]
    visits: dict[VisitKey, Visit]
    fees: dict[VisitKey, list[FeeRow]]
    used_fen: dict[tuple[str, str], int]
    editions: dict[str, list[Edition]]
    purses: dict[AccountKey, Balance]
    away: Collection[str] = ()


Years = Mapping[tuple[int, int], Collection[str]]
"""People by the beginning and the end of their benefit year."""


class NationalUnit(Protocol):
    """The part of a unit that keeps the national interface's records."""

    # Institutions by their codes on the wire, and their keys
    def institution_of_code(self, code: str) -> str | None: ...
    def institutions_of_codes(self, codes: Iterable[str]) -> dict[str, str]: ...
    def connect_code(self, code: str, institution: str, at: int) -> None: ...
    def access_key(self, id: str) -> AccessKey | None: ...
    def add_access_key(self, key: AccessKey) -> None: ...
    def end_access_key(self, id: str, at: int) -> None: ...
    def wire_items(self, codes: Iterable[str]) -> dict[str, WireItem]: ...
    def wire_items_after(self, code: str, limit: int) -> list[WireItem]: ...
    def put_wire_items(self, items: Sequence[WireItem]) -> None: ...

    # Messages that arrived together
    def to_answer(
        self,
        patients: Collection[str],
        codes: Iterable[str],
        messages: Collection[MessageKey],
        visits: Collection[VisitKey],
        *,
        years: Years,
        not_ended_by: int,
        hand: Hand = ALONE,
    ) -> ToAnswer:
        """What settlements name, read at once; nobody else settles over the interface for these
        patients until the commit. `years` has those whose region is known."""
        ...

    def messages(self, keys: Iterable[MessageKey]) -> dict[MessageKey, Message]: ...
    def add_messages(self, messages: Sequence[Message]) -> None: ...
    def visits(self, keys: Iterable[VisitKey]) -> dict[VisitKey, Visit]: ...
    def fees_of_visits(self, keys: Iterable[VisitKey]) -> dict[VisitKey, list[FeeRow]]: ...
    def settle_fees(self, rows: Iterable[tuple[FeeRow, str]]) -> None: ...
    def add_settlements(self, settled: Sequence[Settled]) -> None: ...

    # Messages
    def message(self, key: MessageKey) -> Message | None: ...
    def add_message(self, message: Message) -> None: ...
    def undo_message(self, key: MessageKey, answer: bytes) -> None: ...

    # Sign-ins
    def add_sign_in(self, sign_in: SignIn) -> None: ...
    def national_sign_in(self, institution: str, sign_no: str) -> SignIn | None: ...
    def sign_out(self, institution: str, sign_no: str, at: int) -> None: ...

    # Visits and fee lines
    def visit(self, institution: str, id: str) -> Visit | None: ...
    def visits_of(self, institution: str, person: str, since: int, before: int) -> list[Visit]: ...
    def put_visit(self, visit: Visit) -> None: ...
    def fees_of(self, institution: str, visit: str) -> list[FeeRow]: ...
    def add_fees(self, rows: Sequence[FeeRow]) -> None: ...
    def withdraw_fees(
        self, institution: str, visit: str, *, batch: str | None = None, sn: str | None = None
    ) -> int: ...
    def unsettle_fees(self, institution: str, visit: str, settled: str) -> None: ...

    # Settlements
    def add_settled(self, settled: Settled) -> None: ...
    def settled(self, institution: str, id: str) -> Settled | None: ...
    def settled_of_visit(self, institution: str, visit: str, person: str) -> list[Settled]: ...
    def settled_between(self, institution: str, since: int, before: int) -> list[Settled]: ...
    def settled_of_person(self, person: str, since: int, before: int) -> list[Settled]: ...
    def mark_reversed(self, institution: str, id: str, by: str, clearing: str) -> None: ...
    def mark_cleared(
        self, institution: str, clr_type: str, since: int, before: int, clearing: str
    ) -> None: ...
    def mark_uncleared(self, institution: str, clearing: str) -> None: ...

    # Files, clearings, orders
    def add_file(self, file: KeptFile) -> None: ...
    def file(self, institution: str, id: str) -> KeptFile | None: ...
    def put_clearing(self, clearing: Clearing) -> None: ...
    def clearing(self, institution: str, id: str) -> Clearing | None: ...
    def put_order(self, order: Order) -> None: ...
    def order(self, institution: str, id: str) -> Order | None: ...
