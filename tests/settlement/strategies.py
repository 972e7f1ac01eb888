"""Bills and facts that nobody would think of, for the properties of a settlement."""

from datetime import date, datetime
from typing import NamedTuple

from hypothesis import strategies as st

from gongji.policy.questions import DayLaw
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances, Bill, Facts, Institution, PoolFacts
from gongji.terms import (
    LARGEST_FEN,
    LOCAL_TIME,
    Care,
    Category,
    Channel,
    Credential,
    InstitutionKind,
    Kinship,
    Level,
    Scheme,
    Status,
    Use,
)
from town import LAW, REGIONS

TODAY = datetime(2026, 3, 2, 10, tzinfo=LOCAL_TIME)
"""A day on which all rules of all regions are in force."""

sums = st.one_of(
    st.integers(0, 3), st.integers(0, 500_00), st.just(0), st.integers(0, LARGEST_FEN // 4)
)
balances = st.builds(Balances, current=sums, carried=sums)
mostly_true = st.sampled_from([True] * 6 + [False])


class Case(NamedTuple):
    """A bill with its facts."""

    region: str
    bill: Bill
    facts: Facts

    @property
    def law(self) -> DayLaw:
        """The law of the region, today."""
        return LAW.on(self.region, TODAY.date())


@st.composite
def persons(draw: st.DrawFn, region: str, name: str, schemes: list[Scheme]) -> Person:
    """Somebody of the region, mostly in force."""
    return Person(
        f"P{region}-{name}",
        region,
        draw(st.sampled_from(schemes)),
        draw(st.sampled_from([Status.ACTIVE] * 15 + list(Status))),
        draw(mostly_true),
        died=draw(st.sampled_from([None] * 20 + [date(2020, 1, 1)])),
        suspended_from=draw(st.sampled_from([None] * 20 + [date(2020, 1, 1)])),
    )


@st.composite
def pool_facts(draw: st.DrawFn, region: str, name: str) -> PoolFacts:
    """One bond in force."""
    schemes = [Scheme.EMPLOYEE] * 20 + list(Scheme)
    return PoolFacts(
        f"B{region}-{name}",
        draw(persons(region, name, schemes)),
        draw(st.sampled_from(Kinship)),
        draw(
            st.sampled_from(
                [frozenset({Use.PAY}), frozenset({Use.PAY}), frozenset(Use), frozenset[Use]()]
            )
        ),
        draw(balances),
    )


@st.composite
def cases(draw: st.DrawFn, *, settles: bool = True) -> Case:
    """A bill in one of the four regions. Unless it `settles`, it may have to be refused."""
    region = draw(st.sampled_from(sorted(REGIONS.values())))
    patient = draw(persons(region, "patient", list(Scheme)))
    if settles:
        patient = Person(
            patient.id,
            region,
            draw(st.sampled_from([Scheme.EMPLOYEE, Scheme.RESIDENT, Scheme.RETIRED_CADRE])),
            draw(st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.SEALED, Status.REMOTE])),
            patient.ecode,
        )
    elsewhere = draw(st.sampled_from([region] * 4 + ["990000"]))
    kind = draw(st.sampled_from(InstitutionKind))
    place = Institution(
        f"H{elsewhere}-place",
        elsewhere,
        kind,
        draw(st.sampled_from(Level)) if kind is InstitutionKind.HOSPITAL else None,
        settles or draw(mostly_true),
        draw(mostly_true),
    )
    fund, self_paid, uncovered = draw(sums), draw(sums), draw(sums)
    off = 0 if settles else draw(st.sampled_from([0] * 12 + [1]))
    names = draw(st.sampled_from([[], ["one"], ["one"], ["one"], ["one", "two"]]))
    shown = draw(st.sampled_from([None, "one", "one", "one", "two", "stranger"]))
    credential = st.just(Credential.OWN) if settles else st.sampled_from(Credential)
    bill = Bill(
        patient=patient.id,
        institution=place.id,
        total_fen=fund + self_paid + uncovered + off,
        fund_paid_fen=fund,
        self_paid_fen=self_paid,
        uncovered_fen=uncovered,
        care=draw(st.sampled_from(Care)),
        category=draw(st.sampled_from([Category.DRUG] * 3 + list(Category))),
        channel=draw(st.sampled_from(Channel)),
        credential=draw(credential),
        sponsor=f"P{region}-{shown}" if shown else None,
        prescription=draw(st.booleans()),
        listed=draw(mostly_true),
    )
    pools = tuple(draw(pool_facts(region, name)) for name in names)
    facts = Facts(TODAY, patient, place, draw(balances), pools, draw(st.booleans()))
    return Case(region, bill, facts)
