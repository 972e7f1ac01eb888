"""裁定费用明细 · the lines of a bill: what each comes to, and totals that can be quoted or settled."""

import msgspec
from litestar import post
from litestar.params import JSONBody

from gongji.catalogue.adjudicate import LinePart, Part
from gongji.catalogue.treatment import LACKS, SAYS, Lack, Unclear
from gongji.desk.adjudicating import Decided, FeeBill, adjudicate
from gongji.desk.catalogue import NoEdition
from gongji.policy.reading import Law
from gongji.settlement.bill import Bill
from gongji.terms import LARGEST_FEN, local_day, region_of
from gongji.web.access import CLERK, INSTITUTION, PERSON, Call, acts_for, is_itself, only
from gongji.web.catalogue_routes import no_edition
from gongji.web.forms import BadInput, wrong_field
from gongji.web.problems import accept
from gongji.web.reading import Strict, law_on, past_day
from gongji.web.showing import cites
from gongji.web.shown_catalogue import Adjudicated, LineShown, PartShown
from gongji.words import Words

LARGEST_BODY = 1024 * 1024
"""A long stay in hospital has two thousand lines; everything else that is sent is far shorter."""


@post("/adjudications", opt=only(PERSON, INSTITUTION, CLERK, look="adjudicate"), dto=Strict,
      return_dto=None, status_code=200, request_max_body_size=LARGEST_BODY, operation_id="adjudicate")  # fmt: skip
async def decide(request: Call, data: JSONBody[FeeBill]) -> Adjudicated:
    """裁定费用明细: decide the lines of a bill by the catalogue and the law of its day (CAT-1, CAT-2).
    Nothing is written. `bill` in the answer can be sent to /v1/quotes as it is, and to
    /v1/settlements with an id."""
    caller, office = request.caller, request.office
    if caller.kind is INSTITUTION:
        is_itself(caller, data.institution)
    else:
        acts_for(caller, data.patient)
    if sum(line.total_fen for line in data.lines) > LARGEST_FEN:
        raise _too_large()
    today = local_day(office.clock())
    past_day("happened_on", data.happened_on, today)
    day = data.happened_on or today
    law_on(office.law, region_of(data.patient), day, field="happened_on", region_field="patient")
    try:
        found = await request.read(lambda session: adjudicate(session, data), data.patient)
    except NoEdition as error:
        raise no_edition(error, "happened_on") from None
    if isinstance(found, Unclear):
        raise _unclear(found)
    return _shown(data, accept(found), office.law)


def _too_large() -> BadInput:
    """Lines that come to more than a bill may."""
    return wrong_field(
        "lines",
        "各行 total_fen 之和过大。",
        "The lines' total_fen come to too much.",
        Words(f"合计不超过 {LARGEST_FEN}（分）", f"{LARGEST_FEN} (fen) at most in all"),
        Words("核对各行金额。", "Check the sums of the lines."),
    )


def _shown(asked: FeeBill, found: Decided, law: Law) -> Adjudicated:
    result = found.result
    return Adjudicated(
        bill=Bill(
            patient=asked.patient,
            institution=asked.institution,
            total_fen=result.bill.total_fen,
            fund_paid_fen=result.bill.fund_paid_fen,
            self_paid_fen=result.bill.self_paid_fen,
            uncovered_fen=result.bill.uncovered_fen,
            care=asked.care,
            listed=any(part.treatment.covered for part in result.lines),
        ),
        totals=PartShown(**msgspec.structs.asdict(result.bill)),
        deductible_used_fen=result.deductible_used_fen,
        ratio_bp=result.ratio_bp,
        lines=tuple(
            _line(law, number, part, kind, keys)
            for number, (part, kind, keys) in enumerate(
                zip(result.lines, found.excluded_kinds, found.line_cites, strict=True), start=1
            )
        ),
        editions=found.editions,
        cites=cites(law, found.cites),
    )


def _line(
    law: Law, number: int, part: LinePart, kind: str | None, keys: tuple[str, ...]
) -> LineShown:
    treatment = part.treatment
    zh, en = SAYS[treatment.why]
    return LineShown(
        **{name: getattr(part, name) for name in Part.__struct_fields__},
        line=number,
        name=part.name,
        item=treatment.item or None,
        list_class=treatment.listed,
        why=treatment.why,
        zh=zh,
        en=en,
        share_bp=treatment.share_bp if treatment.covered else None,
        ceiling_fen=treatment.ceiling_fen,
        excluded_kind=kind,
        rules=tuple(dict.fromkeys(rule for key in keys for rule in law.provision(key).rules)),
    )


_FIELDS = {
    Lack.FORM: "lines[{}].form",
    Lack.SPEC: "lines[{}].spec",
    Lack.SHARE: "lines[{}]",
    Lack.PLAN: "plan",
    Lack.AGE: "patient",
    Lack.LEVEL: "institution",
}
_REMEDIES = {
    Lack.FORM: Words("填写剂型。", "Name the form."),
    Lack.SPEC: Words("填写规格。", "Name the specification."),
    Lack.SHARE: Words(
        "由经办在目录或政策包中补充比例。", "The agency adds the share to catalogue or pack."
    ),
    Lack.PLAN: Words(
        "在 plan 中写明待遇，或由经办补充规定。",
        "Say the plan in `plan`, or have the agency add the provision.",
    ),
    Lack.AGE: Words(
        "在 plan 中写明待遇，或由经办补登出生日期。",
        "Say the plan in `plan`, or have the date of birth registered.",
    ),
    Lack.LEVEL: Words(
        "在 plan 中写明待遇，或由经办登记等级。",
        "Say the plan in `plan`, or have the level registered.",
    ),
}


def _unclear(found: Unclear) -> BadInput:
    """What is missing, by the field that could say it; nothing is guessed in its place."""
    said = LACKS[found.lack]
    of = f" ({found.name})" if found.name else ""
    choices = found.choices
    return BadInput(
        _FIELDS[found.lack].format((found.line or 1) - 1),
        Words(f"{said.zh}{of}", f"{said.en}{of}"),
        Words(f"以下之一：{'、'.join(choices)}", f"one of {', '.join(choices)}")
        if choices
        else Words("未配置", "not configured"),
        _REMEDIES[found.lack],
        code="unclear",
        status=422,
    )


ROUTES = [decide]
