"""住院登记的变更与撤销: 2403, 2404, 2405."""

from typing import Any

import pytest

from national.test_days import admitted, diagnosis, ward_bill
from national.windows import BED, MEMBER, Answer, Sandbox, Window, fee_line, psn_no, says


@pytest.fixture
def ward() -> Window:
    """The hospital's."""
    return Window(Sandbox())


def named(visit: str) -> dict[str, Any]:
    """The stay and whose it is."""
    return {"mdtrt_id": visit, "psn_no": psn_no(MEMBER)}


def amended(ward: Window, visit: str, *diagnoses: dict[str, Any], **more: Any) -> Answer:
    """2403."""
    adminfo = {
        **named(visit), "begntime": "2026-03-01 08:00:00", "mdtrt_cert_type": "02",
        "med_type": "2101", "ipt_otp_no": "ZY2", "atddr_no": "D1", "chfpdr_name": "周医生",
        "adm_diag_dscr": "肺炎", "adm_dept_codg": "02", "adm_dept_name": "呼吸科", "adm_bed": "12",
        "dscg_maindiag_code": "J18.900", "dscg_maindiag_name": "肺炎", **more,
    }  # fmt: skip
    return ward.send("2403", adminfo=adminfo, diseinfo=list(diagnoses))


def left(ward: Window, visit: str) -> Answer:
    """2402."""
    now = f"{ward.box.now:%Y-%m-%d %H:%M:%S}"
    dscginfo = {
        **named(visit), "insutype": "310", "endtime": now, "dscg_dept_codg": "02",
        "dscg_dept_name": "呼吸科", "dscg_way": "1",
    }  # fmt: skip
    return ward.send("2402", dscginfo=dscginfo, diseinfo=[diagnosis(now)])


def found(ward: Window, med_type: str = "2101") -> list[dict[str, Any]]:
    """5201 of the days around."""
    asked = {"begntime": "2026-02-01", "endtime": "2026-03-31", "med_type": med_type}
    rows: list[dict[str, Any]] = ward.send("5201", data={"psn_no": psn_no(MEMBER), **asked}).output[
        "mdtrtinfo"
    ]
    return rows


def charged(ward: Window, visit: str, total: str) -> None:
    """2301, one line."""
    line = fee_line(visit, MEMBER, 1, BED, total, ward.box.now, "")
    assert ward.send("2301", feedetail=[{**line, "med_type": "2101"}]).good


def test_a_stay_is_amended(ward: Window) -> None:
    """A diagnosis whose number is known is changed, another is added; the end is 2402's to tell."""
    now = f"{ward.box.now:%Y-%m-%d %H:%M:%S}"
    visit = admitted(ward, MEMBER)
    rows = [
        {**diagnosis(now), "diag_srt_no": n, "diag_code": code, "diag_name": code}
        for n, code in ((1, "J15.900"), (2, "I10.x00"))
    ]
    assert amended(ward, visit, *rows, endtime=now).good
    (stay,) = found(ward)
    assert (stay["ipt_otp_no"], stay["begntime"]) == ("ZY2", "2026-03-01 08:00:00")
    assert stay["endtime"] == ""
    told = ward.send("5202", data=named(visit)).output["diseinfo"]
    assert [row["diag_code"] for row in told] == ["J15.900", "I10.x00"]


def test_a_settled_stay_keeps_its_kind_of_care(ward: Window) -> None:
    """Until the settlement is cancelled; an outpatient's kind is none of a stay."""
    visit = admitted(ward, MEMBER)
    charged(ward, visit, "1200.00")
    settled = ward.send("2304", data=ward_bill(visit, MEMBER, "1200.00"))
    told = diagnosis(f"{ward.box.now:%Y-%m-%d %H:%M:%S}")
    assert says(amended(ward, visit, told, med_type="22"), "med_type", "已有结算")
    assert says(amended(ward, visit, told, med_type="11"), "med_type", "2201")
    back = ward.back("2305", settled).info
    assert [back[name] for name in ("begndate", "enddate")] == ["2026-03-02"] * 2
    assert back["insu_admdvs"] == "990000"
    assert amended(ward, visit, told, med_type="22").good
    assert len(found(ward, "22")) == 1


def test_an_admission_is_cancelled_before_anything_is_charged(ward: Window) -> None:
    """2404; thereafter nobody has been there."""
    visit = admitted(ward, MEMBER)
    charged(ward, visit, "1200.00")
    assert says(ward.send("2404", data=named(visit)), "mdtrt_id", "费用明细")
    assert ward.send("2302", data={**named(visit), "feedetl_sn": "0000"}).good
    assert ward.send("2404", data=named(visit)).good
    assert found(ward) == []
    assert says(ward.send("2404", data=named(visit)), "mdtrt_id", "已撤销")


def test_a_discharge_is_taken_back(ward: Window) -> None:
    """2405: the stay goes on, and what 2402 diagnosed is gone."""
    visit = admitted(ward, MEMBER)
    assert says(ward.send("2405", data=named(visit)), "mdtrt_id", "没有办理出院")
    assert left(ward, visit).good
    assert found(ward)[0]["endtime"]
    assert ward.send("2405", data=named(visit)).good
    assert found(ward)[0]["endtime"] == ""
    told = ward.send("5202", data=named(visit)).output["diseinfo"]
    assert [row["inout_diag_type"] for row in told] == ["1"]
    assert left(ward, visit).good


@pytest.mark.parametrize("infno", ["2404", "2405"])
def test_an_outpatient_visit_is_no_stay(ward: Window, infno: str) -> None:
    """2202 cancels that."""
    visit = ward.register(MEMBER)
    assert says(ward.send(infno, data=named(visit)), "mdtrt_id", "不是住院登记")
