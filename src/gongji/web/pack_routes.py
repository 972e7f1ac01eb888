"""政策包与机构 · the law as anyone may read it, institutions, and whether the service is up."""

from typing import Any

from litestar import get, post
from litestar.params import JSONBody

from gongji.desk.office import Session
from gongji.desk.people import register_institution
from gongji.policy.differences import Difference as Differs
from gongji.policy.differences import differences
from gongji.policy.pack import Pack, Provision
from gongji.policy.questions import DayLaw
from gongji.policy.reading import QUESTIONS, Law
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import Institution
from gongji.terms import InstitutionKind, local_day
from gongji.web.access import ANYONE, AUDITOR, CLERK, INSTITUTION, PERSON, Call, in_region, only
from gongji.web.forms import wrong_field
from gongji.web.parameters import InstitutionInPath, On, RegionInPath
from gongji.web.problems import accept
from gongji.web.reading import Strict, law_on, no_pack
from gongji.web.shapes import RegisterInstitution
from gongji.web.showing import provision_shown
from gongji.web.shown import (
    Difference,
    Health,
    InstitutionShown,
    PackDiff,
    PackOnDay,
    Packs,
    PackShown,
)
from gongji.words import Words


@get("/healthz", opt=ANYONE, operation_id="health")
async def health(request: Call) -> Health:
    """The store answers, and this is the version of the law."""
    await request.counter.ask(lambda session: session.unit.people([]))
    return Health(status="ok", law=request.office.law.version)


@get("/ready", opt=ANYONE, operation_id="ready")
async def ready(request: Call) -> Health:
    """就绪: the queue has room, and the store keeps what is written; a 503 tells the balancer to
    send requests elsewhere for the moment. It comes back by itself."""
    await request.app.state.readiness.check()
    return Health(status="ok", law=request.office.law.version)


@get("/packs", opt=ANYONE, operation_id="list_packs")
async def packs(request: Call) -> Packs:
    """Every region with a pack, and the version of the law."""
    law = request.office.law
    return Packs(
        law=law.version,
        packs=tuple(PackShown(**_pack(pack)) for _, pack in sorted(law.packs.items())),
    )


@get("/packs/{region:str}", opt=ANYONE, operation_id="get_pack")
async def pack(request: Call, region: RegionInPath, on: On = None) -> PackOnDay:
    """A region's law on a day: every provision with its words, its day and how it was read."""
    day, law = on or local_day(request.office.clock()), request.office.law
    found = law_on(law, region, day, field="on", region_field="region")
    provisions = [provision for provision in _answers(found).values() if provision is not None]
    return PackOnDay(
        **_pack(law.pack(region)),
        on=day,
        provisions=tuple(provision_shown(law, provision) for provision in provisions),
    )


@get("/packs/{region:str}/diff/{other:str}", opt=ANYONE, operation_id="diff_packs")
async def diff(request: Call, region: RegionInPath, other: RegionInPath, on: On = None) -> PackDiff:
    """两地之别: the questions that two regions answer differently on a day."""
    day, law = on or local_day(request.office.clock()), request.office.law
    mine = law_on(law, region, day, field="on", region_field="region")
    theirs = law_on(law, other, day, field="on", region_field="other")
    return PackDiff(
        one=region,
        other=other,
        on=day,
        differences=tuple(_difference(law, found) for found in differences(mine, theirs)),
    )


def _answers(law: DayLaw) -> dict[str, Provision[Any] | None]:
    return {name: getattr(law, name) for name in QUESTIONS}


def _difference(law: Law, found: Differs) -> Difference:
    asks, one, other = found.question.asks, found.one, found.other
    return Difference(
        question=found.question.name,
        asks_zh=asks.zh,
        asks_en=asks.en,
        one=None if one is None else provision_shown(law, one),
        other=None if other is None else provision_shown(law, other),
    )


def _pack(found: Pack) -> dict[str, Any]:
    return {
        "region": found.region,
        "name_zh": found.name,
        "name_en": found.name_en,
        "attribution": found.attribution.value,
        "note_zh": found.note,
        "note_en": found.note_en,
    }


@post("/institutions", opt=only(CLERK), dto=Strict, return_dto=None,
      operation_id="register_institution")  # fmt: skip
async def register(request: Call, data: JSONBody[RegisterInstitution]) -> InstitutionShown:
    """定点登记: register an institution, or change what is known of it."""
    in_region(request.caller, data.region)
    if data.region not in request.office.law.packs:
        raise no_pack(data.region, sorted(request.office.law.packs), "region")
    letter = "H" if data.kind is InstitutionKind.HOSPITAL else "Y"
    begins = f"{letter}{data.region}-"
    if data.id is not None and (not data.id.startswith(begins) or data.id.endswith("\n")):
        raise wrong_field(
            "id",
            "编号与机构种类或统筹区不符。",
            "The id does not fit the kind or the region.",
            Words(f"以 {begins} 开头的编号", f"an id that begins with {begins}"),
            Words("改正编号，或不填以自动编号。", "Correct it, or leave it out for a fresh one."),
        )
    made = await request.counter.do(
        lambda session: register_institution(
            session,
            data.region,
            data.kind,
            data.name,
            id=data.id,
            level=data.level,
            designated=data.designated,
            one_card=data.one_card,
        )
    )
    return _institution(made, data.name)


@get("/institutions/{institution:str}", opt=only(PERSON, INSTITUTION, CLERK, AUDITOR),
     operation_id="get_institution")  # fmt: skip
async def institution(request: Call, institution: InstitutionInPath) -> InstitutionShown:
    """An institution, and whether it is a designated one."""

    def shown(session: Session) -> InstitutionShown | Refusal:
        known = session.unit.institutions([institution]).get(institution)
        if known is None:
            return refuse(Code.UNKNOWN_INSTITUTION)
        return _institution(known, session.unit.institution_names([institution])[institution])

    return accept(await request.counter.ask(shown))


def _institution(known: Institution, name: str) -> InstitutionShown:
    return InstitutionShown(
        id=known.id,
        region=known.region,
        kind=known.kind,
        name=name,
        level=known.level,
        designated=known.designated,
        one_card=known.one_card,
    )


ROUTES = [packs, pack, diff, register, institution]
"""Under `/v1`; `health` and `ready` stand beside it."""
