"""裁定费用明细: a bill's lines, through catalogue and law, to what the fund pays of them."""

from datetime import date
from typing import Annotated, Any, NamedTuple

import msgspec

from gongji.catalogue import adjudicate as money
from gongji.catalogue.item import CatalogueList, Kind
from gongji.catalogue.shelf import Found, Shelf
from gongji.catalogue.treatment import Approval, Asked, Lack, Treatment, Unclear, Why, treat
from gongji.desk.catalogue import shelf_on
from gongji.desk.office import Session
from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.policy.questions.benefits import BasisPoints, class_share_bp, plans_for
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.standing import Person, is_insured
from gongji.settlement.bill import Amount, Institution, InstitutionId, PersonId
from gongji.terms import Care, local_day

MOST_LINES = 2000


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
    lines = []
    for number, line in enumerate(asked.lines, start=1):
        if line.list not in taken:
            taken[line.list] = shelves.take(patient.region, line.list, day)
        found = taken[line.list].shelf.find(line.name, line.form)
        treatment = treat(found, _asked(line, patient, place, law, day))
        if isinstance(treatment, Unclear):
            return msgspec.structs.replace(treatment, line=number)
        lines.append(_line(line, found, treatment))
    result = money.adjudicate(
        lines, plan, first_share_self_paid=law.first_share_is.value == "self_paid"
    )
    kinds = tuple(
        _excluded(fee, part.treatment, law)
        for fee, part in zip(asked.lines, result.lines, strict=True)
    )
    rests = [_relied(part, kind, law) for part, kind in zip(result.lines, kinds, strict=True)]
    relied = [provision for line in rests for provision in line]
    if asked.plan is None and asked.care in law.no_fund_care.value:
        relied.append(law.no_fund_care)
    elif asked.plan is None and law.benefit_plans is not None:
        relied.append(law.benefit_plans)
    line_cites = tuple(keys(line) for line in rests)
    editions = tuple(key for each in taken.values() for key in each.editions)
    return Decided(result, kinds, editions, line_cites, keys(relied))


class Taken(NamedTuple):
    """A list, and the editions that it is made of."""

    shelf: Shelf
    editions: tuple[str, ...]


class Shelves:
    """The lists that bills need, each taken down once; `given` stands in for all of them."""

    def __init__(self, session: Session, given: Shelf | None = None) -> None:
        self._session, self._given = session, given
        self._taken: dict[tuple[str, CatalogueList, date], Taken] = {}

    def take(self, region: str, which: CatalogueList, day: date) -> Taken:
        """The list in force. Raises NoEdition where there is none."""
        if self._given is not None:
            return Taken(self._given, ())
        key = (region, which, day)
        if key not in self._taken:
            shelf, editions = shelf_on(self._session, region, which, day)
            self._taken[key] = Taken(shelf, tuple(edition.key for edition in editions))
        return self._taken[key]


def _asked(line: FeeLine, patient: Person, place: Institution, law: DayLaw, day: date) -> Asked:
    shares = law.class_shares.value if law.class_shares else ()
    return Asked(
        day=day,
        scheme=patient.scheme,
        level=place.level,
        approval=line.approval,
        spec=line.spec,
        b_share_bp=class_share_bp(shares, "B", patient.scheme),
        unclassed_share_bp=class_share_bp(shares, "unclassed", patient.scheme),
    )


def _line(line: FeeLine, found: Found, treatment: Treatment) -> money.Line:
    item = next((item for item in found.items if item.code == treatment.item), None)
    return money.Line(
        line.name,
        line.total_fen,
        treatment,
        line.count_e4,
        item.kind if item else None,
        item is not None and item.kind is Kind.PIECE and item.pays_not_alone,
    )


def _plan(
    asked: FeeBill, patient: Person, place: Institution, law: DayLaw, day: date
) -> money.Plan | Unclear:
    """The plan that was given, or the region's for scheme, care, age and level."""
    if asked.plan is not None:
        return money.Plan(asked.plan.deductible_left_fen, asked.plan.ratio_bp, asked.fund_left_fen)
    if asked.care in law.no_fund_care.value:
        return money.Plan(0, 0)
    plans = law.benefit_plans.value if law.benefit_plans else ()
    fitting = plans_for(plans, patient.scheme, asked.care, retired=asked.retired)
    if any(plan.asks_age for plan in fitting):
        age = _age(patient, day)
        if age is None:
            return Unclear(Lack.AGE)
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


def _age(patient: Person, day: date) -> int | None:
    """Whole years on a day; somebody born on 29 February is a year older on 1 March."""
    born = patient.born
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _excluded(line: FeeLine, treatment: Treatment, law: DayLaw) -> str | None:
    """The kind that is never listed (CAT-2) to which an unlisted or excluded line speaks."""
    if treatment.why not in (Why.NOT_LISTED, Why.NOT_IN_THIS_FORM, Why.EXCLUDED):
        return None
    if line.list is not CatalogueList.DRUG:
        return None
    fits = (k.kind for k in law.never_listed.value if k.fits(line.name, line.form or ""))
    return next(fits, None)


def _relied(part: money.LinePart, kind: str | None, law: DayLaw) -> list[Provision[Any]]:
    """The provisions that a line's decision rests on."""
    why = part.treatment.why
    found: list[Provision[Any]] = []
    if why in (Why.CLASS_A, Why.UNCLASSED):
        found.append(law.class_a_enters)
    if why is Why.CLASS_B:
        found.append(law.class_b_enters)
    if part.paid_first_fen:
        found.append(law.first_share_is)
    if why is Why.ACCOUNT_ONLY:
        found.append(law.listed_only)
    if not part.treatment.covered:
        found.append(law.unlisted_is)
    if part.over_ceiling_fen:
        found.append(law.over_ceiling_is)
    if kind is not None:
        found.append(law.never_listed)
    return found
