"""答复: the forms of what is answered. Null stands where there is nothing, or nothing for the asker."""

from datetime import date, datetime
from typing import Any

import msgspec

from gongji.terms import InstitutionKind, Kinship, Level, Purse, Scheme, Status, Use


class Health(msgspec.Struct, frozen=True):
    """The store answers, and this is the law in force."""

    status: str
    law: str


class StandingShown(msgspec.Struct, frozen=True, kw_only=True):
    """参保状态, and since when. `filed_by` is the clerk who recorded it."""

    scheme: Scheme
    status: Status
    ecode: bool
    died: date | None
    suspended_from: date | None
    suspended_until: date | None
    since: datetime | None = None
    filed_by: str | None = None


class PersonShown(msgspec.Struct, frozen=True, kw_only=True):
    """参保人, masked."""

    id: str
    region: str
    name: str
    number: str
    phone: str
    standing: StandingShown


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """登记结果. `known`: the number was registered before, and this is the id that it has."""

    id: str
    known: bool


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """查询结果: an id for a number, and a masked name to compare."""

    id: str
    name: str


class Standings(msgspec.Struct, frozen=True, kw_only=True):
    """参保状态历史, oldest first."""

    person: str
    standings: tuple[StandingShown, ...]


class BalancesShown(msgspec.Struct, frozen=True):
    """个人账户余额 (ACC-6)."""

    current_fen: int
    carried_fen: int


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """个人账户. `pooled_fen` is what of it may be pooled under the law of today."""

    person: str
    current_fen: int
    carried_fen: int
    pooled_fen: int


class Credited(msgspec.Struct, frozen=True, kw_only=True):
    """划入结果."""

    id: str
    person: str
    purse: Purse
    amount_fen: int
    repeated: bool


class CodesHeld(msgspec.Struct, frozen=True, kw_only=True):
    """亲情账户: whose codes the holder may show."""

    holder: str
    relatives: tuple[str, ...]


class CodeDropped(msgspec.Struct, frozen=True, kw_only=True):
    """解除亲情账户: from now on the holder does not have this relative's code."""

    holder: str
    relative: str


class Cite(msgspec.Struct, frozen=True, kw_only=True):
    """引用: a provision by which something was decided, with its words, its day and its place."""

    rules: tuple[str, ...]
    region: str
    question: str
    day: date
    basis: str
    quote: str
    text: str
    place: str


class ProvisionShown(Cite, frozen=True, kw_only=True):
    """某日有效的规定, whole: the question, the answer, and how its words were read."""

    asks_zh: str
    asks_en: str
    value: Any
    issuer: str
    reading_zh: str
    reading_en: str


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """原因: a code in words, and what would succeed."""

    code: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


class MemberResult(msgspec.Struct, frozen=True, kw_only=True):
    """One member's result: bound, or why not and what would succeed."""

    person: str
    bound: bool
    refused: Why | None = None
    cites: tuple[Cite, ...] = ()
    numbers: dict[str, int] = {}
    succeeds_at: datetime | None = None


class FormedShown(msgspec.Struct, frozen=True, kw_only=True):
    """组网结果. `pool` is null when members were named and none could be bound."""

    pool: str | None
    sponsor: str
    members: tuple[MemberResult, ...]


class BondShown(msgspec.Struct, frozen=True, kw_only=True):
    """共济关系. `ends` is null while nobody has ended it."""

    id: str
    sponsor: str
    member: str
    kinship: Kinship
    starts: datetime
    ends: datetime | None


class BondInPool(BondShown, frozen=True, kw_only=True):
    """A bond with the member's masked name."""

    name: str


class PoolShown(msgspec.Struct, frozen=True, kw_only=True):
    """家庭共济网 as far as the asker may see it (NET-13)."""

    sponsor: str
    sponsor_name: str
    uses: tuple[Use, ...]
    bonds: tuple[BondInPool, ...]
    at: datetime


class EndedShown(msgspec.Struct, frozen=True, kw_only=True):
    """解除结果: the instant from which the bonds are no longer in force."""

    ends: datetime
    bonds: tuple[str, ...]


class WarningShown(msgspec.Struct, frozen=True, kw_only=True):
    """提醒: what the sponsor is told when the uses change. It hinders nothing (CON-8, CON-9)."""

    code: str
    zh: str
    en: str
    cites: tuple[Cite, ...]


class UsesShown(msgspec.Struct, frozen=True, kw_only=True):
    """共济方式."""

    pool: str
    sponsor: str
    uses: tuple[Use, ...]
    warnings: tuple[WarningShown, ...] = ()


class InstitutionShown(msgspec.Struct, frozen=True, kw_only=True):
    """定点医药机构."""

    id: str
    region: str
    kind: InstitutionKind
    name: str
    level: Level | None
    designated: bool
    one_card: bool


class PackShown(msgspec.Struct, frozen=True, kw_only=True):
    """政策包."""

    region: str
    name_zh: str
    name_en: str
    attribution: str
    note_zh: str
    note_en: str


class Packs(msgspec.Struct, frozen=True, kw_only=True):
    """政策包目录. `law` is the version of all of them together."""

    law: str
    packs: tuple[PackShown, ...]


class PackOnDay(PackShown, frozen=True, kw_only=True):
    """A region's law on a day: each provision in force, its own or the baseline's."""

    on: date
    provisions: tuple[ProvisionShown, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One question that two regions answer differently; null where a region has no answer."""

    question: str
    asks_zh: str
    asks_en: str
    one: ProvisionShown | None
    other: ProvisionShown | None


class PackDiff(msgspec.Struct, frozen=True, kw_only=True):
    """两地之别, on one day."""

    one: str
    other: str
    on: date
    differences: tuple[Difference, ...]


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """A field that cannot be taken: what is wrong, the form it must have, and the remedy."""

    field: str
    wrong: str
    form: str
    remedy: str


class Succeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What would succeed, and from when where waiting is all it takes."""

    how: str
    at: datetime | None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457: why a request was not served, by which rule, and what would succeed."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    succeeds: Succeeds
    cites: tuple[Cite, ...] = ()
    numbers: dict[str, int] = {}
    errors: tuple[FieldError, ...] = ()
