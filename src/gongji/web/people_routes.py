"""参保人 · people: registering, finding, standing, accounts, credits, bills, family codes."""

from datetime import date

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from gongji.desk.identity import Identity, birth_date, mask_name, mask_number, mask_phone
from gongji.desk.office import Session
from gongji.desk.people import (
    StandingChange,
    change_standing,
    new_id,
    register_person,
)
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.standing import Person
from gongji.terms import local_day, micros, moment, region_of
from gongji.web.access import (
    AUDITOR,
    CLERK,
    INSTITUTION,
    PERSON,
    Call,
    acts_for,
    in_region,
    only,
    reads_of,
)
from gongji.web.forms import wrong_field
from gongji.web.parameters import At, PersonInPath
from gongji.web.problems import accept
from gongji.web.reading import Strict, no_pack, past_day, read_moment, right_number
from gongji.web.shapes import FindPerson, RegisterPerson
from gongji.web.shown import FoundPerson, PersonShown, Registered, Standings, StandingShown
from gongji.words import Words


@post("/people", opt=only(CLERK), dto=Strict, return_dto=None, operation_id="register_person",
      responses={200: ResponseSpec(Registered, description="此前已登记，编号如下 · registered before, with this id")})  # fmt: skip
async def register(request: Call, data: JSONBody[RegisterPerson]) -> Response[Registered]:
    """Register a person. Whoever is registered already keeps the id; a card that is named is noted."""
    office = request.office
    in_region(request.caller, data.region)
    if data.region not in office.law.packs:
        raise no_pack(data.region, sorted(office.law.packs), "region")
    right_number("number", data.number, local_day(office.clock()))
    person = Person(
        new_id("P", data.region),
        data.region,
        data.scheme,
        data.status,
        data.ecode,
        birth_date(data.number),
    )
    identity = Identity(data.name, data.number, data.phone, data.card)
    by = request.caller.subject
    id = await request.counter.do(
        lambda session: register_person(session, person, identity, by), data.region
    )
    known = id != person.id
    return Response(Registered(id=id, known=known), status_code=200 if known else 201)


@post("/people/find", opt=only(PERSON, INSTITUTION, CLERK, AUDITOR, look="find"), dto=Strict,
      return_dto=None, status_code=200, operation_id="find_person")  # fmt: skip
async def find(request: Call, data: JSONBody[FindPerson]) -> FoundPerson:
    """Find a person by identity number. A person has to know the relative's name as well, and is
    not told which of the two was wrong."""
    right_number("number", data.number, local_day(request.office.clock()))
    if request.caller.kind is CLERK:
        in_region(request.caller, data.region)
    if request.caller.kind is PERSON and data.name is None:
        raise wrong_field(
            "name",
            "查找亲属须同时填写姓名。",
            "A relative is found by name and number together.",
            Words("亲属的姓名", "the relative's name"),
            Words("补上姓名。", "Add the name."),
        )

    def found(session: Session) -> FoundPerson | Refusal:
        id = session.unit.find_person(data.region, data.number)
        name = session.unit.identities([id])[id].name if id else ""
        if id is None or data.name not in (None, name):
            return refuse(Code.UNKNOWN_PERSON)
        return FoundPerson(id=id, name=mask_name(name))

    return accept(await request.read(found, _whose))


@get("/people/{person:str}", opt=only(PERSON, CLERK, AUDITOR, look="me"), operation_id="get_person")
async def show(request: Call, person: PersonInPath, at: At = None) -> PersonShown:
    """A person, masked, with the standing of now or of a moment in the past."""
    reads_of(request.caller, person)
    when = read_moment("at", at, request.office.clock())

    def shown(session: Session) -> PersonShown | Refusal:
        unit = session.unit
        known = unit.person_at(person, micros(when)) if when else unit.people([person]).get(person)
        if known is None:
            return refuse(Code.UNKNOWN_PERSON)
        identity = unit.identities([person])[person]
        return PersonShown(
            id=person,
            region=known.region,
            name=mask_name(identity.name),
            number=mask_number(identity.number),
            phone=mask_phone(identity.phone),
            standing=standing_shown(known),
        )

    return accept(await request.read(shown, person))


@post("/people/{person:str}/standing", opt=only(CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="change_standing")  # fmt: skip
async def change(
    request: Call, person: PersonInPath, data: JSONBody[StandingChange]
) -> StandingShown:
    """Change a person's standing from now on. What is left out stays as it is."""
    acts_for(request.caller, person)
    _sound(data, local_day(request.office.clock()))
    by = request.caller.subject
    changed = await request.counter.do(
        lambda session: change_standing(session, person, data, by), region_of(person)
    )
    return standing_shown(accept(changed))


@get("/people/{person:str}/standings", opt=only(PERSON, CLERK, AUDITOR, look="standing"),
     operation_id="list_standings")  # fmt: skip
async def standings(request: Call, person: PersonInPath) -> Standings:
    """A person's standings, oldest first."""
    reads_of(request.caller, person)

    def shown(session: Session) -> Standings | Refusal:
        rows = session.unit.standings(person)
        listed = tuple(standing_shown(known, since, by) for since, known, by in rows)
        return Standings(person=person, standings=listed) if rows else refuse(Code.UNKNOWN_PERSON)

    return accept(await request.read(shown, person))


# ─────────────────────────────────────────────────────────────────────────────────────────────────


def _whose(found: FoundPerson | Refusal) -> str | None:
    return None if isinstance(found, Refusal) else found.id


def standing_shown(
    person: Person, since: int | None = None, filed_by: str | None = None
) -> StandingShown:
    """A standing, and in a history since when and by whom."""
    return StandingShown(
        scheme=person.scheme,
        status=person.status,
        ecode=person.ecode,
        died=person.died,
        suspended_from=person.suspended_from,
        suspended_until=person.suspended_until,
        since=None if since is None else moment(since),
        filed_by=filed_by,
    )


def _sound(change: StandingChange, today: date) -> None:
    """Refuse a change that says nothing, a death to come, and a suspension that ends before it
    begins."""
    if all(value is None for value in msgspec.structs.asdict(change).values()):
        names = ", ".join(StandingChange.__struct_fields__)
        raise wrong_field(
            "",
            "没有要变更的内容。",
            "Nothing is to be changed.",
            Words(f"至少一项：{names}", f"at least one of {names}"),
            Words("填写要变更的字段。", "Name what changes."),
        )
    past_day("died", change.died, today)
    begins, ends = change.suspended_from, change.suspended_until
    if begins is not None and ends is not None and ends < begins:
        raise wrong_field(
            "suspended_until",
            "暂停结束日早于开始日。",
            "The suspension ends before it begins.",
            Words("不早于 suspended_from 的日期", "a day not before suspended_from"),
            Words("改正其中一个日期。", "Correct one of the two days."),
        )


ROUTES = [register, find, show, change, standings]
