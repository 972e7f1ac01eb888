"""签到、人员、机构: 9001, 9002, 1101, 1201, 1901, 2001."""

from collections.abc import Iterator
from typing import Any

from gongji.desk.national_ports import SignIn
from gongji.desk.people import balances_of
from gongji.national.calling import (
    Call,
    Done,
    Known,
    care_of,
    facts_of,
    known_person,
    level_of,
    moment_of,
    reference,
    scheme_fits,
)
from gongji.national.reading import Wrong
from gongji.national.schema import codes, dictionaries
from gongji.policy.pack import NoProvision
from gongji.policy.questions.benefits import plans_for
from gongji.policy.standing import is_insured
from gongji.settlement.bill import Balances
from gongji.terms import InstitutionKind, local_day, moment


def sign_in(call: Call) -> Done:
    """9001 签到."""
    given = call.one("signIn")
    sign_no = reference(call.institution.region, call.session.now)
    call.session.unit.add_sign_in(
        SignIn(
            call.institution.id,
            sign_no,
            given["opter_no"],
            given["mac"],
            given["ip"],
            call.session.at,
        )
    )
    return Done({"signinoutb": {"sign_time": local_day(call.session.now), "sign_no": sign_no}})


def sign_out(call: Call) -> Done | Wrong:
    """9002 签退: 「当天有签到信息才可以签退」."""
    given = call.one("signOut")
    known = call.session.unit.national_sign_in(call.institution.id, given["sign_no"])
    if known is None or known.opter != given["opter_no"]:
        return Wrong("sign_no（签到编号）没有这位操作员的签到记录；请先签到（9001）")
    if local_day(moment(known.at)) != local_day(call.session.now):
        return Wrong("sign_no（签到编号）不是当天签到；当天有签到信息才可以签退")
    if known.out_at is None:
        call.session.unit.sign_out(call.institution.id, known.sign_no, call.session.at)
    return Done({"sign_time": moment(known.out_at or call.session.at)})


def person(call: Call) -> Done | Wrong:
    """1101 人员信息获取."""
    known = find_person(call)
    if isinstance(known, Wrong):
        return known
    who, now = known.person, call.session.now
    facts = facts_of(known, now)
    held = balances_of(call.session, who.id)
    assert isinstance(held, Balances)
    insured = {
        **facts,
        "balc": held.current + held.carried,
        "psn_insu_stas": codes()["status"][who.status],
        "insuplc_admdvs": who.region,
    }
    return Done({"baseinfo": facts, "insuinfo": [insured], "idetinfo": []})


def find_person(call: Call) -> Known | Wrong:
    """Who shows a credential: by number, in the place of insurance, or of the institution."""
    given = call.one()
    shown = given["mdtrt_cert_no"].upper()  # a check digit is X, also where it is written x
    number = (given["certno"] or shown).upper()
    if given["mdtrt_cert_type"] == "02" and shown != number:
        return Wrong("certno（证件号码）与mdtrt_cert_no不一致；凭证类型为02时两者都是身份证号")
    unit = call.session.unit
    regions = [call.head["insuplc_admdvs"] or "", call.institution.region]
    regions += [region for region in call.session.law.packs if region not in regions]
    for region in regions:
        id = unit.find_person(region, number)
        if id is not None:
            break
    else:
        if given["mdtrt_cert_type"] != "02" and not given["certno"]:
            return Wrong(
                "certno（证件号码）必填：本系统不解码电子凭证令牌，不读社会保障卡号；请同时传证件号码"
            )
        return Wrong("certno（证件号码）查无参保登记；请核对证件号码与参保地医保区划insuplc_admdvs")
    known = Known(unit.people([id])[id], unit.identities([id])[id])
    if given["psn_name"] not in (None, known.identity.name):
        return Wrong("psn_name（人员姓名）与参保登记不符；请核对后重发")
    return known


def institution(call: Call) -> Done | Wrong:
    """1201 医药机构信息获取: of the asker itself, or of the code that it names."""
    given, unit = call.one("medinsinfo"), call.session.unit
    code = given["fixmedins_code"] or call.code
    id = unit.institution_of_code(code)
    place = unit.institutions([id]).get(id) if id else None
    if id is None or place is None:
        return Wrong(f"fixmedins_code（定点医药机构编号）没有登记：{code}")
    name = unit.institution_names([id])[id]
    asked, called = given["fixmedins_name"] or "", (name, call.head["fixmedins_name"])
    if not given["fixmedins_code"] and not any(asked in one for one in called):
        return Wrong("fixmedins_name（定点医药机构名称）不是本机构；查询其他机构请填fixmedins_code")
    hospital = place.kind is InstitutionKind.HOSPITAL
    return Done(
        {
            "medinsinfo": {
                "fixmedins_code": code,
                "fixmedins_name": name,
                "fixmedins_type": "1" if hospital else "2",
                "hosp_lv": level_of(place),
            }
        }
    )


def dictionary(call: Call) -> Done:
    """1901 字典表查询: the values that the field tables know; an unknown table has none."""
    wanted, parent = call.one()["type"], call.one()["parent_value"]
    day = local_day(call.session.now)
    rows = [
        {
            "type": wanted,
            "label": label,
            "value": value,
            "parentValue": parent or "0",
            "sort": number,
            "valiFlag": "1",
            "createUser": "gongji",
            "createDate": day,
            "version": 1,
        }
        for number, (value, label) in enumerate(dictionaries().get(wanted, {}).items(), start=1)
    ]
    return Done({"list": rows})


def benefits(call: Call) -> Done | Wrong:
    """2001 人员待遇享受检查: whether the fund pays, and whether the own account and a pool do."""
    given = call.one()
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    if wrong := scheme_fits(known.person, given["insutype"]):
        return wrong
    care = care_of(given["med_type"])
    if isinstance(care, Wrong):
        return care
    who, day = known.person, local_day(moment_of(given["begntime"]))
    try:
        law = call.session.law.on(who.region, day)
    except NoProvision:
        return Wrong(f"begntime（开始时间）{day}没有可用的政策规定；请查询近期的待遇")

    def rows() -> Iterator[dict[str, Any]]:
        fund = codes()["fund"].get(who.scheme, "")
        insured = is_insured(who, law, day)
        plans = plans_for(
            law.benefit_plans.value if law.benefit_plans else (), who.scheme, care, retired=False
        )
        if not insured:
            yield _row(who.id, fund, day, f"未享受医保待遇：{codes()['status'][who.status]}")
        elif who.online_suspended_on(day):
            yield _row(who.id, fund, day, "联网结算已暂停")
        elif care in law.no_fund_care.value:
            yield _row(who.id, fund, day, "此类就医统筹基金不予支付")
        elif not plans:
            yield _row(who.id, fund, day, "本地没有配置此类就医的待遇")
        else:
            yield _row(who.id, fund, day)
        has_account = insured and who.scheme in law.account_schemes.value
        yield _row(who.id, "310200", day, "" if has_account else "没有个人账户")

    return Done({"trtinfo": list(rows())})


def _row(psn_no: str, fund: str, day: Any, why_not: str = "") -> dict[str, Any]:
    return {
        "psn_no": psn_no,
        "trt_chk_type": "01",
        "fund_pay_type": fund,
        "trt_enjymnt_flag": "0" if why_not else "1",
        "begndate": day,
        "trt_chk_rslt": why_not,
    }
