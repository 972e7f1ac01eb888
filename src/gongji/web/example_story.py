"""示例的故事: 李明 in Shanghai pays for his son at a clinic. The parts that several examples share."""

from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from gongji.catalogue.treatment import LACKS, Lack
from gongji.terms import (
    LOCAL_TIME,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Status,
)
from gongji.web import shown
from gongji.web import shown_settlements as settled
from gongji.web.showing import WHY_OUTCOME, WHY_REFUSED
from gongji.web.statuses import TITLES, WARNINGS
from gongji.words import Words


class Example(NamedTuple):
    """What is asked, what is answered, and a problem that may come instead."""

    asks: Any
    answers: Any
    problem: shown.Problem


FATHER, SON = "P310000-3f2a91c04b7d", "P310000-8d10e5a7c266"
CLINIC, BILL_ID = "H310000-5b77c1e09a42", "2025-1110-0001"
POOL, BOND_ID = "N310000-c9a4402be17f", "B310000-17d3f08ac5e9"
LAW = "5f740321c00e2a6a"
NOW = datetime(2025, 11, 10, 9, 30, tzinfo=LOCAL_TIME)


PAYS = shown.Cite(
    rules=("SET-2",),
    region="310000",
    question="pool_pays",
    day=date(2022, 8, 1),
    basis="rounded",
    quote="医保报销后的医疗费用，不包括自费费用",
    text="8月起个人医保账户资金家庭成员可共济使用",
    place="「什么是共济支付？什么是共济缴费？」",
)
KIN = shown.ProvisionShown(
    rules=("NET-4", "NET-5"),
    region="310000",
    question="kin_allowed",
    day=date(2022, 7, 1),
    basis="rounded",
    quote="应当是组建人的配偶、父母、子女",
    text="8月起个人医保账户资金家庭成员可共济使用",
    place="「家庭共济网的组建人、共济成员需要满足什么条件？」",
    asks_zh="组建人的哪些亲属可以是成员？",
    asks_en="Which relatives of the sponsor may be members?",
    value=["child", "parent", "spouse"],
    issuer="上海发布",
    reading_zh="",
    reading_en="",
)


CONTRIBUTES = shown.Cite(
    rules=("CON-9",),
    region="310000",
    question="employer_refund_warned",
    day=date(2025, 11, 1),
    basis="first_seen",
    quote="如您所在单位有居保参保缴费报销类员工福利，请尽量不要选择“共济缴费”",
    text="职工医保个人账户家庭共济问答",
    place="家庭共济篇 13",
)
EMPLOYER = shown.WarningShown(
    code="employer_refund",
    zh=WARNINGS["employer_refund"].zh,
    en=WARNINGS["employer_refund"].en,
    cites=(CONTRIBUTES,),
)


def problem(code: str, status: int, *cites: shown.Cite, **numbers: int) -> shown.Problem:
    """A refusal as the reader gets it, in Chinese, with these provisions and numbers."""
    why = WHY_REFUSED[code]
    return shown.Problem(
        type=f"/docs#{code}",
        title=why.zh,
        status=status,
        detail=why.zh,
        code=code,
        succeeds=shown.Succeeds(how=why.remedy_zh, at=None),
        cites=cites,
        numbers=numbers,
    )


UNKNOWN = problem("unknown_person", 404)
FORBIDDEN = problem("forbidden", 403)
NO_POOL = problem("no_pool", 404)

BILL: dict[str, Any] = {
    "patient": SON,
    "institution": CLINIC,
    "total_fen": 300_00,
    "fund_paid_fen": 120_00,
    "self_paid_fen": 150_00,
    "uncovered_fen": 30_00,
}
DECISION: dict[str, Any] = {
    "patient": SON,
    "institution": CLINIC,
    "outcome": "pooled",
    "says": WHY_OUTCOME["pooled"],
    "own_fen": 0,
    "pooled_fen": 150_00,
    "cash_fen": 30_00,
    "outside_relief_fen": 150_00,
    "sponsor": FATHER,
    "draws": (
        settled.DrawShown(person=FATHER, purse=Purse.CARRIED, amount_fen=150_00, after_fen=None),
    ),
    "reasons": (),
    "cites": (PAYS,),
    "own_after": shown.BalancesShown(0, 0),
    "law": LAW,
}
SETTLED = settled.SettlementShown(
    **DECISION,
    reference=f"{CLINIC}/{BILL_ID}",
    id=BILL_ID,
    happened_at=NOW,
    recorded_at=NOW,
    repeated=False,
)
PAYMENT: dict[str, Any] = {
    "reference": f"{CLINIC}/{BILL_ID}",
    "kind": "settlement",
    "reverses": None,
    "patient": SON,
    "sponsor": FATHER,
    "happened_at": NOW,
    "recorded_at": NOW,
    "pooled_fen": 150_00,
}
OWN = settled.Payments(
    payments=(settled.PaymentShown(**PAYMENT, own_fen=0, cash_fen=30_00),), next_before=NOW
)
POOLED = settled.Payments(
    payments=(settled.PaymentShown(**PAYMENT, own_fen=None, cash_fen=None),), next_before=NOW
)
STANDING = shown.StandingShown(
    scheme=Scheme.RESIDENT,
    status=Status.ACTIVE,
    ecode=True,
    died=None,
    suspended_from=None,
    suspended_until=None,
)
ENDED = shown.EndedShown(ends=NOW, bonds=(BOND_ID,))
INSTITUTION = shown.InstitutionShown(
    id=CLINIC,
    region="310000",
    kind=InstitutionKind.HOSPITAL,
    name="共济街道社区卫生服务中心",
    level=Level.PRIMARY,
    designated=True,
    one_card=True,
)
PACK: dict[str, Any] = {
    "region": "310000",
    "name_zh": "上海市",
    "name_en": "Shanghai",
    "attribution": "stated",
    "note_zh": "",
    "note_en": "",
}
BOND: dict[str, Any] = {
    "id": BOND_ID,
    "sponsor": FATHER,
    "member": SON,
    "kinship": Kinship.CHILD,
    "starts": NOW,
    "ends": None,
}
CITY = Words("上海市", "Shanghai")
HERE, ELSEWHERE, EDITION = "310000", "330100", "100000/drug/2024"
WITHDRAW_BY = datetime(2025, 12, 15, 17, tzinfo=LOCAL_TIME)
DEDUCTED, READY = date(2025, 12, 16), date(2025, 12, 30)
CERTIFICATE = "310000-2026-00000001"
_LATER = problem("certificate_not_ready", 409)
NOT_READY = msgspec.structs.replace(
    _LATER,
    succeeds=shown.Succeeds(how=_LATER.succeeds.how, at=datetime(2025, 12, 30, tzinfo=LOCAL_TIME)),
)
NO_EDITION = shown.Problem(
    type="/docs#no_provision",
    title=TITLES["no_provision"].zh,
    status=422,
    detail="统筹区 310000 在 2009-01-01 没有生效的目录版本。",
    code="no_provision",
    succeeds=shown.Succeeds(how="改用其他日期，或由经办导入目录。", at=None),
)
UNCLEAR = shown.Problem(
    type="/docs#unclear",
    title=TITLES["unclear"].zh,
    status=422,
    detail=LACKS[Lack.FORM].zh,
    code="unclear",
    succeeds=shown.Succeeds(how="填写剂型。", at=None),
)
