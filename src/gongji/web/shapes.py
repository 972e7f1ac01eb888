"""报文: what goes in and out over the API. Whatever comes from outside is checked by these forms.

Money is whole fen with `_fen` at the end of the name. Instants are ISO 8601 with an offset, days
ISO 8601. A field that the form does not know is refused, so that a slip is not taken for silence.
"""

from datetime import date, datetime
from typing import Annotated

import msgspec

from gongji.desk.life import KinshipEnd
from gongji.settlement.bill import AskerId, InstitutionId, PersonId
from gongji.terms import (
    LARGEST_FEN,
    FilingChannel,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    RegionCode,
    Scheme,
    Status,
    Use,
)

_END = r"(?![\s\S])"
"""The very end. `$` alone would let a last newline pass."""

Moment = Annotated[
    datetime, msgspec.Meta(tz=True, description="时刻，带时区偏移 · an instant with its offset")
]
Name = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=100,
        pattern=r"^(?!\s)[^\x00-\x1f\x7f]+(?<!\s)" + _END,
        description="姓名或名称，不含控制字符，首尾无空格 · a name, without control characters and"
        " without spaces at its ends",
    ),
]
IdentityNumber = Annotated[
    str,
    msgspec.Meta(
        min_length=18,
        max_length=18,
        pattern="^[0-9]{17}[0-9X]$",
        description="居民身份号码：17位数字加一位校验码 · an identity number: 17 digits, then a check"
        " character, a digit or X",
    ),
]
Phone = Annotated[
    str,
    msgspec.Meta(
        max_length=20,
        pattern="^[0-9+-]*" + _END,
        description="数字、+ 和 -，没有则留空 · digits, + and -; empty for none",
    ),
]
Card = Annotated[
    str,
    msgspec.Meta(
        max_length=32, pattern="^([0-9A-Z]{6,32})?" + _END,
        description="社会保障卡号：6至32位数字和大写字母，没有则留空 · a card number: 6 to 32 digits and"
        " capital letters; empty for none",
    ),
]  # fmt: skip
Positive = Annotated[
    int, msgspec.Meta(ge=1, le=LARGEST_FEN, description="分，大于零 · fen, above zero")
]
Year = Annotated[int, msgspec.Meta(ge=2000, le=2100)]
Years = Annotated[frozenset[Year], msgspec.Meta(max_length=100)]
PaperOnRecord = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is asked refuses fields that it does not know."""


# What is asked ───────────────────────────────────────────────────────────────────────────────────


class RegisterPerson(_Asked, frozen=True, kw_only=True):
    """参保登记: a person with a standing. The date of birth is read from the number."""

    region: RegionCode
    name: Name
    number: IdentityNumber
    scheme: Scheme
    status: Status = Status.ACTIVE
    ecode: bool = True
    phone: Phone = ""
    card: Card = ""


class FindPerson(_Asked, frozen=True, kw_only=True):
    """按证件号查询. A person has to know the name as well; the others act on a card shown to them."""

    region: RegionCode
    number: IdentityNumber
    name: Name | None = None


class CreditAsked(_Asked, frozen=True, kw_only=True):
    """个人账户划入: money that the agency puts into a purse, once for an id."""

    id: AskerId
    purse: Purse
    amount_fen: Positive
    happened_on: date | None = None


class HoldCode(_Asked, frozen=True, kw_only=True):
    """亲情账户绑定: whose code is to be shown on the holder's phone. Who holds it can spend the
    relative's own money, and an id stands on every receipt: the name and the number are asked for."""

    relative: PersonId
    name: Name
    number: IdentityNumber


class Filed(_Asked, frozen=True, kw_only=True):
    """办理信息: the channel, left out where the caller has only one, and at the window the identity
    number of whoever came for the person concerned (NET-17)."""

    channel: FilingChannel | None = None
    agent: IdentityNumber | None = None


class MemberAsked(_Asked, frozen=True, kw_only=True):
    """共济成员: who it is to the sponsor."""

    person: PersonId
    kinship: Kinship


class FormPool(Filed, frozen=True, kw_only=True):
    """组建家庭共济网. `committed`: the commitment has been read and signed (NET-14)."""

    sponsor: PersonId
    members: Annotated[tuple[MemberAsked, ...], msgspec.Meta(max_length=50)] = ()
    uses: frozenset[Use] = frozenset()
    committed: bool = False


class BindMember(Filed, frozen=True, kw_only=True):
    """添加共济成员."""

    member: PersonId
    kinship: Kinship


class EndKinship(Filed, frozen=True, kw_only=True):
    """亲属关系终止 (NET-14)."""

    reason: KinshipEnd


class ChooseUses(Filed, frozen=True, kw_only=True):
    """选择共济方式."""

    uses: frozenset[Use]


class LeavePool(Filed, frozen=True, kw_only=True):
    """退出共济网: one sponsor's pool, or every pool when no sponsor is named."""

    sponsor: PersonId | None = None


class RegisterInstitution(_Asked, frozen=True, kw_only=True):
    """定点医药机构登记. With the id of a known institution it changes what is known of it."""

    region: RegionCode
    kind: InstitutionKind
    name: Name
    id: InstitutionId | None = None
    level: Level | None = None
    designated: bool = True
    one_card: bool = True


class HeirAsked(_Asked, frozen=True, kw_only=True):
    """继承人: a person with an account here, or whoever a paper on record names by its
    fingerprint; with neither, it is the estate's."""

    amount_fen: Positive
    person: PersonId | None = None
    paper: PaperOnRecord | None = None


class EstateAsked(_Asked, frozen=True, kw_only=True):
    """继承办理: the whole balance of a dead person's account. `documents` are papers on record, each
    with its kind and the fingerprint of its scan."""

    id: AskerId
    person: PersonId
    heirs: Annotated[tuple[HeirAsked, ...], msgspec.Meta(max_length=50)]
    documents: Annotated[tuple[PaperOnRecord, ...], msgspec.Meta(min_length=1, max_length=20)]


class MoveAsked(_Asked, frozen=True, kw_only=True):
    """转移办理: the insurance moves to another region; the balance goes along or is paid out."""

    id: AskerId
    person: PersonId
    to: RegionCode
    paid_out: bool = False


class PlanAsked(_Asked, frozen=True, kw_only=True):
    """购买请求: the city's plan of a year, for the buyer or for a member of the buyer's pool. The ids
    of a buyer are its own."""

    id: AskerId
    year: Year
    insured: PersonId
    amount_fen: Positive


class PlanRefundAsked(_Asked, frozen=True, kw_only=True):
    """原渠道退回: an insurer's refund; without a sum, of all that is left."""

    id: AskerId
    amount_fen: Positive | None = None


class WaitingAsked(_Asked, frozen=True, kw_only=True):
    """参保情况. `missed` are years without any basic insurance, `back_paid` how many of them were
    paid for afterwards; `in_period`: paid within the collection period."""

    region: RegionCode
    enrolled_for: Year
    paid_on: date
    in_period: bool
    missed: Years = frozenset()
    back_paid: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0


class CeilingAsked(_Asked, frozen=True, kw_only=True):
    """参保记录 in the resident scheme: years enrolled, missed, and without any reimbursement.
    `raised_used_in` is the last year in which a claim drew on the raised part."""

    region: RegionCode
    year: Year
    enrolled: Years
    missed: Years = frozenset()
    zero_claim: Years = frozenset()
    raised_used_in: Year | None = None
