"""示例: one worked example for every operation of the API, in the forms that it takes and gives.

As structs they cannot drift away from the forms; a test asks for one beside every operation.
"""

from datetime import date

import msgspec

from gongji.desk.life import KinshipEnd
from gongji.desk.people import StandingChange
from gongji.desk.settling import ReversalRequest
from gongji.settlement.bill import Bill, SettlementRequest
from gongji.terms import (
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Status,
    Use,
)
from gongji.web import shapes as asked
from gongji.web import shown
from gongji.web import shown_enrolment as enrolment
from gongji.web import shown_settlements as settled
from gongji.web.example_story import (
    BILL,
    BILL_ID,
    BOND,
    CLINIC,
    DECISION,
    EMPLOYER,
    ENDED,
    FATHER,
    FORBIDDEN,
    INSTITUTION,
    KIN,
    LAW,
    NO_POOL,
    NOW,
    OWN,
    PACK,
    PAYS,
    POOL,
    POOLED,
    SETTLED,
    SON,
    STANDING,
    UNKNOWN,
    Example,
    problem,
)
from gongji.web.examples_of_the_year import OF_THE_YEAR
from gongji.web.showing import WHY_OUTCOME

EXAMPLES: dict[str, Example] = {
    "health": Example(
        None,
        shown.Health(status="ok", law=LAW),
        shown.Problem(
            type="/docs#store_unavailable",
            title="暂时无法办理",
            status=503,
            detail="存储暂时不可用，没有写入半笔。",
            code="store_unavailable",
            succeeds=shown.Succeeds(how="稍后以相同编号重发，不会重复扣款。", at=None),
        ),
    ),
    "ready": Example(
        None,
        shown.Health(status="ok", law=LAW),
        shown.Problem(
            type="/docs#busy",
            title="暂时无法办理",
            status=503,
            detail="排队的请求过多。",
            code="busy",
            succeeds=shown.Succeeds(how="稍后以相同编号重发，不会重复扣款。", at=None),
        ),
    ),
    "settle": Example(
        SettlementRequest(id=BILL_ID, **BILL),
        SETTLED,
        problem("amounts_do_not_add_up", 422, total_fen=300_00, parts_fen=290_00),
    ),
    "quote": Example(Bill(**BILL), settled.DecisionShown(**DECISION), UNKNOWN),
    "why": Example(
        Bill(**BILL),
        settled.ReasonsShown(
            outcome="use_not_chosen", reasons=(WHY_OUTCOME["use_not_chosen"],), cites=(PAYS,)
        ),
        UNKNOWN,
    ),
    "list_settlements": Example(None, OWN, FORBIDDEN),
    "get_settlement": Example(
        None,
        msgspec.structs.replace(SETTLED, repeated=True),
        problem("unknown_settlement", 404),
    ),
    "get_decision": Example(
        None,
        settled.StoredDecision(
            bill=settled.BillShown(
                total_fen=300_00,
                fund_paid_fen=120_00,
                self_paid_fen=150_00,
                uncovered_fen=30_00,
                care=Bill(**BILL).care,
                category="drug",
                channel="window",
            ),
            decision=msgspec.structs.replace(SETTLED, repeated=True),
            provisions=(KIN,),
            reversed_self_paid_fen=0,
            reversed_whole=False,
        ),
        problem("unknown_settlement", 404),
    ),
    "replay_decision": Example(
        None,
        settled.ReplayShown(reference=f"{CLINIC}/{BILL_ID}", law=LAW, same=True),
        problem("unknown_settlement", 404),
    ),
    "reverse": Example(
        ReversalRequest(id="2025-1111-R001", institution=CLINIC, of=BILL_ID, self_paid_fen=50_00),
        settled.ReversalShown(
            reference=f"{CLINIC}/2025-1111-R001",
            id="2025-1111-R001",
            institution=CLINIC,
            of=BILL_ID,
            own_fen=0,
            pooled_fen=50_00,
            cash_fen=0,
            self_paid_fen=50_00,
            whole=False,
            recorded_at=NOW,
            repeated=False,
        ),
        problem("more_than_settled", 422, needed_fen=200_00, available_fen=150_00),
    ),
    "form_pool": Example(
        asked.FormPool(
            sponsor=FATHER,
            members=(asked.MemberAsked(person=SON, kinship=Kinship.CHILD),),
            uses=frozenset({Use.PAY}),
            committed=True,
        ),
        shown.FormedShown(
            pool=POOL, sponsor=FATHER, members=(shown.MemberResult(person=SON, bound=True),)
        ),
        problem("nothing_carried", 422, needed_fen=1, available_fen=0),
    ),
    "get_pool": Example(
        None,
        shown.PoolShown(
            sponsor=FATHER,
            sponsor_name="李*",
            uses=(Use.PAY,),
            bonds=(shown.BondInPool(**BOND, name="李**"),),
            at=NOW,
        ),
        FORBIDDEN,
    ),
    "bind_member": Example(
        asked.BindMember(member=SON, kinship=Kinship.CHILD),
        shown.BondShown(**BOND),
        problem("kinship_not_allowed", 422, KIN),
    ),
    "unbind_member": Example(asked.Filed(), ENDED, problem("not_bound", 404)),
    "end_kinship": Example(
        asked.EndKinship(reason=KinshipEnd.DIVORCED), ENDED, problem("not_bound", 404)
    ),
    "leave_pool": Example(asked.LeavePool(sponsor=FATHER), ENDED, problem("not_bound", 404)),
    "dissolve_pool": Example(asked.Filed(), ENDED, NO_POOL),
    "choose_uses": Example(
        asked.ChooseUses(uses=frozenset({Use.PAY, Use.CONTRIBUTE})),
        shown.UsesShown(
            pool=POOL, sponsor=FATHER, uses=(Use.CONTRIBUTE, Use.PAY), warnings=(EMPLOYER,)
        ),
        NO_POOL,
    ),
    "list_pooled_payments": Example(None, POOLED, FORBIDDEN),
    "register_person": Example(
        asked.RegisterPerson(
            region="310000", name="李小明", number="310199201603020010", scheme=Scheme.RESIDENT
        ),
        shown.Registered(id=SON, known=False),
        FORBIDDEN,
    ),
    "find_person": Example(
        asked.FindPerson(region="310000", number="310199201603020010", name="李小明"),
        shown.FoundPerson(id=SON, name="李**"),
        UNKNOWN,
    ),
    "get_person": Example(
        None,
        shown.PersonShown(
            id=SON,
            region="310000",
            name="李**",
            number="310*************10",
            phone="",
            standing=STANDING,
        ),
        FORBIDDEN,
    ),
    "change_standing": Example(
        StandingChange(status=Status.SUSPENDED),
        msgspec.structs.replace(STANDING, status=Status.SUSPENDED),
        problem("unbind_first", 409, open_bonds=1),
    ),
    "list_standings": Example(
        None,
        shown.Standings(
            person=SON,
            standings=(msgspec.structs.replace(STANDING, since=NOW, filed_by="clerk-07"),),
        ),
        FORBIDDEN,
    ),
    "get_account": Example(
        None,
        shown.AccountShown(
            person=FATHER, current_fen=500_00, carried_fen=1200_00, pooled_fen=1200_00
        ),
        FORBIDDEN,
    ),
    "credit_account": Example(
        asked.CreditAsked(id="2025-07-0001", purse=Purse.CURRENT, amount_fen=500_00),
        shown.Credited(
            id="2025-07-0001",
            person=FATHER,
            purse=Purse.CURRENT,
            amount_fen=500_00,
            repeated=False,
        ),
        problem("no_account", 422),
    ),
    "list_bills": Example(None, OWN, FORBIDDEN),
    "hold_family_code": Example(
        asked.HoldCode(relative=SON, name="李小明", number="310199201603020010"),
        shown.CodesHeld(holder=FATHER, relatives=(SON,)),
        problem("too_many_relatives", 409, at_most=6, already=6),
    ),
    "list_family_codes": Example(None, shown.CodesHeld(holder=FATHER, relatives=(SON,)), FORBIDDEN),
    "drop_family_code": Example(None, shown.CodeDropped(holder=FATHER, relative=SON), FORBIDDEN),
    "ask_waiting": Example(
        asked.WaitingAsked(
            region="310000",
            enrolled_for=2027,
            paid_on=date(2026, 12, 1),
            in_period=True,
            missed=frozenset({2025, 2026}),
        ),
        enrolment.WaitingShown(
            region="310000",
            months=4,
            benefits_from=date(2027, 5, 1),
            steps=(
                enrolment.StepShown(
                    zh="断保2025, 2026年，计2年。", en="Missed: 2025, 2026, 2 counted."
                ),
            ),
            cites=(),
        ),
        problem("not_configured", 422, year=2027),
    ),
    "ask_ceiling": Example(
        asked.CeilingAsked(
            region="310000", year=2029, enrolled=frozenset({2025, 2026, 2027, 2028, 2029})
        ),
        enrolment.CeilingShown(
            region="310000",
            year=2029,
            continuous_years=5,
            continuous_steps=1,
            zero_claim_steps=0,
            lowered_years=0,
            amounts_configured=False,
            raised_fen=None,
            lowered_fen=None,
            ceiling_fen=None,
            steps=(
                enrolment.StepShown(
                    zh="本地提高与降低的金额未配置，不按零计算。",
                    en="The region's amounts are not configured; that is not zero.",
                ),
            ),
            cites=(),
        ),
        problem("not_configured", 422, year=2029),
    ),
    "list_packs": Example(None, shown.Packs(law=LAW, packs=(shown.PackShown(**PACK),)), UNKNOWN),
    "get_pack": Example(
        None, shown.PackOnDay(**PACK, on=date(2025, 10, 1), provisions=(KIN,)), UNKNOWN
    ),
    "diff_packs": Example(
        None,
        shown.PackDiff(
            one="310000",
            other="371300",
            on=date(2025, 12, 1),
            differences=(
                shown.Difference(
                    question="kin_allowed",
                    asks_zh=KIN.asks_zh,
                    asks_en=KIN.asks_en,
                    one=KIN,
                    other=None,
                ),
            ),
        ),
        UNKNOWN,
    ),
    "register_institution": Example(
        asked.RegisterInstitution(
            region="310000",
            kind=InstitutionKind.HOSPITAL,
            name="共济街道社区卫生服务中心",
            level=Level.PRIMARY,
        ),
        INSTITUTION,
        FORBIDDEN,
    ),
    "get_institution": Example(None, INSTITUTION, problem("unknown_institution", 404)),
    **OF_THE_YEAR,
}
"""By operation id."""
