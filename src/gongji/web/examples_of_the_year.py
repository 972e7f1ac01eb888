"""示例（年度）: examples of statements, premiums, certificates, accounts that close, the catalogue."""

from gongji.catalogue.item import Agreement, Kind, ListClass
from gongji.catalogue.treatment import SAYS, Why
from gongji.desk.adjudicating import FeeBill, FeeLine
from gongji.desk.premium_ports import OrderState
from gongji.desk.premiums import PremiumDue
from gongji.policy.contributions import PremiumState, ResultState, Via
from gongji.settlement.bill import Bill
from gongji.terms import Purse, Scheme
from gongji.web import shapes as asked
from gongji.web import shown
from gongji.web import shown_calendar as year
from gongji.web import shown_catalogue as catalogue
from gongji.web import shown_plans as plans
from gongji.web.example_story import (
    BOND_ID,
    CERTIFICATE,
    CITY,
    CLINIC,
    DEDUCTED,
    EDITION,
    ELSEWHERE,
    FATHER,
    FORBIDDEN,
    HERE,
    NO_EDITION,
    NOT_READY,
    NOW,
    READY,
    SON,
    UNCLEAR,
    WITHDRAW_BY,
    Example,
    problem,
)

ORDER = plans.PlanOrderShown(
    id="plan-2026",
    buyer=FATHER,
    insured=SON,
    plan="沪惠保",
    year=2026,
    number=1,
    amount_fen=129_00,
    state=OrderState.PAID,
    refused=None,
    draws=(plans.PlanDrawShown(purse=Purse.CARRIED, amount_fen=129_00),),
    refunded_fen=0,
    ordered_at=NOW,
    paid_at=NOW,
    cites=(),
)

PART = {
    "total_fen": 100_00,
    "own_whole_fen": 0,
    "over_ceiling_fen": 0,
    "paid_first_fen": 0,
    "entering_fen": 100_00,
    "fund_paid_fen": 70_00,
    "self_paid_fen": 30_00,
    "uncovered_fen": 0,
}

OF_THE_YEAR: dict[str, Example] = {
    "get_statement": Example(
        None,
        year.StatementShown(
            person=FATHER,
            month="2025-10",
            opening=shown.BalancesShown(500_00, 1350_00),
            closing=shown.BalancesShown(500_00, 1200_00),
            credited_fen=0,
            spent_fen=0,
            pooled_out_fen=150_00,
            contributed_fen=0,
            turned_fen=0,
            other_fen=0,
            closed=True,
        ),
        problem("too_early", 409),
    ),
    "register_premium": Example(
        PremiumDue(person=SON, year=2026, via=Via.SCHOOL, amount_fen=400_00),
        year.PremiumShown(
            region=HERE,
            year=2026,
            number=1,
            person=SON,
            via=Via.SCHOOL,
            amount_fen=400_00,
            state=PremiumState.DUE,
            registered_at=NOW,
            withdrawal=year.WithdrawalShown(until=WITHDRAW_BY, cites=()),
        ),
        problem("already_registered", 409),
    ),
    "get_premium": Example(
        None,
        year.PremiumResult(
            person=SON,
            year=2026,
            via=Via.SCHOOL,
            amount_fen=400_00,
            state=ResultState.DEDUCTED,
            refused=None,
            certificate_from=READY,
            unknown_year=None,
            withdrawal=year.WithdrawalShown(until=WITHDRAW_BY, cites=()),
            cites=(),
        ),
        problem("no_such_premium", 404, year=2026),
    ),
    "get_certificate": Example(
        None,
        year.CertificateShown(
            number=CERTIFICATE,
            region=HERE,
            region_zh=CITY.zh,
            region_en=CITY.en,
            person_name="李**",
            person_number="310*************10",
            sponsor_name="李*",
            year=2026,
            amount_fen=400_00,
            deducted_on=DEDUCTED,
            available_from=READY,
            verify_url=f"gongji.example/verify/premium/{CERTIFICATE}.{'0' * 32}",
            cites=(),
        ),
        NOT_READY,
    ),
    "print_certificate": Example(None, "%PDF-1.7 …", NOT_READY),
    "buy_plan": Example(
        asked.PlanAsked(id="plan-2026", year=2026, insured=SON, amount_fen=129_00),
        ORDER,
        problem("not_in_a_pool", 422),
    ),
    "get_plan": Example(None, ORDER, problem("no_such_purchase", 404)),
    "refund_plan": Example(
        asked.PlanRefundAsked(id="2026-0310-R001", amount_fen=29_00),
        plans.PlanRefundShown(
            id="2026-0310-R001",
            buyer=FATHER,
            order="plan-2026",
            amount_fen=29_00,
            back=(plans.PlanDrawShown(purse=Purse.CARRIED, amount_fen=29_00),),
            left_fen=100_00,
            refunded_at=NOW,
        ),
        problem("more_than_paid", 422, available_fen=100_00),
    ),
    "settle_estate": Example(
        asked.EstateAsked(
            id="2025-1110-E001",
            person=FATHER,
            heirs=(asked.HeirAsked(amount_fen=1700_00, paper="sm3:66c7f0f4"),),
            documents=("死亡证明 sm3:debe9ff9", "继承公证书 sm3:66c7f0f4"),
        ),
        year.AccountClosed(
            id="2025-1110-E001", person=FATHER, paid_fen=1700_00, ended=(BOND_ID,), repeated=False
        ),
        problem("not_dead", 422),
    ),
    "move_away": Example(
        asked.MoveAsked(id="2025-1110-M001", person=FATHER, to=ELSEWHERE),
        year.AccountClosed(
            id="2025-1110-M001", person=FATHER, paid_fen=1700_00, ended=(BOND_ID,), repeated=False
        ),
        FORBIDDEN,
    ),
    "adjudicate": Example(
        FeeBill(patient=SON, institution=CLINIC, lines=(FeeLine(name="布洛芬", total_fen=100_00),)),
        catalogue.Adjudicated(
            bill=Bill(
                patient=SON,
                institution=CLINIC,
                total_fen=100_00,
                fund_paid_fen=70_00,
                self_paid_fen=30_00,
                uncovered_fen=0,
            ),
            totals=catalogue.PartShown(**PART),
            deductible_used_fen=0,
            ratio_bp=7000,
            lines=(
                catalogue.LineShown(
                    **PART,
                    line=1,
                    name="布洛芬",
                    item="1",
                    list_class=ListClass.A,
                    why=Why.CLASS_A,
                    zh=SAYS[Why.CLASS_A][0],
                    en=SAYS[Why.CLASS_A][1],
                    share_bp=0,
                    ceiling_fen=None,
                    excluded_kind=None,
                    rules=("CAT-1",),
                ),
            ),
            editions=(EDITION,),
            cites=(),
        ),
        UNCLEAR,
    ),
    "look_up_item": Example(
        None,
        catalogue.LookedUp(
            name="布洛芬",
            form="颗粒剂",
            region=HERE,
            on=NOW.date(),
            listed=True,
            entries=(
                catalogue.EntryShown(
                    code="1",
                    names=("布洛芬",),
                    form="颗粒剂",
                    kind=Kind.DRUG,
                    list_class=ListClass.B,
                    payable=True,
                    category="",
                    restriction="",
                    shares_bp=dict.fromkeys(Scheme),
                    prices=(),
                    price_words="",
                    agreement=Agreement.IN_FORCE,
                    starts=None,
                    ends=None,
                    only_under=None,
                ),
            ),
            other_forms=(),
            excluded_kind=None,
            excluded_quote=None,
            editions=(EDITION,),
            cites=(),
        ),
        NO_EDITION,
    ),
    "search_catalogue": Example(
        None,
        catalogue.Found(
            text="blf",
            region=HERE,
            on=NOW.date(),
            hits=(
                catalogue.HitShown(
                    name="布洛芬",
                    how="initials",
                    mistakes=0,
                    forms=(catalogue.FormShown(code="1", form="颗粒剂", list_class=ListClass.B),),
                ),
            ),
            editions=(EDITION,),
        ),
        NO_EDITION,
    ),
}
"""By operation id; `examples` takes them in."""
