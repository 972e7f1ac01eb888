"""个人账户 · accounts: balances, statements, credits, a person's own bills, and family codes."""

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from gongji.desk.family_view import hold_relatives_code
from gongji.desk.looking import own_bills
from gongji.desk.office import Session
from gongji.desk.people import (
    Credit,
    balances_of,
    codes_held,
    credit,
    drop_code,
)
from gongji.desk.statements import balances_on, statement
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from gongji.terms import local_day, region_of
from gongji.web.access import (
    AUDITOR,
    CLERK,
    PERSON,
    Call,
    acts_for,
    only,
    reads_of,
)
from gongji.web.parameters import (
    Before,
    Limit,
    MonthInPath,
    On,
    PersonInPath,
    before_micros,
    page,
)
from gongji.web.problems import accept
from gongji.web.reading import Strict, law_on, past_day, right_number
from gongji.web.shapes import CreditAsked, HoldCode
from gongji.web.showing import Eye
from gongji.web.shown import AccountShown, BalancesShown, CodeDropped, CodesHeld, Credited
from gongji.web.shown_calendar import StatementShown
from gongji.web.shown_settlements import Payments


@get("/people/{person:str}/account", opt=only(PERSON, CLERK, AUDITOR, look="balance"),
     operation_id="get_account")  # fmt: skip
async def account(request: Call, person: PersonInPath, on: On = None) -> AccountShown:
    """Both balances, and what of them may be pooled (ACC-6): now, or at the end of a past day by
    the day on which things happened."""
    reads_of(request.caller, person)
    past_day("on", on, local_day(request.office.clock()))

    def shown(session: Session) -> AccountShown | Refusal:
        held = balances_on(session, person, on) if on else balances_of(session, person)
        if isinstance(held, Refusal):
            return held
        day = on or local_day(session.now)
        law = law_on(session.law, region_of(person), day, field="on", region_field="person")
        return AccountShown(
            person=person,
            current_fen=held.current,
            carried_fen=held.carried,
            pooled_fen=sum(held.of(purse) for purse in law.pooled_purses.value),
        )

    return accept(await request.read(shown, person))


@get("/accounts/{person:str}/statements/{month:str}", opt=only(PERSON, CLERK, AUDITOR, look="statement"),
     operation_id="get_statement")  # fmt: skip
async def month_statement(
    request: Call, person: PersonInPath, month: MonthInPath
) -> StatementShown:
    """医保金月度对账单: what came and went in a month, `2025-11` (ACC-6)."""
    reads_of(request.caller, person)
    found = accept(await request.read(lambda session: statement(session, person, month), person))
    said = msgspec.structs.asdict(found)
    said["opening"], said["closing"] = _balances(found.opening), _balances(found.closing)
    return StatementShown(**said)


def _balances(held: Balances) -> BalancesShown:
    return BalancesShown(held.current, held.carried)


@post("/people/{person:str}/credits", opt=only(CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="credit_account")  # fmt: skip
async def put_in(request: Call, person: PersonInPath, data: JSONBody[CreditAsked]) -> Credited:
    """Put money into a purse, once for an id."""
    acts_for(request.caller, person)
    past_day("happened_on", data.happened_on, local_day(request.office.clock()))
    asked = Credit(person=person, **msgspec.structs.asdict(data))
    repeated = accept(
        await request.counter.do(lambda session: credit(session, asked), region_of(person))
    )
    return Credited(
        id=data.id, person=person, purse=data.purse, amount_fen=data.amount_fen, repeated=repeated
    )


@get("/people/{person:str}/bills", opt=only(PERSON, CLERK, AUDITOR, look="bills"),
     operation_id="list_bills")  # fmt: skip
async def bills(
    request: Call, person: PersonInPath, limit: Limit = 100, before: Before = None
) -> Payments:
    """A person's own settlements and reversals, pooled or not, newest first."""
    reads_of(request.caller, person)
    until = before_micros(before)
    rows = accept(
        await request.read(
            lambda session: own_bills(session, person, request.caller, limit=limit, before=until),
            person,
        )
    )
    return page(rows, limit, Eye.PATIENT)


@post("/people/{person:str}/family-codes", opt=only(PERSON, CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="hold_family_code")  # fmt: skip
async def hold(request: Call, person: PersonInPath, data: JSONBody[HoldCode]) -> CodesHeld:
    """亲情账户: hold a relative's code. No money is shared by it (FAM-1). Which of the relative's id,
    name and number was wrong is not told."""
    caller = request.caller
    acts_for(caller, person)
    right_number("number", data.number, local_day(request.office.clock()))
    held = await request.counter.do(
        lambda session: hold_relatives_code(
            session, person, data.relative, data.name, data.number, caller
        ),
        region_of(person),
    )
    return CodesHeld(holder=person, relatives=accept(held))


@get("/people/{person:str}/family-codes", opt=only(PERSON, CLERK, AUDITOR, look="codes"),
     operation_id="list_family_codes")  # fmt: skip
async def codes(request: Call, person: PersonInPath) -> CodesHeld:
    """Whose codes a person holds."""
    reads_of(request.caller, person)
    held = await request.read(lambda session: codes_held(session, person), person)
    return CodesHeld(holder=person, relatives=accept(held))


@post("/people/{person:str}/family-codes/{relative:str}/drop", opt=only(PERSON, CLERK),
      status_code=200, operation_id="drop_family_code")  # fmt: skip
async def drop(request: Call, person: PersonInPath, relative: PersonInPath) -> CodeDropped:
    """解除亲情账户: the holder gives a relative's code up, or the relative takes it back. Whether it
    was held is not told."""
    caller = request.caller
    accept(
        await request.counter.do(
            lambda session: drop_code(session, person, relative, caller), region_of(person)
        )
    )
    return CodeDropped(holder=person, relative=relative)


ROUTES = [account, month_statement, put_in, bills, hold, codes, drop]
