"""The words that every room shares. docs/terms.md is the same table for readers."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated

import msgspec

LARGEST_FEN = 10**12
"""分: ten billion yuan. No larger sum is somebody's bill; it is a slip of the keyboard."""

NATIONAL = "100000"
"""The national text: the baseline (基线) that a region's own text overrides."""

LOCAL_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""All of China keeps one time, without summer time since 1991."""

RegionCode = Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]{5}$", min_length=6, max_length=6)]
"""统筹区: six digits by GB/T 2260."""


class Term(StrEnum):
    """用语: a word of a closed list, stored and sent as its value."""

    # Tables and sets ask for it at every step of a decision; the enum's own is many times slower.
    __hash__ = str.__hash__


class Scheme(Term):
    """险种: what a person is insured in."""

    EMPLOYEE = "employee"  # 职工医保
    RESIDENT = "resident"  # 居民医保
    MUTUAL_AID = "mutual_aid"  # 市民社区医疗互助帮困计划
    RETIRED_CADRE = "retired_cadre"  # 离休优抚
    NONE = "none"  # 未参保


class Status(Term):
    """参保状态."""

    ACTIVE = "active"  # 正常
    SUSPENDED = "suspended"  # 停保
    SEALED = "sealed"  # 封存
    MOVED = "moved"  # 转出
    REMOTE = "remote"  # 长期异地就医备案


class Kinship(Term):
    """亲属关系, said from the sponsor's side: what the member is to the sponsor."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    SPOUSE_PARENT = "spouse_parent"
    CHILD_IN_LAW = "child_in_law"
    OTHER = "other"


class Use(Term):
    """共济资金使用方式."""

    PAY = "pay"  # 共济支付
    CONTRIBUTE = "contribute"  # 共济缴费


class Purse(Term):
    """个人账户资金: the two kinds of money in one personal account."""

    CURRENT = "current"  # 当年账户
    CARRIED = "carried"  # 历年结余


class InstitutionKind(Term):
    """定点医药机构."""

    HOSPITAL = "hospital"  # 定点医疗机构
    PHARMACY = "pharmacy"  # 定点零售药店


class Level(Term):
    """医院等级."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


class Care(Term):
    """医疗类别: the kind of care that a bill is for."""

    OUTPATIENT = "outpatient"  # 门诊
    EMERGENCY = "emergency"  # 急诊
    INPATIENT = "inpatient"  # 住院（含急诊观察）
    SERIOUS = "serious"  # 门诊大病
    HOME_BED = "home_bed"  # 家庭病床
    PHARMACY = "pharmacy"  # 药店购药


class Category(Term):
    """费用类别: what was bought."""

    DRUG = "drug"  # 药品
    DEVICE = "device"  # 医疗器械
    CONSUMABLE = "consumable"  # 医用耗材
    CHECKUP = "checkup"  # 健康查体
    FITNESS = "fitness"  # 体育健身
    WELLNESS = "wellness"  # 养生保健
    PUBLIC_HEALTH = "public_health"  # 公共卫生


class Channel(Term):
    """结算渠道: where the bill was settled (SET-15)."""

    WINDOW = "window"
    KIOSK = "kiosk"
    INTERNET = "internet"
    PHARMACY = "pharmacy"


class Credential(Term):
    """就医凭证: whose card or code was shown for the patient."""

    OWN = "own"  # 本人的卡或码
    FAMILY_CODE = "family_code"  # 亲情账户: the patient's own code on a relative's phone
    OTHER = "other"  # somebody else's


class AccountUse(Term):
    """个人账户使用: which accounts an institution asks for; the law says which are open."""

    OWN_THEN_POOLED = "own_then_pooled"  # 本人账户用完后，使用共济资金
    OWN = "own"  # 只用本人账户
    POOLED = "pooled"  # 只用共济资金
    NONE = "none"  # 不用账户


class FilingChannel(Term):
    """办理渠道: where a pool was formed or changed (NET-17)."""

    APP = "app"
    MINI_PROGRAM = "mini_program"
    NATIONAL_PLATFORM = "national_platform"
    WINDOW = "window"


def micros(moment: datetime) -> int:
    """A moment as whole microseconds since 1970 UTC: how the store keeps instants."""
    assert moment.tzinfo is not None, "a moment without a time zone says nothing"
    delta = moment - _EPOCH
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def moment(micros_utc: int) -> datetime:
    """The inverse of `micros`, in local time."""
    return _EPOCH_HERE + timedelta(microseconds=micros_utc)


def midnight(day: date) -> datetime:
    """The first instant of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME)


def midnight_after(now: datetime) -> datetime:
    """The first instant of the next local day."""
    return midnight(local_day(now) + timedelta(days=1))


def local_day(now: datetime) -> date:
    """The calendar day in China."""
    return now.astimezone(LOCAL_TIME).date()


def region_of(id: str) -> str:
    """统筹区: the region's code, which stands behind the letter of every id of ours, and of an
    institution's code on the wire (decision 0005)."""
    return id[1:7]


def age_on(born: date, day: date) -> int:
    """周岁: whole years on a day; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_HERE = _EPOCH.astimezone(LOCAL_TIME)

NEVER = micros(datetime(9999, 1, 1, tzinfo=LOCAL_TIME))
"""The end, in micros, of what nobody has ended."""


def yuan_text(fen: int, thousands: str = "") -> str:
    """分 → 元 as text with two decimals, -0.05; `thousands` may be a comma between them."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:{thousands}}.{part:02d}"
