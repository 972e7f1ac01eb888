"""What vendors who have the specification alone rely on, a row of a table each."""

from decimal import Decimal

import pytest

from gongji.desk.identity import Identity, birth_date, check_digit
from gongji.desk.national_ports import WireItem
from gongji.desk.office import Session
from gongji.desk.people import register_person
from gongji.lab.sandbox import welcome_person
from gongji.national.schema import dictionaries
from gongji.policy.standing import Person
from gongji.terms import Scheme
from national.story import examples
from national.test_days import admitted, diagnosis, totals, ward_bill
from national.windows import (
    AMOXICILLIN,
    BED,
    CHILD,
    HOSPITAL,
    MEMBER,
    PHARMACY,
    Answer,
    Sandbox,
    Window,
    fee_line,
    holds,
    psn_no,
    registration,
    says,
)

ENDS_IN_X = next(
    number
    for first in range(100, 120)
    if (number := f"31999919790101{first}" + check_digit(f"31999919790101{first}"))[-1] == "X"
)


@pytest.fixture
def box() -> Sandbox:
    """A sandbox of one's own."""
    return Sandbox()


def test_a_check_digit_is_small_or_large(box: Sandbox) -> None:
    """One person in eleven has it, and half of the clients write it small: it is no fraud."""
    box.office.do(lambda session: welcome_person(session, "990000", ENDS_IN_X, "周晓"))
    window = Window(box)
    small = {"mdtrt_cert_type": "02", "mdtrt_cert_no": ENDS_IN_X.lower()}
    for certno in ({}, {"certno": ENDS_IN_X}, {"certno": ENDS_IN_X.lower()}):
        found = window.send("1101", data={**small, **certno}).output["baseinfo"]
        assert found["certno"] == ENDS_IN_X
    visit = window.register(ENDS_IN_X)
    window.charge(visit, ENDS_IN_X, (AMOXICILLIN, "30.00"))
    bill = window.bill(visit, ENDS_IN_X, "30.00") | {"mdtrt_cert_no": ENDS_IN_X.lower()}
    holds(window.send("2207", data=bill).info)
    other = window.send("2206", data={**bill, "mdtrt_cert_no": MEMBER})
    assert not other.good


@pytest.mark.parametrize(("kind", "shown"), [("01", "TOKEN" * 5), ("03", "990000199001010015")])
def test_a_token_alone_says_nothing_about_a_person(box: Sandbox, kind: str, shown: str) -> None:
    """Whoever shows a code or a card is asked for the number as well, in a sentence."""
    window, data = Window(box), {"mdtrt_cert_type": kind, "mdtrt_cert_no": shown}
    assert says(window.send("1101", data=data), "certno", "令牌")
    assert window.send("1101", data={**data, "certno": MEMBER}).good


def test_several_lines_of_a_ward_are_withdrawn_at_once(box: Sandbox) -> None:
    """2302:「交易输入为多行数据」; all of them or none."""
    ward = Window(box)
    visit = admitted(ward, MEMBER)
    lines = [
        fee_line(visit, MEMBER, n, BED, "100.00", box.now, "") | {"med_type": "2101"}
        for n in range(1, 6)
    ]
    assert ward.send("2301", feedetail=lines).good

    def gone(*numbers: str) -> Answer:
        named = {"mdtrt_id": visit, "psn_no": psn_no(MEMBER)}
        return ward.send("2302", data=[{**named, "feedetl_sn": sn} for sn in numbers])

    assert says(gone("1", "9"), "feedetl_sn", "9")
    assert gone("1", "2", "2").good
    assert says(gone("2"), "feedetl_sn", "2")
    holds(ward.send("2303", data=ward_bill(visit, MEMBER, "300.00")).info)
    assert gone("3", "0000").good
    assert says(ward.send("2303", data=ward_bill(visit, MEMBER, "0")), "mdtrt_id")
    stranger = {"mdtrt_id": visit, "psn_no": "x", "feedetl_sn": "4"}
    ours = {"mdtrt_id": visit, "psn_no": psn_no(MEMBER), "feedetl_sn": "4"}
    assert says(ward.send("2302", data=[ours, stranger]), "mdtrt_id")


@pytest.mark.parametrize(
    ("sn", "in_hunan"),
    [
        ("1", True),
        ("007", True),
        ("123456789012345", True),
        ("1234567890123456", False),
        ("H99000000001202603020900000001", False),
        ("A-1", False),
    ],
)
def test_the_serial_of_a_line_is_a_text(box: Sandbox, sn: str, in_hunan: bool) -> None:
    """A client of Shenzhen sends its msgid; Hunan alone asks for 15 digits at most. It comes back as
    it was sent, by 2204, in 5204 and from an order on the phone."""
    window = Window(box)
    visit = window.register(MEMBER)
    line = fee_line(visit, MEMBER, 1, AMOXICILLIN, "30.00", box.now, "B1") | {"feedetl_sn": sn}
    assert window.send("2204", feedetail=[line]).output["result"][0]["feedetl_sn"] == sn
    assert says(window.send("2204", feedetail=[line]), "feedetl_sn", "重复")
    settled = window.send("2207", data=window.bill(visit, MEMBER, "30.00"))
    asked = {name: settled.info[name] for name in ("psn_no", "setl_id", "mdtrt_id")}
    assert [row["feedetl_sn"] for row in window.send("5204", data=asked).output] == [sn]

    upload = next(nodes for infno, nodes, _ in examples() if infno == "6201")
    upload["feedetailList"][0]["feedetlSn"] = sn
    kept = window.send("6201", **upload).output["data"]
    order = {"payOrdId": kept["payOrdId"], "payToken": kept["payToken"], "orgCodg": HOSPITAL}
    order |= {"orgBizSer": "1", "mdtrtId": "M", "payAuthNo": "A"}
    assert window.send("6202", data=order).good

    def connect(session: Session) -> None:
        place = session.unit.institution_of_code(HOSPITAL)
        assert place is not None
        session.unit.connect_code("H43010000001", place, session.at)

    box.office.do(connect)
    there = {**line, "mdtrt_id": window.register(MEMBER)}
    answer = Window(box, "H43010000001").send("2204", feedetail=[there])
    assert answer.good is in_hunan
    assert in_hunan or says(answer, "feedetl_sn", "15位")


def test_a_period_of_days_has_its_last_day(box: Sandbox) -> None:
    """「00:00:00–23:59:59」 where 5201 is asked by days."""
    window = Window(box)
    visit, day = window.register(MEMBER), f"{box.now:%Y-%m-%d}"
    asked = {"psn_no": psn_no(MEMBER), "med_type": "11"}
    for ends in (day, f"{day} 23:59:59", f"{box.now:%Y-%m-%d %H:%M:%S}"):
        (row,) = window.send("5201", data={**asked, "begntime": day, "endtime": ends}).output[
            "mdtrtinfo"
        ]
        assert (row["mdtrt_id"], row["med_type"], row["endtime"][:10]) == (visit, "11", day)
    before = {**asked, "begntime": "2026-01-01", "endtime": f"{day} 08:59:59"}
    assert window.send("5201", data=before).output["mdtrtinfo"] == []


def test_diagnoses_of_admission_and_of_discharge(box: Sandbox) -> None:
    """5202 tells both, also where they are the same; a visit to the window has those of coming."""
    ward = Window(box)
    visit, now = admitted(ward, MEMBER), f"{box.now:%Y-%m-%d %H:%M:%S}"
    dscginfo = {
        "mdtrt_id": visit, "psn_no": psn_no(MEMBER), "insutype": "310", "endtime": now,
        "dscg_dept_codg": "02", "dscg_dept_name": "呼吸科", "dscg_way": "1",
    }  # fmt: skip
    other = {**diagnosis(now), "diag_code": "J06.900", "maindiag_flag": "0", "diag_srt_no": 2}
    assert ward.send("2402", dscginfo=dscginfo, diseinfo=[diagnosis(now), other]).good
    asked = {"mdtrt_id": visit, "psn_no": psn_no(MEMBER)}
    rows = ward.send("5202", data=asked).output["diseinfo"]
    told = [(row["diag_code"], row["inout_diag_type"], row["maindiag_flag"]) for row in rows]
    assert told == [("J18.900", "1", "1"), ("J18.900", "2", "1"), ("J06.900", "2", "0")]


def test_an_institution_is_named_by_its_code(box: Sandbox) -> None:
    """1201 by a name that is not the asker's says so, and does not answer with another one."""
    window = Window(box)
    code = {"fixmedins_type": "2", "fixmedins_code": PHARMACY, "fixmedins_name": "怎么叫都行"}
    assert window.send("1201", medinsinfo=code).output["medinsinfo"]["fixmedins_code"] == PHARMACY
    for name in (
        "沙箱第一医院",
        "第一",
        "沙箱机构",
        "",
    ):  # its own, a part of it, what it says of itself
        named = {"fixmedins_type": "1", "fixmedins_name": name}
        found = window.send("1201", medinsinfo=named).output["medinsinfo"]
        assert found["fixmedins_code"] == HOSPITAL
    stranger = {"fixmedins_type": "2", "fixmedins_name": "沙箱大药房"}
    assert says(window.send("1201", medinsinfo=stranger), "fixmedins_name", "fixmedins_code")


def test_a_period_that_ends_before_it_begins(box: Sandbox) -> None:
    """3201 does not call it balanced."""
    shop = Window(box, PHARMACY)
    asked = totals(shop, "0", "0", 0) | {"stmt_enddate": "2020-01-01"}
    assert says(shop.send("3201", data=asked), "stmt_enddate", "stmt_begndate")


def test_a_pharmacy_with_a_prescription_settles_by_the_outpatient_plan(box: Sandbox) -> None:
    """2201, 2203A, 2204 and 2207 at the counter: 门诊统筹 at the level that it is registered with."""
    shop, now = Window(box, PHARMACY), f"{box.now:%Y-%m-%d %H:%M:%S}"
    visit = shop.register(MEMBER)
    told = {
        "mdtrt_id": visit, "psn_no": psn_no(MEMBER), "med_type": "11", "begntime": now,
        "rxfixmedinsCode": HOSPITAL, "rxfixmedinsName": "沙箱第一医院", "rxIn": "JVBERg==",
        "rxfilename": "rx.pdf",
    }  # fmt: skip
    assert shop.send("2203A", mdtrtinfo=told, diseinfo=[diagnosis(now)]).good
    assert shop.charge(visit, MEMBER, (AMOXICILLIN, "600.00")).good
    info = shop.send("2207", data=shop.bill(visit, MEMBER, "600.00")).info
    holds(info)
    assert info["fund_pay_sumamt"] == Decimal("80.00")  # 100 above the deductible, at 80 %


def test_a_refund_is_not_refunded(box: Sandbox) -> None:
    """2208 of a negative settlement says what it is."""
    window = Window(box)
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, (AMOXICILLIN, "10.00"))
    settled = window.send("2207", data=window.bill(visit, MEMBER, "10.00"))
    back = window.back("2208", settled)
    assert says(window.back("2208", back), "setl_id", "本身是退费结算")
    assert says(window.back("2103", settled), "2207")


def place_of(session: Session) -> str:
    """Our id of the hospital."""
    found = session.unit.institution_of_code(HOSPITAL)
    assert found is not None
    return found


def test_an_order_is_refused_in_its_own_names(box: Sandbox) -> None:
    """6201 and 6202 call a field as their tables do."""
    window = Window(box)
    upload = next(nodes for infno, nodes, _ in examples() if infno == "6201")
    upload["feedetailList"][0]["feedetlSn"] = "0"
    assert says(window.send("6201", **upload), "feedetlSn")
    upload["feedetailList"][0]["feedetlSn"] = "1"
    upload["data"]["medfeeSumamt"] = "31.00"
    assert says(window.send("6201", **upload), "medfeeSumamt", "31.00", "30.00")
    upload["data"]["medfeeSumamt"] = "30.00"
    kept = window.send("6201", **upload).output["data"]
    order = {"payOrdId": kept["payOrdId"], "payToken": kept["payToken"], "orgCodg": HOSPITAL}
    pay = {**order, "orgBizSer": "1", "mdtrtId": "M", "payAuthNo": "A"}
    upload["feedetailList"][0]["feedetlSn"] = "2"
    visits = window.box.office.ask(
        lambda session: session.unit.visits_of(place_of(session), psn_no(MEMBER), 0, session.at + 1)
    )
    assert len(visits) == 1
    upload["data"]["mdtrtId"] = visits[0].id
    assert window.send("6201", **upload).good  # sixty yuan lie at that visit now
    paid = window.send("6202", data=pay)
    assert says(paid, "medfeeSumamt", "30.00", "60.00"), paid.body.decode()


@pytest.mark.parametrize("infno", ["2103", "2208", "2305"])
def test_a_cancellation_is_repeated_and_not_reversed(box: Sandbox, infno: str) -> None:
    """2601 says so, with the remedy: the recorded answer under the same msgid."""
    data = {"psn_no": psn_no(MEMBER), "omsgid": "X", "oinfno": infno}
    assert says(Window(box).send("2601", data=data), "oinfno", infno, "原msgid重发")


@pytest.mark.parametrize(
    ("by", "good"),
    [
        ({}, False),
        ({"payAuthNo": "null"}, False),
        ({"payAuthNo": "AUTH"}, True),
        ({"ecAuthCode": "CODE", "ecChnlAppId": "APP", "ecChnlUserId": "USER"}, True),
    ],
)
def test_nobody_pays_without_an_authorisation(box: Sandbox, by: dict[str, str], good: bool) -> None:
    """6202:「支付授权码或者电子凭证字段不能同时为空」. An order that has no visit yet has none on its lines."""
    window = Window(box)
    upload = next(nodes for infno, nodes, _ in examples() if infno == "6201")
    for line in upload["feedetailList"]:
        del line["mdtrtId"]
    kept = window.send("6201", **upload).output["data"]
    order = {"payOrdId": kept["payOrdId"], "payToken": kept["payToken"], "orgCodg": HOSPITAL}
    paid = window.send("6202", data={**order, "orgBizSer": "1", "mdtrtId": "M1", **by})
    assert paid.good is good
    assert good or says(paid, "payAuthNo", "ecAuthCode")


@pytest.mark.parametrize(
    ("flag", "own"), [("0", "10.00"), ("1", "0.00"), ("2", "10.00"), (None, "10.00")]
)
def test_a_restricted_item_says_so(box: Sandbox, flag: str | None, own: str) -> None:
    """「当目录限制使用标志为“是”时」: 0 and 2 uncovered, 1 within the catalogue; lmt_used_flag is the
    entry's, as in 1312, and of an unrestricted one 0 whatever the hospital says."""
    item = WireItem("ZA12CAS0209040100001", "生脉注射液", "", "", "drug", "101", "11")
    box.office.do(lambda session: session.unit.put_wire_items([item]))
    window = Window(box)
    visit = window.register(MEMBER)
    lines = [
        fee_line(visit, MEMBER, n, code, "10.00", box.now, "B1") | {"hosp_appr_flag": flag}
        for n, code in enumerate((item.code, AMOXICILLIN), start=1)
    ]
    rows = window.send("2204", feedetail=lines).output["result"]
    assert [row["lmt_used_flag"] for row in rows] == ["1", "0"]
    assert rows[0]["fulamt_ownpay_amt"] == Decimal(own)
    assert rows[1]["fulamt_ownpay_amt"] == (10 if flag == "2" else 0)


@pytest.mark.parametrize(("born", "code"), [("2021", "1402"), ("2020", "1403"), ("2008", "15")])
def test_a_resident_s_kind_of_person_is_a_printed_code(box: Sandbox, born: str, code: str) -> None:
    """学龄前儿童 under six, 中小学生 under eighteen; in 2026 on the second of March."""
    first = f"319999{born}030100{1}"
    number = first + check_digit(first)
    person = Person(f"P990000-{number.lower()}", "990000", Scheme.RESIDENT, born=birth_date(number))
    box.office.do(lambda session: register_person(session, person, Identity("周小", number), "t"))
    found = Window(box).send("1101", data={"mdtrt_cert_type": "02", "mdtrt_cert_no": number})
    (insured,) = found.output["insuinfo"]
    assert insured["psn_type"] == code
    assert code in dictionaries()["psn_type"]


def test_what_1101_says_of_a_person_can_be_sent_back(box: Sandbox) -> None:
    """Tables of inputs are shorter than those of 1101; clients copy field by field."""
    name, window = "阿" * 30, Window(box)
    shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": CHILD}
    told = window.send("1101", data={**shown, "psn_name": "赵小宝"}).output
    names = ("psn_no", "psn_cert_type", "certno", "insutype", "psn_type")
    known = {**told["insuinfo"][0], **told["baseinfo"]}
    copied = {**shown, **{one: known[one] for one in names}, "psn_name": name}
    registered = registration(CHILD, box.now, "390") | copied
    visit = window.send("2201", data=registered).output["data"]["mdtrt_id"]
    window.charge(visit, CHILD, (AMOXICILLIN, "30.00"))
    bill = window.bill(visit, CHILD, "30.00") | copied
    holds(window.send("2206", data=bill).info)
    holds(window.send("2207", data=bill).info)
