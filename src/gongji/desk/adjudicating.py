"""裁定费用明细: a bill's lines, through catalogue and law, to what the fund pays of them."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

import msgspec

from gongji.catalogue import adjudicate as money
from gongji.catalogue.item import CatalogueList, Edition, Kind
from gongji.catalogue.shelf import Shelf
from gongji.catalogue.treatment import Approval, Asked, Lack, Treatment, Unclear, Why, treat
from gongji.desk.catalogue import shelf_on
from gongji.desk.office import Session
from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.policy.questions.benefits import (
    BasisPoints,
    BenefitPlan,
    class_share_bp,
    plans_for,
)
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.standing import Person, is_insured
from gongji.settlement.bill import Amount, Institution, InstitutionId, PersonId
from gongji.terms import Care, Level, Scheme, age_on, local_day

MOST_LINES = 2000
"""Lines of one bill, at most."""


class FeeLine(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """费用明细: one entry that was charged.

    `total_fen` is the line's sum and `count_e4` the units in ten-thousandths. `form` left out asks
    for every form of the name; `spec` says which payment standard the price belongs to, where the
    entry has several.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    total_fen: Amount
    count_e4: Annotated[int, msgspec.Meta(ge=1, le=10**12)] = money.UNIT_E4
    form: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    spec: Annotated[str, msgspec.Meta(max_length=400)] = ""
    list: CatalogueList = CatalogueList.DRUG
    approval: Approval = Approval.NONE


class GivenPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """待遇, said by whoever asks instead of the region's own."""

    deductible_left_fen: Amount
    ratio_bp: BasisPoints


class FeeBill(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """待裁定的费用: one patient's lines at one institution.

    `deductible_used_fen` is what the agency's accumulator says the patient has paid this year;
    `fund_left_fen` what the fund has left for the patient under its ceiling, None without a limit.
    """

    patient: PersonId
    institution: InstitutionId
    lines: Annotated[tuple[FeeLine, ...], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    care: Care = Care.OUTPATIENT
    happened_on: date | None = None
    retired: bool = False
    deductible_used_fen: Amount = 0
    fund_left_fen: Amount | None = None
    plan: GivenPlan | None = None


class Decided(msgspec.Struct, frozen=True):
    """裁定 with the editions it looked into, the kinds that are never listed, and its provisions:
    those of each line, and those of the whole bill."""

    result: money.Adjudged
    excluded_kinds: tuple[str | None, ...]  # a kind or None for each line
    editions: tuple[str, ...]
    line_cites: tuple[tuple[str, ...], ...]
    cites: tuple[str, ...]


def adjudicate(
    session: Session, asked: FeeBill, shelf: Shelf | None = None
) -> Decided | Refusal | Unclear:
    """Decide a bill's lines; nothing is written.

    `shelf` stands in for the catalogue in force. What is not configured is never guessed: the
    answer is then Unclear, and says what is missing.
    """
    people = session.unit.people([asked.patient])
    places = session.unit.institutions([asked.institution])
    if asked.patient not in people:
        return refuse(Code.UNKNOWN_PERSON)
    if asked.institution not in places:
        return refuse(Code.UNKNOWN_INSTITUTION)
    patient, place = people[asked.patient], places[asked.institution]
    return adjudicate_for(session, patient, place, asked, Shelves(session, shelf))


def adjudicate_for(
    session: Session, patient: Person, place: Institution, asked: FeeBill, shelves: "Shelves"
) -> Decided | Refusal | Unclear:
    """The same where patient, institution and lists are at hand."""
    day = asked.happened_on or local_day(session.now)
    law = session.law.on(patient.region, day)
    if not is_insured(patient, law, day):
        return refuse(Code.PATIENT_NOT_INSURED, law.own_credential)
    if not place.designated:
        return refuse(Code.NOT_DESIGNATED, law.class_a_enters, law.unlisted_is)

    plan = _plan(asked, patient, place, law, day)
    if isinstance(plan, Unclear):
        return plan
    taken: dict[CatalogueList, Taken] = {}
    lines: list[money.Line] = []
    kinds: list[str | None] = []
    for number, line in enumerate(asked.lines, start=1):
        if line.list not in taken:
            taken[line.list] = shelves.take(patient.region, line.list, day)
        seen = _seeing(taken[line.list].shelf, law)(
            line.name,
            line.form,
            line.spec,
            line.list,
            line.approval,
            patient.scheme,
            place.level,
            day,
        )
        if isinstance(seen, Unclear):
            return msgspec.structs.replace(seen, line=number)
        treatment, kind, alone, excluded = seen
        lines.append(money.Line(line.name, line.total_fen, treatment, line.count_e4, kind, alone))
        kinds.append(excluded)
    result = money.adjudicate(
        lines, plan, first_share_self_paid=law.first_share_is.value == "self_paid"
    )
    rests = [
        _relied(
            law,
            part.treatment.why,
            part.treatment.covered,
            part.paid_first_fen > 0,
            part.over_ceiling_fen > 0,
            kind,
        )
        for part, kind in zip(result.lines, kinds, strict=True)
    ]
    relied = dict.fromkeys([key for line in rests for key in line])
    if asked.plan is None and asked.care in law.no_fund_care.value:
        relied[law.no_fund_care.key] = None
    elif asked.plan is None and law.benefit_plans is not None:
        relied[law.benefit_plans.key] = None
    editions = tuple([key for each in taken.values() for key in each.editions])
    return Decided(result, tuple(kinds), editions, tuple(rests), tuple(relied))


class Taken(NamedTuple):
    """A list, and the editions that it is made of."""

    shelf: Shelf
    editions: tuple[str, ...]


class Shelves:
    """The lists that bills need, each taken down once; `given` stands in for all of them.
    `editions` are those that were read already, by region."""

    def __init__(
        self,
        session: Session,
        given: Shelf | None = None,
        editions: Mapping[str, list[Edition]] = MappingProxyType({}),
    ) -> None:
        self._session, self._given, self._editions = session, given, editions
        self._taken: dict[tuple[str, CatalogueList, date], Taken] = {}

    def take(self, region: str, which: CatalogueList, day: date) -> Taken:
        """The list in force. Raises NoEdition where there is none."""
        if self._given is not None:
            return Taken(self._given, ())
        key = (region, which, day)
        if key not in self._taken:
            known = self._editions.get(region)
            shelf, editions = shelf_on(self._session, region, which, day, known)
            self._taken[key] = Taken(shelf, tuple(edition.key for edition in editions))
        return self._taken[key]


class _Seen(NamedTuple):
    """What entry and law make of a line, whatever it costs. `excluded` is the kind that is never
    listed (CAT-2) to which it speaks."""

    treatment: Treatment
    kind: Kind | None
    pays_not_alone: bool
    excluded: str | None


_See = Callable[
    [str, str | None, str, CatalogueList, Approval, Scheme, Level | None, date], _Seen | Unclear
]


@lru_cache(maxsize=32)
def _seeing(shelf: Shelf, law: DayLaw) -> _See:
    """A list under a day's law. What it says of a line is remembered: neither ever changes."""
    shares = law.class_shares.value if law.class_shares else ()

    @lru_cache(maxsize=8192)
    def see(
        name: str,
        form: str | None,
        spec: str,
        which: CatalogueList,
        approval: Approval,
        scheme: Scheme,
        level: Level | None,
        day: date,
    ) -> _Seen | Unclear:
        found = shelf.find(name, form)
        b_share_bp = class_share_bp(shares, "B", scheme)
        unclassed_bp = class_share_bp(shares, "unclassed", scheme)
        asked = Asked(day, scheme, level, approval, spec, b_share_bp, unclassed_bp)
        treatment = treat(found, asked)
        if isinstance(treatment, Unclear):
            return treatment
        item = next((item for item in found.items if item.code == treatment.item), None)
        return _Seen(
            treatment,
            item.kind if item else None,
            item is not None and item.kind is Kind.PIECE and item.pays_not_alone,
            _excluded(which, name, form, treatment, law),
        )

    return see


def _plan(
    asked: FeeBill, patient: Person, place: Institution, law: DayLaw, day: date
) -> money.Plan | Unclear:
    """The plan that was given, or the region's for scheme, care, age and level."""
    if asked.plan is not None:
        return money.Plan(asked.plan.deductible_left_fen, asked.plan.ratio_bp, asked.fund_left_fen)
    if asked.care in law.no_fund_care.value:
        return money.Plan(0, 0)
    fitting = _plans(law, patient.scheme, asked.care, asked.retired)
    if any(plan.asks_age for plan in fitting):
        if patient.born is None:
            return Unclear(Lack.AGE)
        age = age_on(patient.born, day)
        fitting = tuple(plan for plan in fitting if plan.from_age <= age < plan.below_age)
    if not fitting:
        return Unclear(Lack.PLAN, f"{patient.region} {patient.scheme} {asked.care}")
    if len(fitting) > 1:
        return Unclear(Lack.PLAN, f"{len(fitting)} plans of {patient.region} fit one person")
    (plan,) = fitting
    if place.level is None:
        return Unclear(Lack.LEVEL)
    if place.level not in plan.ratio_bp:
        return Unclear(Lack.PLAN, f"{patient.region} {patient.scheme} {asked.care} {place.level}")
    left = max(0, plan.deductible_fen - asked.deductible_used_fen)
    return money.Plan(left, plan.ratio_bp[place.level], asked.fund_left_fen)


@lru_cache(maxsize=1024)
def _plans(law: DayLaw, scheme: Scheme, care: Care, retired: bool) -> tuple[BenefitPlan, ...]:
    plans = law.benefit_plans.value if law.benefit_plans else ()
    return plans_for(plans, scheme, care, retired=retired)


def _excluded(
    which: CatalogueList, name: str, form: str | None, treatment: Treatment, law: DayLaw
) -> str | None:
    """The kind that is never listed (CAT-2) to which an unlisted or excluded line speaks."""
    if treatment.why not in (Why.NOT_LISTED, Why.NOT_IN_THIS_FORM, Why.EXCLUDED):
        return None
    if which is not CatalogueList.DRUG:
        return None
    fits = (k.kind for k in law.never_listed.value if k.fits(name, form or ""))
    return next(fits, None)


@lru_cache(maxsize=1024)
def _relied(
    law: DayLaw, why: Why, covered: bool, paid_first: bool, over_ceiling: bool, kind: str | None
) -> tuple[str, ...]:
    """The provisions that a line's decision rests on, by their keys."""
    found: list[Provision[Any]] = []
    if why in (Why.CLASS_A, Why.UNCLASSED):
        found.append(law.class_a_enters)
    if why is Why.CLASS_B:
        found.append(law.class_b_enters)
    if paid_first:
        found.append(law.first_share_is)
    if why is Why.ACCOUNT_ONLY:
        found.append(law.listed_only)
    if not covered:
        found.append(law.unlisted_is)
    if over_ceiling:
        found.append(law.over_ceiling_is)
    if kind is not None:
        found.append(law.never_listed)
    return keys(found)
