"""示范人口: who lives in the sample city, and where they go when they are ill. Pure plans.

Everybody is invented: the county codes of the identity numbers are not in use, the phones come
from a range that is not given out, and the keys begin with `sample-`.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from gongji.desk.identity import check_digit
from gongji.desk.ports import Caller, CallerKind
from gongji.terms import InstitutionKind, Kinship, Level, Purse, Scheme, Use

REGIONS = ("310000", "371300", "450000", "100000")
COUNTIES = {"310000": "310199", "371300": "371399", "450000": "450199", "100000": "110199"}
"""County codes that no county has, by region. The province before them is real, so that a number
passes every check but the one against the list of counties."""

_SURNAMES = "王张刘陈杨赵黄吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛超秀霞平刚桂英华玉兰梅建国志宁宇晨佳欣怡然子涵梓轩"
_BASE_DAY = date(2024, 1, 1)  # ages are counted from here, so that a seed gives the same numbers

STORIES = (
    "plain", "plain", "no_pool", "empty", "plain", "no_use", "own_account",
    "sealed", "plain", "ecode", "suspended", "plain", "left", "plain",
)  # fmt: skip
"""What happens to the families of a region, in turn. `plain`: nothing but bills."""


class SamplePerson(msgspec.Struct, frozen=True):
    """An invented person; `sums` are the purses in fen."""

    id: str
    region: str
    name: str
    number: str
    phone: str
    card: str
    born: date
    scheme: Scheme
    sums: Mapping[Purse, int]


class SampleInstitution(msgspec.Struct, frozen=True):
    """An invented institution."""

    id: str
    region: str
    name: str
    kind: InstitutionKind
    level: Level | None
    designated: bool = True
    one_card: bool = True


class Family(msgspec.Struct, frozen=True):
    """An invented family. `people` begins with the sponsor; `kinship` names whom the pool binds."""

    region: str
    number: int  # within the region
    story: str
    people: tuple[SamplePerson, ...]
    kinship: Mapping[str, Kinship]
    uses: frozenset[Use]

    @property
    def sponsor(self) -> SamplePerson:
        """Who forms the pool."""
        return self.people[0]

    @property
    def child(self) -> SamplePerson:
        """The first child, to whom most of the story happens."""
        return self.people[2]


class SampleKey(msgspec.Struct, frozen=True):
    """An API key of the sample. It opens the sample's doors only, and says so by its first word."""

    caller: Caller
    name: str
    key: str


def identity_number(region: str, born: date, serial: int) -> str:
    """An identity number of an unused county, with its right check digit."""
    first_17 = f"{COUNTIES[region]}{born:%Y%m%d}{serial:03d}"
    return first_17 + check_digit(first_17)


def _card(region: str, serial: int) -> str:
    """A social-security card's number. S stands for the sample: cards begin with other letters."""
    return f"S{region[:2]}{serial:06d}"


def institutions_of(region: str) -> list[SampleInstitution]:
    """A region's institutions; the last two are there to be refused."""
    hospital, pharmacy = InstitutionKind.HOSPITAL, InstitutionKind.PHARMACY
    return [
        SampleInstitution(f"{letter}{region}-{number}", region, name, kind, level, designated, card)
        for letter, number, name, kind, level, designated, card in (
            ("H", "001", "示范社区卫生服务中心", hospital, Level.PRIMARY, True, True),
            ("H", "002", "示范第二医院", hospital, Level.SECONDARY, True, True),
            ("H", "003", "示范中心医院", hospital, Level.TERTIARY, True, True),
            ("Y", "001", "示范大药房", pharmacy, None, True, True),
            ("H", "008", "示范门诊部（未开通一卡通行）", hospital, Level.PRIMARY, True, False),
            ("H", "009", "示范诊所（非定点）", hospital, Level.PRIMARY, False, True),
        )
    ]


def keys_of(institutions: Sequence[SampleInstitution]) -> list[SampleKey]:
    """One key an institution, a clerk a region, one auditor."""
    rows = [(place.region, CallerKind.INSTITUTION, place.id, place.name) for place in institutions]
    rows += [(region, CallerKind.CLERK, f"clerk-{region}", "示范经办窗口") for region in REGIONS]
    rows.append(("100000", CallerKind.AUDITOR, "auditor", "示范审计"))
    found = []
    for region, kind, subject, name in rows:
        word = subject.lower()
        caller = Caller(f"K{region}-{word.replace('-', '')}", region, kind, subject)
        found.append(SampleKey(caller, name, f"sample-{word}"))
    return found


def li_ming(region: str) -> Family:
    """李明 and his son 李小明, of the example in the sources, with a mother who is not bound.

    「李明的儿子李小明生病了,李小明就医购药需要个人负担100元」
    """
    purse = Purse.CARRIED if region == "310000" else Purse.CURRENT
    people = tuple(
        SamplePerson(
            id=f"P{region}-{word}",
            region=region,
            name=name,
            number=identity_number(region, born, serial),
            phone=f"1990000{serial:04d}",
            card=_card(region, serial),
            born=born,
            scheme=scheme,
            sums={purse: fen} if fen else {},
        )
        for word, name, born, scheme, fen, serial in (
            ("liming", "李明", date(1986, 5, 17), Scheme.EMPLOYEE, 126_800, 1),
            ("zhouguilan", "周桂兰", date(1958, 2, 8), Scheme.EMPLOYEE, 40_000, 2),
            ("lixiaoming", "李小明", date(2016, 9, 1), Scheme.RESIDENT, 0, 3),
        )
    )
    uses = frozenset({Use.PAY, Use.CONTRIBUTE})
    return Family(region, -1, "li_ming", people, {people[2].id: Kinship.CHILD}, uses)


def family(rng: random.Random, region: str, number: int) -> Family:
    """The region's family of this number: sponsor, spouse, children, and often an elder."""
    assert number < 100, "serial numbers of one birthday would run out"
    story = STORIES[number % len(STORIES)]
    his, hers = rng.sample(_SURNAMES, 2)
    age = rng.randrange(30, 52)
    elder = Kinship.SPOUSE_PARENT if region == "450000" else Kinship.PARENT
    rows = [(Kinship.OTHER, his, age, True)]
    rows.append((Kinship.SPOUSE, hers, age + rng.randrange(-4, 5), story == "own_account"))
    children = rng.choice((1, 1, 2))
    rows += [(Kinship.CHILD, his, rng.randrange(3, 18), False) for _ in range(children)]
    if rng.random() < 0.6:
        rows.append((elder, hers, age + rng.randrange(22, 30), rng.random() < 0.3))
    if rng.random() < 0.2:
        rows.append((Kinship.SIBLING, his, age + rng.randrange(-6, 7), False))
    people = []
    for place, (_, surname, years, employee) in enumerate(rows):
        born = _BASE_DAY - timedelta(days=365 * years + rng.randrange(365))
        serial = number * 10 + place
        people.append(
            SamplePerson(
                id=f"P{region}-{rng.getrandbits(32):08x}{serial:03d}",
                region=region,
                name=surname + "".join(rng.sample(_GIVEN, rng.choice((1, 2)))),
                number=identity_number(region, born, serial),
                phone=f"1990000{1000 + REGIONS.index(region) * 1000 + serial:04d}",
                card=_card(region, serial),
                born=born,
                scheme=Scheme.EMPLOYEE if employee else Scheme.RESIDENT,
                sums=_sums(rng, region, story) if employee else {},
            )
        )
    kinship = {person.id: row[0] for person, row in zip(people[1:], rows[1:], strict=True)}
    uses = {Use.PAY} if rng.random() < 0.5 else {Use.PAY, Use.CONTRIBUTE}
    return Family(
        region,
        number,
        story,
        tuple(people),
        {} if story == "no_pool" else kinship,
        frozenset() if story == "no_use" else frozenset(uses),
    )


def _sums(rng: random.Random, region: str, story: str) -> dict[Purse, int]:
    """What is in an account, in fen. Only Shanghai tells current from carried money (ACC-2)."""
    fen = rng.randrange(2_000, 9_000) if story == "empty" else rng.randrange(50_000, 900_000)
    if region != "310000":
        return {Purse.CURRENT: fen}
    return {Purse.CURRENT: rng.randrange(1_000, 90_000), Purse.CARRIED: fen}
