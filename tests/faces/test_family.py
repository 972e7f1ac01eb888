"""The family's journeys: each form once, nothing that was typed lost, nothing of others seen."""

import re

import pytest

from faces.visitors import (
    CHILD,
    FATHER,
    MOTHER,
    STRANGER,
    Visitor,
    clerk,
    named,
    number_of,
    person,
    visible,
)
from gongji.desk.faces_ports import Role
from gongji.desk.identity import Identity
from gongji.policy.standing import Person
from gongji.terms import Scheme
from town import LINYI
from web.over_http import Web

DRAFT = "ab" * 12


def bind(
    who: Visitor, name: str, number: str, kinship: str = "child", base: str = "/family"
) -> str:
    """Fill in everything up to the check; the address of the check."""
    at = f"{base}/bind/{DRAFT}"
    assert who.post(f"{at}/commitment", {"agreed": "yes"}).status_code == 303
    fields = {"name": name, "number": number, "kinship": kinship}
    found = who.post(f"{at}/member", fields)
    if found.status_code == 303 and found.headers["location"].endswith("/uses"):
        found = who.post(f"{at}/uses", {"uses": "pay"})
    assert found.status_code == 303, visible(found)
    return str(found.headers["location"])


def bonds(web: Web, name: str) -> set[str]:
    """Who is bound to a sponsor now."""
    id, at = web.town.id(name), web.town.ask(lambda s: s.at)
    found = web.town.ask(lambda s: s.unit.bonds_of_sponsor(id))
    return {bond.member for bond in found if bond.in_force(at)}


def test_a_family_forms_its_pool_page_by_page(web: Web) -> None:
    who = person(web, "stranger")
    web.town.person("kid", "resident")
    assert "绑定家庭成员" in who.get("/family").text
    check = bind(who, named(web, "kid"), number_of(web, "kid"))
    page = who.get(check)
    assert "组建共济网并绑定" in page.text and number_of(web, "kid") not in page.text
    done = who.post(check)
    assert "绑定成功" in who.follow(done).text
    assert bonds(web, "stranger") == {"P310000-kid"}


def test_the_second_press_gets_the_recorded_outcome(web: Web) -> None:
    who = person(web, "stranger")
    web.town.person("kid", "resident")
    check = bind(who, named(web, "kid"), number_of(web, "kid"))
    first, second = who.post(check), who.post(check)
    assert first.headers["location"] == second.headers["location"]
    assert who.get(check).headers["location"].endswith("/done")  # and back leads on to it
    assert len(bonds(web, "stranger")) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "张kid", "number": "123", "kinship": "child"}, "证件号码有误"),
        ({"name": "", "number": "KID", "kinship": "child"}, "请填写成员的姓名"),
        ({"name": "张kid", "number": "KID", "kinship": ""}, "请选择成员是您的什么人"),
        ({"name": "张kid", "number": "KID", "kinship": "king"}, "请选择成员是您的什么人"),
        ({"name": "张other", "number": "KID", "kinship": "child"}, "没有找到"),
        ({"name": "<script>alert(1)</script>", "number": "KID", "kinship": "child"}, "没有找到"),
        ({"name": "'; DROP TABLE people;--", "number": "KID", "kinship": "child"}, "没有找到"),
        ({"name": "x" * 9000, "number": "9" * 9000, "kinship": "child"}, "证件号码有误"),
        ({"name": "a\x00b\x1b", "number": "KID", "kinship": "child"}, "没有找到"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    web: Web, fields: dict[str, str], wrong: str
) -> None:
    who = person(web, "stranger")
    web.town.person("kid", "resident")
    kid = number_of(web, "kid")
    sent = {key: value.replace("KID", kid) for key, value in fields.items()}
    found = who.post(f"/family/bind/{DRAFT}/member", sent)
    assert found.status_code == 422
    assert wrong in visible(found) and found.text.count("aria-invalid") >= 1
    assert 'role="alert"' in found.text and "<script>" not in found.text
    if fields["name"].startswith("张"):
        assert f'value="{fields["name"]}"' in found.text


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("𬭎䶮", "𬭎䶮"),
        ("买买提·艾则孜", "买买提•艾则孜"),
        ("买买提·艾则孜", "买买提 · 艾则孜"),
        ("MÜLLER HANS", "Müller  Hans"),
    ],
)
@pytest.mark.parametrize(
    "number", ["310199201501017778", "810000201501010012", "911124198108030024"]
)
def test_rare_names_and_permits_are_found(web: Web, stored: str, typed: str, number: str) -> None:
    from gongji.desk.identity import check_digit

    whole = number[:17] + check_digit(number[:17])
    web.town.do(
        lambda s: s.unit.add_person(
            Person("P310000-rare", "310000", Scheme.RESIDENT), Identity(stored, whole), s.at, "test"
        )
    )
    who = person(web, "stranger")
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c.lower() for c in whole)
    assert bind(who, typed, f" {wide} ").endswith("/check")
    assert stored[0] in who.get(f"/family/bind/{DRAFT}/check").text or typed[0] in stored


def test_two_tabs_do_not_mix(web: Web) -> None:
    who = person(web, "stranger")
    for name in ("kid", "kin"):
        web.town.person(name, "resident")
    for draft, name in (("11" * 12, "kid"), ("22" * 12, "kin")):
        at = f"/family/bind/{draft}"
        who.post(f"{at}/commitment", {"agreed": "yes"})
        who.post(
            f"{at}/member",
            {"name": named(web, name), "number": number_of(web, name), "kinship": "child"},
        )
        who.post(f"{at}/uses", {"uses": "pay"})
    assert "张kid" in who.get(f"/family/bind/{'11' * 12}/check").text
    assert "张kin" in who.get(f"/family/bind/{'22' * 12}/check").text
    for draft in ("11" * 12, "22" * 12):
        assert who.post(f"/family/bind/{draft}/check").status_code == 303
    assert bonds(web, "stranger") == {"P310000-kid", "P310000-kin"}


def test_a_form_of_another_is_not_there(web: Web) -> None:
    mine, other = person(web, "stranger"), person(web, "father")
    web.town.person("kid", "resident")
    check = bind(mine, named(web, "kid"), number_of(web, "kid"))
    assert other.get(check).headers["location"] == "/family/bind"
    assert other.post(check).headers["location"] == "/family/bind"


def test_what_was_typed_outlives_the_sign_in(web: Web) -> None:
    """The sign-in runs out in the middle of a form; after signing in again the form is filled in."""
    who = person(web, "stranger")
    web.town.at("2025-11-10T09:40")
    path = f"/family/bind/{DRAFT}/member"
    fields = {"name": "张kid", "number": "123", "kinship": "child"}
    found = who.post(path, fields)
    assert found.status_code == 303 and found.headers["location"].startswith("/sign-in?")
    assert "late=1" in found.headers["location"]
    (kept,) = re.findall(r"kept%3D([0-9a-f]+)", found.headers["location"])
    again, somebody = person(web, "stranger"), person(web, "father")
    assert 'value="张kid"' in again.get(path, kept=kept).text
    assert 'value="张kid"' not in somebody.get(path, kept=kept).text


def test_the_member_has_left_while_the_sponsor_edits(web: Web) -> None:
    father, child = person(web, "father"), person(web, "child")
    assert father.get(f"/family/pool/{CHILD}/remove").status_code == 200
    left = child.post(f"/family/leave/{FATHER}")
    assert "已退出" in child.follow(left).text
    found = father.post(f"/family/pool/{CHILD}/remove")
    assert found.status_code == 404
    assert "双方之间没有可以解除的共济关系" in found.text
    back = father.get(f"/family/pool/{CHILD}/remove")
    assert (back.status_code, back.headers["location"]) == (303, "/family/pool")
    assert bonds(web, "father") == {MOTHER}


def test_the_sponsor_is_warned_before_choosing_contribute(web: Web) -> None:
    """CON-9: the warning first, and one more press."""
    web.town.person("solo", carried=100_00)
    web.town.person("kid", "resident")
    who = person(web, "solo")
    who.post(bind(who, named(web, "kid"), number_of(web, "kid")))
    id = "cd" * 12
    asked = who.post("/family/uses", {"id": id, "uses": ["pay", "contribute"]})
    assert asked.status_code == 200 and "报销类福利" in asked.text
    pool = web.town.ask(lambda s: s.unit.open_pool("P310000-solo"))
    assert pool is not None and len(pool.uses) == 1
    sure = who.post("/family/uses", {"id": id, "uses": ["pay", "contribute"], "sure": "yes"})
    assert "共济方式已更改" in who.follow(sure).text


def test_a_refusal_says_the_words_of_its_rule(web: Web) -> None:
    """The mother is bound already: one pool at a time (NET-7)."""
    who = person(web, "stranger")
    check = bind(who, named(web, "mother"), number_of(web, "mother"), "parent")
    found = who.post(check)
    assert found.status_code == 409
    assert "这位成员已经在一个共济网中" in found.text and "NET-7" in found.text


def test_payments_are_seen_as_the_rules_have_it(web: Web) -> None:
    """NET-13: the sponsor sees every pooled payment, a member its own and no balance of another's."""
    web.settle("b1", 150_00, fund_paid=100_00)
    web.settle("b2", 20_00, patient="mother")
    father, child, mother = (person(web, name) for name in ("father", "child", "mother"))
    assert father.get("/family/payments").text.count("/family/payments/H") == 1  # hers was her own
    assert "¥150.00" in father.get("/family/payments").text
    bill = father.get("/family/payments/H310000-clinic/b1")
    assert "¥150.00" in bill.text and "¥100.00" not in bill.text  # not what the fund has paid
    own = child.get("/family/payments/H310000-clinic/b1")
    assert "¥100.00" in own.text and "1,050.00" not in own.text  # nor what is left of his money
    assert mother.get("/family/payments/H310000-clinic/b1").status_code == 404
    assert person(web, "stranger").get("/family/payments/H310000-clinic/b1").status_code == 404


def test_who_answers_for_misuse_and_who_may_report_it(web: Web) -> None:
    """SUP-3 and SUP-4 where the region's text has them; a number to call stands everywhere."""
    web.settle("b1", 150_00)
    assert "SUP-3" in person(web, "child").get("/family/pool").text
    at_home = person(web, "father").get("/family/payments/H310000-clinic/b1").text
    assert "请拨打 12393 核实" in at_home and "SUP-4" not in at_home
    id = web.town.person("wang", region=LINYI, current=100_00)
    web.town.hospital("county", region=LINYI, one_card=True)
    web.town.settle(id, "H371300-county", 10_00, id="b2")
    away = Visitor(web, Role.PERSON, id, LINYI).get("/family/payments/H371300-county/b2").text
    assert "SUP-4" in away and "可向医保部门投诉举报" in away


def test_the_months_are_a_picture_with_its_table(web: Web) -> None:
    """What went back is taken off; a sponsor sees of a member's bill what its money has paid."""
    web.settle("b1", 150_00, fund_paid=100_00)
    web.town.reverse("b1", "clinic", 50_00)
    web.town.at("2025-12-01T09:00")
    web.settle("b2", 30_00)
    page = person(web, "father").get("/family/payments")
    assert 'class="columns"' in page.text and "<title>11月 ¥100.00" in page.text
    assert "2025-12 ¥0.00 ¥30.00 ¥0.00 2025-11 ¥0.00 ¥100.00 ¥0.00" in visible(page)


def test_why_names_every_cause_with_what_helps(web: Web) -> None:
    found = person(web, "stranger").get(
        "/family/why", tried="1", place="Y310000-drugs", care="outpatient", amount="50"
    )
    text = visible(found)
    assert "在药店购药没有处方" in text and "就医时没有可用于本次结算的共济关系" in text
    assert "请凭定点医疗机构的电子处方购买" in text and "NET-18" in text


def test_a_relatives_code_is_shown_and_can_be_read(web: Web) -> None:
    father = person(web, "father")
    fields = {"name": named(web, "child"), "number": number_of(web, "child")}
    assert father.post("/family/codes/add", fields).headers["location"] == "/family/codes"
    page = father.get(f"/family/codes/{CHILD}")
    assert "<svg" in page.text and "五分钟内有效" in page.text
    assert father.get(f"/family/codes/{STRANGER}").status_code == 403


def test_the_clerk_does_it_for_a_grandmother_with_the_agent_on_record(web: Web) -> None:
    web.town.person("kid", "resident")
    base = f"/clerk/for/{STRANGER}"
    who = clerk(web)
    check = bind(who, named(web, "kid"), number_of(web, "kid"), base=base)
    assert who.post(check).status_code == 422  # who came?
    agent = number_of(web, "father")
    scan = {"scan": ("paper.pdf", b"%PDF-1.7 a scan", "application/pdf")}
    done = who.post(check, {"came": "agent", "agent": agent}, files=scan)
    assert "绑定成功" in who.follow(done).text
    looks = web.town.ask(lambda s: s.unit.looks(None, whose=STRANGER, limit=9, before=2**62))
    act = next(look for look in looks if look.what == "bind")
    assert act.who == "clerk-7" and agent in act.why and "sha256:" in act.why


def test_a_scan_that_is_not_what_it_says_is_refused(web: Web) -> None:
    who = clerk(web)
    scan = {"scan": ("paper.pdf", b"MZ not a scan at all", "application/pdf")}
    found = who.post(f"/clerk/for/{FATHER}/dissolve", {"came": "self"}, files=scan)
    assert found.status_code == 422 and "扫描件须为" in found.text
    assert bonds(web, "father") == {CHILD, MOTHER}


def test_a_form_without_its_token_does_nothing(web: Web) -> None:
    father = person(web, "father")
    for token in ("", "x", "é" * 9):
        found = father.post("/family/dissolve", {"token": token})
        assert found.status_code == 403 and "没有办理任何事项" in found.text
    assert bonds(web, "father") == {CHILD, MOTHER}


def test_everything_on_the_pages_is_said_in_english_too(web: Web) -> None:
    who = Visitor(web, Role.PERSON, FATHER, "310000", look="lang=en")
    for path in ("/family", "/family/pool", "/family/bind", "/family/uses", "/family/payments",
                 "/family/statement", "/family/premiums", "/family/codes", "/family/why"):  # fmt: skip
        text = who.get(path).text
        assert '<html lang="en"' in text
        ours = re.sub(
            r'<(?:blockquote|cite)[^>]*>.*?</(?:blockquote|cite)>|<p class="source">.*?</p>|<title>.*?</title>',
            "",
            text,
            flags=re.DOTALL,
        )
        ours = re.sub(r"[（(][^()（）]*[)）]|张\*+|中文|「[^」]*」|clinic|drugs", "", ours)
        assert not re.findall(r"[\u4e00-\u9fff]{2,}", ours), (
            path,
            re.findall(r"[\u4e00-\u9fff]{2,}", ours),
        )
