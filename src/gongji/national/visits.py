"""就诊: 2201, 2202, 2203, 2203A, and the stays, 2401 to 2405."""

from typing import Any

from gongji.desk.national_ports import Visit, VisitKind
from gongji.national.calling import (
    Call,
    Done,
    care_of,
    kept,
    known_person,
    moment_of,
    own_visit,
    reference,
    retold,
    scheme_fits,
)
from gongji.national.reading import Values, Wrong
from gongji.policy.standing import Person, is_insured
from gongji.terms import Care, local_day, micros

STAYS = frozenset({Care.INPATIENT, Care.HOME_BED})
"""就医类别 that begin with 2401 and are settled by 2304: a bed on a ward, or one at home."""


_SHOWN = frozenset({"mdtrt_cert_no", "card_sn"})
"""就诊凭证: what was shown at the desk. It was looked at there; nobody asks for it later, and it may
be an identity number."""


def register(call: Call) -> Done | Wrong:
    """2201 门诊挂号."""
    given = call.one()
    visit = _opened(call, given, VisitKind.OUTPATIENT, given["ipt_otp_no"], "")
    if isinstance(visit, Wrong):
        return visit
    shown = {"mdtrt_id": visit.id, "psn_no": visit.person, "ipt_otp_no": visit.number}
    return Done({"data": shown}, visit.id)


def admit(call: Call) -> Done | Wrong:
    """2401 入院办理."""
    given = call.one("mdtrtinfo")
    if wrong := _wrong_stay(given["med_type"]):
        return wrong
    visit = _opened(call, given, VisitKind.INPATIENT, given["ipt_no"], given["med_type"])
    if isinstance(visit, Wrong):
        return visit
    return Done({"result": {"mdtrt_id": visit.id}}, visit.id)


def _opened(
    call: Call, given: Values, kind: VisitKind, number: str, med_type: str
) -> Visit | Wrong:
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    if wrong := scheme_fits(known.person, given["insutype"]):
        return wrong
    if wrong := not_insured(call, known.person):
        return wrong
    diagnoses = call.rows("diseinfo") if "diseinfo" in call.input else []
    visit = new_visit(call, given, kind, number, med_type, diagnoses)
    call.session.unit.put_visit(visit)
    return visit


def not_insured(call: Call, person: Person) -> Wrong | None:
    """Whether there are no benefits to have at all."""
    law, day = call.law(person.region), local_day(call.session.now)
    if is_insured(person, law, day):
        return None
    return Wrong("psn_no（人员编号）现不享受医保待遇；请到参保地经办机构查询参保状态")


def new_visit(
    call: Call,
    given: Values,
    kind: VisitKind,
    number: str,
    med_type: str,
    diagnoses: list[Values],
) -> Visit:
    """A visit that begins with this message."""
    return Visit(
        call.institution.id,
        reference(call.institution.region, call.session.now),
        given["psn_no"],
        kind,
        number,
        given["insutype"],
        med_type,
        micros(moment_of(given["begntime"])),
        None,
        False,
        kept({name: value for name, value in given.items() if name not in _SHOWN}),
        kept(diagnoses),
    )


def cancel(call: Call) -> Done | Wrong:
    """2202 门诊挂号撤销: not while fee lines stand."""
    visit = own_visit(call, call.one())
    if isinstance(visit, Wrong):
        return visit
    return withdraw(call, visit) or Done(about=visit.id)


def withdraw(call: Call, visit: Visit) -> Wrong | None:
    """Cancel a visit of which nothing has been charged; also for 2601 of an admission."""
    if call.session.unit.fees_of(visit.institution, visit.id):
        return Wrong("mdtrt_id（就诊ID）还有费用明细；请先撤销结算与明细，再撤销登记")
    call.session.unit.put_visit(visit._replace(cancelled=True))
    return None


def told(call: Call) -> Done | Wrong:
    """2203 and 2203A 就诊信息上传: one kind of care a visit; diagnoses are voided by resending."""
    given = call.one("mdtrtinfo")
    visit = own_visit(call, given)
    if isinstance(visit, Wrong):
        return visit
    care = care_of(given["med_type"])
    if isinstance(care, Wrong):
        return care
    if wrong := _settled_as_other(call, visit, given["med_type"]):
        return wrong
    given = {name: value for name, value in given.items() if not isinstance(value, bytes)}
    call.session.unit.put_visit(
        visit._replace(
            med_type=given["med_type"],
            told=kept({**retold(visit.told), **_said(given)}),
            diagnoses=kept(merged(retold(visit.diagnoses), call.rows("diseinfo"))),
        )
    )
    return Done(about=visit.id)


def discharge(call: Call) -> Done | Wrong:
    """2402 出院办理."""
    given = call.one("dscginfo")
    visit = _own_stay(call, given)
    if isinstance(visit, Wrong):
        return visit
    ended = micros(moment_of(given["endtime"]))
    if ended < visit.began_at:
        return Wrong("endtime（结束时间）早于入院时间；请核对")
    call.session.unit.put_visit(
        visit._replace(
            ended_at=ended,
            told=kept({**retold(visit.told), **_said(given)}),
            diagnoses=kept(merged(retold(visit.diagnoses), call.rows("diseinfo"), DISCHARGE)),
        )
    )
    return Done(about=visit.id)


def amend(call: Call) -> Done | Wrong:
    """2403 住院信息变更: a diagnosis with a number that is known takes the place of that one. When
    the stay ends, 2402 says."""
    given = call.one("adminfo")
    visit = _own_stay(call, given)
    if isinstance(visit, Wrong):
        return visit
    if wrong := _wrong_stay(given["med_type"]) or _settled_as_other(call, visit, given["med_type"]):
        return wrong
    began = micros(moment_of(given["begntime"]))
    if visit.ended_at is not None and visit.ended_at < began:
        return Wrong("begntime（开始时间）晚于出院时间；请核对")
    rows = call.rows("diseinfo")
    numbers = {int(row["diag_srt_no"]) for row in rows}
    kept_on = [
        row
        for row in retold(visit.diagnoses)
        if row.get("inout_diag_type") == DISCHARGE or int(row["diag_srt_no"]) not in numbers
    ]
    call.session.unit.put_visit(
        visit._replace(
            number=given["ipt_otp_no"],
            med_type=given["med_type"],
            began_at=began,
            told=kept({**retold(visit.told), **_said(given)}),
            diagnoses=kept(merged(kept_on, rows)),
        )
    )
    return Done(about=visit.id)


def cancel_stay(call: Call) -> Done | Wrong:
    """2404 入院撤销: not while fee lines stand."""
    visit = _own_stay(call, call.one())
    if isinstance(visit, Wrong):
        return visit
    return withdraw(call, visit) or Done(about=visit.id)


def stay_on(call: Call) -> Done | Wrong:
    """2405 出院撤销: the stay goes on, without what 2402 told of its end."""
    visit = _own_stay(call, call.one())
    if isinstance(visit, Wrong):
        return visit
    if visit.ended_at is None:
        return Wrong("mdtrt_id（就诊ID）没有办理出院，无须撤销；请用5201核对")
    known = retold(visit.diagnoses)
    staying = [row for row in known if row.get("inout_diag_type") != DISCHARGE]
    call.session.unit.put_visit(visit._replace(ended_at=None, diagnoses=kept(staying)))
    return Done(about=visit.id)


def _own_stay(call: Call, given: Values) -> Visit | Wrong:
    visit = own_visit(call, given)
    if isinstance(visit, Visit) and visit.kind is not VisitKind.INPATIENT:
        return Wrong("mdtrt_id（就诊ID）不是住院登记；门诊无须办理入院与出院")
    return visit


def _wrong_stay(med_type: str) -> Wrong | None:
    care = care_of(med_type)
    if isinstance(care, Wrong) or care in STAYS:
        return care if isinstance(care, Wrong) else None
    return Wrong(f"med_type（医疗类别）{med_type}不是住院类别；门诊请用2201登记")


def _settled_as_other(call: Call, visit: Visit, med_type: str) -> Wrong | None:
    """One kind of care a visit, once it is settled."""
    settled = call.session.unit.settled_of_visit(visit.institution, visit.id, visit.person)
    stand = any(not one.reversed_by and not one.reverses for one in settled)
    if visit.med_type in ("", med_type) or not stand:
        return None
    return Wrong("med_type（医疗类别）一次就诊只有一种；已有结算，不能更改")


def _said(given: Values) -> dict[str, Any]:
    """What a later message says anew; what it leaves out stays as it was."""
    return {
        name: value for name, value in given.items() if value is not None and name not in _SHOWN
    }


ADMISSION, DISCHARGE = "1", "2"
"""出入院诊断类别: what 2402 tells is the second, whatever was told before it the first."""


def merged(known: list[Values], given: list[Values], when: str = ADMISSION) -> list[Values]:
    """Diagnoses by time and code; one that comes with vali_flag 0 is taken away."""
    found = {(row.get("inout_diag_type", ADMISSION), row["diag_code"]): row for row in known}
    for row in given:
        key = (when, row["diag_code"])
        if row.get("vali_flag") == "0":
            found.pop(key, None)
        else:
            found[key] = {**row, "inout_diag_type": when}
    return list(found.values())
