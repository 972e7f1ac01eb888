"""复核裁定: a stored settlement decided again, by the law and on the facts that are stored with it."""

import asyncio
from typing import Any

from litestar import get
from litestar.params import FromPath, FromQuery

from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind
from gongji.desk.settling import Replayed, replay
from gongji.faces.auditor.shared import AUDITOR, regions_of
from gongji.faces.billview import Named, bill_view
from gongji.faces.forms import clean
from gongji.faces.rules import refusal_told
from gongji.faces.visit import Visit
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.terms import Purse, moment, region_of
from gongji.web.problems import accept
from gongji.web.settlement_routes import law_of
from gongji.web.showing import Eye
from gongji.words import name_of


@get("/auditor/decisions", opt=AUDITOR, include_in_schema=False)
async def find(request: Visit, number: FromQuery[str] = "") -> Any:
    """A settlement by its number, alone or behind the institution's."""
    asked = clean(number)[:120]
    place, _, id = asked.rpartition("/")
    regions = regions_of(request)

    def found(session: Session) -> list[Answer]:
        return [
            answer
            for answer in session.unit.answers_by_id(id)
            if answer.kind is AnswerKind.SETTLEMENT
            and place in ("", answer.key.asker)
            and region_of(answer.patient) in regions
        ]

    answers = await request.counter.ask(found) if id else []
    if len(answers) == 1:
        key = answers[0].key
        return request.go(f"/auditor/decisions/{key.asker}/{key.id}")
    told = None
    if asked and not answers:
        told = refusal_told(request.office.law, refuse(Code.UNKNOWN_SETTLEMENT), request.lang)
    return request.page(
        "auditor/find.html", 404 if told else 200, asked=asked, answers=answers, told=told,
        moment_of=moment,
    )  # fmt: skip


@get("/auditor/decisions/{institution:str}/{id:str}", opt=AUDITOR, include_in_schema=False)
async def decision(request: Visit, institution: FromPath[str], id: FromPath[str]) -> Any:
    """The bill, the facts, the decision and its words, and whether it comes out the same."""
    key, regions = AnswerKey(institution, id), regions_of(request)

    def stored(session: Session) -> Answer | Refusal:
        answer = session.unit.answered([key]).get(key)
        if answer is None or answer.kind is not AnswerKind.SETTLEMENT:
            return refuse(Code.UNKNOWN_SETTLEMENT)
        return answer if region_of(answer.patient) in regions else refuse(Code.UNKNOWN_SETTLEMENT)

    answer = accept(await request.counter.ask(stored))
    again = await asyncio.to_thread(replay, request.office, answer)
    people = [answer.patient, *(pool.sponsor.id for pool in again.facts.pools)]

    def named(session: Session) -> tuple[dict[str, str], str]:
        names = {p: mask_name(i.name) for p, i in session.unit.identities(people).items()}
        return names, session.unit.institution_names([institution]).get(institution, institution)

    names, place = await request.look("replay", answer.patient, named)
    law = await law_of(request.office, answer.law)
    who = Named(names[answer.patient], place, names.get(answer.sponsor or "", ""))
    return request.page(
        "auditor/decision.html",
        view=bill_view(answer, again.decision, law, who, request.lang, Eye.OFFICE),
        again=again,
        facts=_facts(request, again, names),
        recorded_at=moment(answer.recorded_at),
        today=answer.law == request.office.law.version,
    )


def _facts(request: Visit, again: Replayed, names: dict[str, str]) -> list[tuple[str, str]]:
    """The facts on which it was decided, in words."""
    from gongji.faces.money import yuan

    say, lang, facts = request.say, request.lang, again.facts
    comma = "，" if lang == "zh" else ", "

    def person(one: Any) -> str:
        return f"{names[one.id]} {name_of(one.scheme).say(lang)} {name_of(one.status).say(lang)}"

    def money(held: Any) -> str:
        return comma.join(f"{name_of(p).say(lang)} {yuan(held.of(p))}" for p in Purse)

    place = facts.institution
    rows = [
        (say("参保人"), person(facts.patient)),
        (say("本人账户"), money(facts.own)),
        (
            say("机构"),
            comma.join(
                [
                    name_of(place.kind).say(lang),
                    *([name_of(place.level).say(lang)] if place.level else []),
                    say("定点") if place.designated else say("非定点"),
                ]
            ),
        ),
    ]
    for pool in facts.pools:
        uses = comma.join(name_of(use).say(lang) for use in sorted(pool.uses)) or "–"
        rows.append((say("共济关系"), f"{person(pool.sponsor)}{comma}{uses}"))
        rows.append((say("共济账户"), money(pool.balances)))
    if facts.code_held:
        rows.append((say("亲情账户"), say("出示人已绑定患者的亲情账户")))
    if facts.year_closed:
        rows.append((say("医保年度"), say("就诊的年度已经清算")))
    return rows


ROUTES = [find, decision]
