"""共济网 · pools: form, bind, unbind, leave, dissolve, choose uses, look at them and their payments."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from litestar import Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from gongji.desk import pooling
from gongji.desk.identity import mask_name
from gongji.desk.life import end_kinship
from gongji.desk.looking import PoolView, pooled_payments, view_pool
from gongji.desk.office import Session
from gongji.desk.ports import Asking, Pool
from gongji.desk.premiums import warnings_of
from gongji.policy.bonds import Bond
from gongji.policy.contributions import WarningCode
from gongji.policy.reading import Law
from gongji.policy.refusal import Refusal
from gongji.terms import NEVER, moment, region_of
from gongji.web.access import (
    AUDITOR,
    CLERK,
    PERSON,
    Call,
    acts_for,
    asking,
    hidden,
    only,
)
from gongji.web.forms import wrong_field
from gongji.web.parameters import At, Before, Limit, PersonInPath, before_micros, page
from gongji.web.problems import accept
from gongji.web.reading import Strict, read_moment
from gongji.web.shapes import BindMember, ChooseUses, EndKinship, Filed, FormPool, LeavePool
from gongji.web.showing import Eye, cites, warning_shown, why_refused
from gongji.web.shown import (
    BondInPool,
    BondShown,
    EndedShown,
    FormedShown,
    MemberResult,
    PoolShown,
    UsesShown,
)
from gongji.web.shown_settlements import Payments
from gongji.words import Words

T = TypeVar("T")

_Warned = list[tuple[WarningCode, tuple[str, ...]]]


async def _file(
    request: Call, person: str, filed: Filed, use_case: Callable[[Session, Asking], T | Refusal]
) -> T:
    """Run an act of the desk for `person`, with its channel and agent on record."""
    acts_for(request.caller, person)
    asked = asking(request, filed)
    return accept(
        await request.counter.do(lambda session: use_case(session, asked), region_of(person))
    )


@post("/pools", opt=only(PERSON, CLERK), dto=Strict, return_dto=None, operation_id="form_pool",
      responses={200: ResponseSpec(FormedShown, description="没有成员能绑定，未组网 · no member could be bound, no pool")})  # fmt: skip
async def form(request: Call, data: JSONBody[FormPool]) -> Response[FormedShown]:
    """组建家庭共济网: form a pool. Each member has a result of its own."""
    members = {member.person: member.kinship for member in data.members}
    if len(members) < len(data.members):
        raise wrong_field(
            "members",
            "同一成员填写了两次。",
            "A member is named twice.",
            Words("每位成员一次", "each member once"),
            Words("删去重复的一项。", "Leave one of the two out."),
        )

    def use_case(session: Session, asked: Asking) -> pooling.Formed | Refusal:
        return pooling.form(
            session, data.sponsor, members, data.uses, asked, committed=data.committed
        )

    formed = await _file(request, data.sponsor, data, use_case)
    law = request.office.law
    shown = FormedShown(
        pool=formed.pool,
        sponsor=data.sponsor,
        members=tuple(_result(law, formed, member) for member in members),
    )
    return Response(shown, status_code=201 if formed.pool else 200)


def _result(law: Law, formed: pooling.Formed, member: str) -> MemberResult:
    refusal = formed.not_bound.get(member)
    if refusal is None:
        return MemberResult(person=member, bound=True)
    return MemberResult(
        person=member,
        bound=False,
        refused=why_refused(refusal),
        cites=cites(law, refusal.cites),
        numbers=refusal.numbers,
        succeeds_at=refusal.succeeds_at,
    )


@get("/pools/{sponsor:str}", opt=only(PERSON, CLERK, AUDITOR, look="pool"), operation_id="get_pool")
async def show(request: Call, sponsor: PersonInPath, at: At = None) -> PoolShown:
    """A sponsor's pool, now or in the past. A member sees the sponsor and itself, never the other
    members (NET-13)."""
    now = request.office.clock()
    when = read_moment("at", at, now)
    caller = request.caller

    def shown(session: Session) -> PoolShown | Refusal:
        view = view_pool(session, sponsor, caller, when)
        if isinstance(view, Refusal):
            return view
        ids = [sponsor, *(bond.member for bond in view.bonds)]
        names = {id: mask_name(known.name) for id, known in session.unit.identities(ids).items()}
        return _pool_shown(view, names, when or now)

    return accept(hidden(request, await request.read(shown, sponsor), sponsor))


def _pool_shown(view: PoolView, names: dict[str, str], at: datetime) -> PoolShown:
    bonds = tuple(BondInPool(**_bond(bond), name=names[bond.member]) for bond in view.bonds)
    return PoolShown(
        sponsor=view.sponsor,
        sponsor_name=names[view.sponsor],
        uses=tuple(sorted(view.uses)),
        bonds=bonds,
        at=at,
    )


@post("/pools/{sponsor:str}/bonds", opt=only(PERSON, CLERK), dto=Strict, return_dto=None,
      operation_id="bind_member")  # fmt: skip
async def bind(request: Call, sponsor: PersonInPath, data: JSONBody[BindMember]) -> BondShown:
    """添加共济成员: add a member to the open pool."""

    def use_case(session: Session, asked: Asking) -> Bond | Refusal:
        return pooling.bind(session, sponsor, data.member, data.kinship, asked)

    return BondShown(**_bond(await _file(request, sponsor, data, use_case)))


@post("/pools/{sponsor:str}/bonds/{member:str}/unbind", opt=only(PERSON, CLERK), dto=Strict,
      return_dto=None, status_code=200, operation_id="unbind_member")  # fmt: skip
async def unbind(
    request: Call, sponsor: PersonInPath, member: PersonInPath, data: JSONBody[Filed]
) -> EndedShown:
    """解除绑定: the sponsor removes a member. Says from when the bond no longer works."""

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return pooling.unbind(session, sponsor, member, asked)

    return _ended(await _file(request, sponsor, data, use_case))


@post("/pools/{sponsor:str}/bonds/{member:str}/kinship-ended", opt=only(PERSON, CLERK), dto=Strict,
      return_dto=None, status_code=200, operation_id="end_kinship")  # fmt: skip
async def kinship_ended(
    request: Call, sponsor: PersonInPath, member: PersonInPath, data: JSONBody[EndKinship]
) -> EndedShown:
    """亲属关系终止: end a bond because the kinship has ended, at once and with the reason on record.
    The sponsor owes it (NET-14); a clerk does it with the papers."""

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return end_kinship(session, sponsor, member, data.reason, asked)

    return _ended(await _file(request, sponsor, data, use_case))


@post("/people/{person:str}/leave", opt=only(PERSON, CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="leave_pool")  # fmt: skip
async def leave(request: Call, person: PersonInPath, data: JSONBody[LeavePool]) -> EndedShown:
    """退出共济网: a member leaves one sponsor's pool, or every pool."""

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return pooling.leave(session, person, data.sponsor, asked)

    return _ended(await _file(request, person, data, use_case))


@post("/pools/{sponsor:str}/dissolve", opt=only(PERSON, CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="dissolve_pool")  # fmt: skip
async def dissolve(request: Call, sponsor: PersonInPath, data: JSONBody[Filed]) -> EndedShown:
    """解散共济网: end the pool and every bond in it."""

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return pooling.dissolve(session, sponsor, asked)

    return _ended(await _file(request, sponsor, data, use_case))


@put("/pools/{sponsor:str}/uses", opt=only(PERSON, CLERK), dto=Strict, return_dto=None,
     operation_id="choose_uses")  # fmt: skip
async def choose(request: Call, sponsor: PersonInPath, data: JSONBody[ChooseUses]) -> UsesShown:
    """选择共济方式: for what the pool may be used, as often as wanted (NET-10). The
    warnings say what the change brings with it (CON-8, CON-9)."""

    def use_case(session: Session, asked: Asking) -> tuple[Pool, _Warned] | Refusal:
        pool = session.unit.open_pool(sponsor)
        before = pool.uses if pool else frozenset()
        chosen = pooling.choose_uses(session, sponsor, data.uses, asked)
        if isinstance(chosen, Refusal):
            return chosen
        return chosen, warnings_of(session, sponsor, before, chosen.uses)

    pool, warned = await _file(request, sponsor, data, use_case)
    return UsesShown(
        pool=pool.id,
        sponsor=sponsor,
        uses=tuple(sorted(pool.uses)),
        warnings=tuple(warning_shown(request.office.law, code, keys) for code, keys in warned),
    )


@get("/pools/{sponsor:str}/payments", opt=only(PERSON, CLERK, AUDITOR, look="payments"),
     operation_id="list_pooled_payments")  # fmt: skip
async def payments(
    request: Call, sponsor: PersonInPath, limit: Limit = 100, before: Before = None
) -> Payments:
    """Payments from a sponsor's money, newest first: all of them for the sponsor, its own for a
    member (NET-13)."""
    caller, until = request.caller, before_micros(before)
    rows = await request.read(
        lambda session: pooled_payments(session, sponsor, caller, limit=limit, before=until),
        sponsor,
    )
    eye = Eye.OFFICE
    if caller.kind is PERSON:
        eye = Eye.SPONSOR if caller.subject == sponsor else Eye.PATIENT
    return page(accept(hidden(request, rows, sponsor)), limit, eye)


def _bond(bond: Bond) -> dict[str, Any]:
    return {
        "id": bond.id,
        "sponsor": bond.sponsor,
        "member": bond.member,
        "kinship": bond.kinship,
        "starts": moment(bond.starts),
        "ends": None if bond.ends == NEVER else moment(bond.ends),
    }


def _ended(ended: pooling.Ended) -> EndedShown:
    return EndedShown(ends=ended.ends, bonds=ended.bonds)


ROUTES = [form, show, bind, unbind, kinship_ended, leave, dissolve, choose, payments]
