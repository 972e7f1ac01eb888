"""人员慢特病用药记录: 5205."""

from decimal import Decimal
from typing import Any

from national.windows import (
    AMOXICILLIN,
    CLINIC,
    CONSULTATION,
    HOSPITAL,
    MEMBER,
    Answer,
    Sandbox,
    Window,
    psn_no,
)


def treated(window: Window, med_type: str, *lines: tuple[str, str]) -> Answer:
    """A visit, settled."""
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, *lines)
    total = str(sum(Decimal(amount) for _, amount in lines))
    found = window.send("2207", data=window.bill(visit, MEMBER, total, med_type=med_type))
    assert found.good, found.says
    return found


def asked(window: Window, **span: str) -> list[dict[str, Any]]:
    """5205."""
    data = {"psn_no": psn_no(MEMBER), "begntime": "2026-03-01 00:00:00", **span}
    rows: list[dict[str, Any]] = window.send("5205", data=data).output["feedetail"]
    return rows


def test_medicines_of_a_long_illness_are_known_everywhere() -> None:
    """Neither services, nor what was given for something else, nor what was taken back."""
    box = Sandbox()
    hospital, clinic = Window(box), Window(box, CLINIC)
    treated(hospital, "14", (AMOXICILLIN, "30.00"), (CONSULTATION, "20.00"))
    treated(hospital, "11", (AMOXICILLIN, "31.00"))
    assert hospital.back("2208", treated(hospital, "14", (AMOXICILLIN, "32.00"))).good
    box.later(minutes=1)
    treated(clinic, "9904", (AMOXICILLIN, "33.00"))
    rows = asked(hospital)
    assert [(row["med_type"], str(row["pric"])) for row in rows] == [
        ("14", "30.000000"),
        ("9904", "33.000000"),
    ]
    assert [row["fixmedins_code"] for row in rows] == [HOSPITAL, ""]
    assert rows[1]["fixmedins_name"] == "沙箱社区卫生服务中心"
    assert asked(hospital, begntime="2026-03-03 00:00:00") == []
    assert asked(hospital, endtime="2026-03-01 23:59:59") == []
