"""示范城市: the sample people with accounts, pools and some hundred bills of the past months.

The law of each region checks every pool and every bill; nothing is written past the desk.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from gongji.desk.identity import Identity
from gongji.desk.office import Office, Session
from gongji.desk.people import (
    Credit,
    StandingChange,
    change_standing,
    credit,
    register_institution,
    register_person,
)
from gongji.desk.pooling import Formed, form, leave
from gongji.desk.ports import AnswerKey, Asking, Caller, CallerKind
from gongji.desk.settling import ReversalRequest, decision_of, reverse_settlement, settle_batch
from gongji.lab.folk import (
    REGIONS,
    Family,
    SampleInstitution,
    SampleKey,
    family,
    institutions_of,
    keys_of,
    li_ming,
)
from gongji.lab.season import begins, declare_next, latest_season, pay_premiums
from gongji.policy.standing import Person
from gongji.settlement.bill import SettlementRequest
from gongji.terms import Care, Category, Channel, Credential, Status, local_day, region_of

OPENED = timedelta(days=150)
"""How long ago the city's pools were formed. The clock must stand that long after 2022-08-01,
Shanghai's first day of payment from pools."""

TURNED = timedelta(days=60)
"""How long ago the families' stories took their turn."""


class Example(msgspec.Struct, frozen=True):
    """李明 and 李小明 of the sources: a bill of 100 yuan self-paid, not settled yet."""

    region: str
    sponsor: str
    patient: str
    key: str
    request: SettlementRequest


class City(msgspec.Struct, frozen=True):
    """What was built, as plain data. `shown` names one bill for each outcome that occurs."""

    seed: int
    fresh: bool  # False: it stood there already and nothing was written
    institutions: tuple[SampleInstitution, ...]
    families: tuple[Family, ...]
    keys: tuple[SampleKey, ...]
    examples: tuple[Example, ...]
    outcomes: Mapping[str, int]
    shown: Mapping[str, AnswerKey]
    turned_away: int  # bills that were refused; nothing of them is in the store
    reversals: int


class _Visit(msgspec.Struct, frozen=True):
    """A bill in the plan: how long ago it is settled, and what of it is given back, if anything."""

    ago: timedelta
    request: SettlementRequest
    late: bool  # the hospital uploads it a day after the care
    give_back_fen: int | None  # None: it stays; 0: the whole; else a part of the self-paid sum


def build_city(office: Office, *, seed: int = 2026, families: int = 72) -> City:
    """Build the city, or describe it where 李明 is registered already: then nothing is written."""
    rng = random.Random(seed)  # noqa: S311 - a sample wants repetition, not secrecy
    places = tuple(place for region in REGIONS for place in institutions_of(region))
    keys = tuple(keys_of(places))
    folk = [li_ming(region) for region in REGIONS]
    folk += [family(rng, region, n) for region in REGIONS for n in range(families // len(REGIONS))]
    plain = next(n for n, each in enumerate(folk) if each.story == "plain")
    folk[plain] = msgspec.structs.replace(folk[plain], uses=folk[0].uses)
    payers = (folk[0], folk[plain])
    visits = [visit for each in folk[len(REGIONS) :] for visit in _visits(rng, each)]
    visits.sort(key=lambda visit: visit.ago, reverse=True)

    def build(session: Session) -> bool:
        first = folk[0].sponsor
        if session.unit.find_person(first.region, first.number) is not None:
            return False
        opened = session._replace(now=session.now - OPENED)
        for place in places:
            add_institution(opened, place)
        for each in keys:
            opened.unit.add_caller(each.caller, each.key, opened.at)
        _contribute(session, opened, payers)
        for some in folk:
            if some not in payers:
                move_in(opened, some)
        turned = False
        for visit in visits:
            if not turned and visit.ago <= TURNED:
                turned = True
                for some in folk:
                    _turn(session._replace(now=session.now - TURNED), some)
            _settle(session, visit)
        return True

    fresh = office.do(build)
    return office.ask(lambda session: _describe(session, seed, fresh, folk, keys, visits))


def example(region: str) -> Example:
    """The bill of 李小明: 250 yuan, of which 150 are reimbursed and 100 are self-paid.

    「李小明就医购药需要个人负担100元」
    """
    father, _, son = li_ming(region).people
    clinic = institutions_of(region)[0]
    request = SettlementRequest(
        id="li-xiaoming-1",
        patient=son.id,
        institution=clinic.id,
        total_fen=25_000,
        fund_paid_fen=15_000,
        self_paid_fen=10_000,
        uncovered_fen=0,
        sponsor=father.id if region == "450000" else None,  # SET-11
    )
    return Example(region, father.id, son.id, f"sample-{clinic.id.lower()}", request)


def add_institution(session: Session, place: SampleInstitution) -> None:
    """Register an institution of the sample."""
    register_institution(
        session,
        place.region,
        place.kind,
        place.name,
        id=place.id,
        level=place.level,
        designated=place.designated,
        one_card=place.one_card,
    )


def add_people(session: Session, some: Family) -> None:
    """Register a family's people and put money into their accounts."""
    for each in some.people:
        person = Person(each.id, each.region, each.scheme, born=each.born)
        register_person(
            session, person, Identity(each.name, each.number, each.phone, each.card), "sample"
        )
        for purse, fen in each.sums.items():
            asked = Credit(
                id=f"sample-{each.id}-{purse}", person=each.id, purse=purse, amount_fen=fen
            )
            paid = credit(session, asked)
            assert paid is False, f"{each.id}: {paid}"


def _contribute(session: Session, opened: Session, payers: Sequence[Family]) -> None:
    """Families that pay their children's premiums from the pool move in before a season that is
    over, where the pack knows one; else with all others."""
    season = latest_season(session, payers[0].region)
    then = opened.now if season is None else min(begins(season), opened.now)
    for some in payers:
        move_in(session._replace(now=then), some)
    if season is not None:
        pay_premiums(session, payers, season)
    for some in payers:
        declare_next(session, some)


def move_in(session: Session, some: Family) -> None:
    """A family registers, and forms its pool where it wants one."""
    add_people(session, some)
    if some.kinship:
        form_pool(session, some)


def form_pool(session: Session, some: Family) -> Formed:
    """Form the family's pool, as the sponsor would on the phone. The law says who is bound."""
    sponsor = some.sponsor.id
    formed = form(
        session,
        sponsor,
        some.kinship,
        some.uses,
        Asking(as_person(sponsor)),
        committed=True,
    )
    assert isinstance(formed, Formed), f"{some.region} {some.story}: {formed}"
    return formed


def as_person(id: str) -> Caller:
    """The person itself as the one who asks."""
    return Caller("sample", region_of(id), CallerKind.PERSON, id)


def _turn(session: Session, some: Family) -> None:
    """What happens to the family halfway through."""
    sponsor, child = some.sponsor.id, some.child.id
    changes = {
        "sealed": (sponsor, StandingChange(status=Status.SEALED)),
        "ecode": (child, StandingChange(ecode=False)),
        "suspended": (child, StandingChange(suspended_from=local_day(session.now))),
    }
    if some.story in changes:
        change_standing(session, *changes[some.story], "sample")
    if some.story == "left":
        leave(session, child, None, Asking(as_person(child)))


def _visits(rng: random.Random, some: Family) -> list[_Visit]:
    """A family's bills, most of them the members'. The ids are the institutions' own."""
    found = []
    for n in range(rng.randrange(4, 9)):
        # The child comes more often than the others, and the stories happen to it.
        patient = rng.choice((*some.people, some.child, some.child, some.child))
        self_fen = rng.randrange(800, 30_000)
        fund_fen = self_fen * rng.randrange(0, 4)
        uncovered_fen = rng.choice((0, 0, 0, 1_500, 4_980))
        given: dict[str, Any] = {"institution": f"H{some.region}-00{rng.choice('1123')}"}
        unusual = rng.choice(_UNUSUAL) if rng.random() < 0.35 else {}
        if n == 0:  # every kind of bill comes up in every region
            patient, unusual = some.child, _UNUSUAL[some.number % len(_UNUSUAL)]
        given.update(unusual)
        given["institution"] = given["institution"].format(some.region)
        if given.pop("nothing", False):
            self_fen, uncovered_fen = 0, 6_000
        if some.region == "450000" and rng.random() < 0.8 and patient is not some.sponsor:
            given["sponsor"] = some.sponsor.id
        request = SettlementRequest(
            id=f"sample-{some.number}-{n}",
            patient=patient.id,
            total_fen=fund_fen + self_fen + uncovered_fen + given.pop("slip", 0),
            fund_paid_fen=fund_fen,
            self_paid_fen=self_fen,
            uncovered_fen=uncovered_fen,
            **given,
        )
        back = rng.choice((0, 0, self_fen // 3)) if rng.random() < 0.08 and not unusual else None
        ago = timedelta(minutes=rng.randrange(180, (140 if n else 50) * 24 * 60))
        found.append(_Visit(ago, request, rng.random() < 0.1, back))
    return found


_UNUSUAL: tuple[dict[str, Any], ...] = (
    {"care": Care.INPATIENT, "institution": "H{}-003"},
    {"care": Care.EMERGENCY, "institution": "H{}-003"},
    {"care": Care.PHARMACY, "channel": Channel.PHARMACY, "institution": "Y{}-001"},
    {"care": Care.PHARMACY, "institution": "Y{}-001", "prescription": True},
    {"channel": Channel.KIOSK},
    {"channel": Channel.INTERNET, "prescription": True},
    {"category": Category.CHECKUP, "institution": "H{}-001"},
    {"institution": "H{}-008"},
    {"institution": "H{}-009"},  # refused: not designated
    {"listed": False},
    {"nothing": True},
    {"credential": Credential.OTHER},  # refused: somebody else's card
    {"slip": 100},  # refused: the parts do not add up
)
"""What makes a bill other than an everyday one. `{}` stands for the region."""


def _settle(session: Session, visit: _Visit) -> None:
    """Settle a bill at its own time, and give it back three days later where the plan says so."""
    then = session.now - visit.ago
    request = visit.request
    if visit.late:
        request = msgspec.structs.replace(request, happened_at=then - timedelta(days=1))
    settle_batch(session._replace(now=then), [request])
    if visit.give_back_fen is None:
        return
    part = visit.give_back_fen or None
    asked = ReversalRequest(
        id=f"{request.id}-back", institution=request.institution, of=request.id, self_paid_fen=part
    )
    after = min(then + timedelta(days=3), session.now)
    reverse_settlement(session._replace(now=after), asked)


def _describe(
    session: Session,
    seed: int,
    fresh: bool,
    folk: Sequence[Family],
    keys: tuple[SampleKey, ...],
    visits: Sequence[_Visit],
) -> City:
    """The city as the store has it; of another seed's families only those that are there."""
    present = session.unit.people(person.id for some in folk for person in some.people)
    billed = [AnswerKey(visit.request.institution, visit.request.id) for visit in visits]
    back = [AnswerKey(key.asker, f"{key.id}-back") for key in billed]
    answers = session.unit.answered(billed)
    outcomes = {key: decision_of(answers[key]).outcome.value for key in billed if key in answers}
    return City(
        seed=seed,
        fresh=fresh,
        institutions=tuple(place for region in REGIONS for place in institutions_of(region)),
        families=tuple(some for some in folk if some.sponsor.id in present),
        keys=keys,
        examples=tuple(example(region) for region in REGIONS),
        outcomes=dict(Counter(outcomes.values()).most_common()),
        shown={outcome: key for key, outcome in outcomes.items()},
        turned_away=len(billed) - len(answers),
        reversals=len(session.unit.answered(back)),
    )
