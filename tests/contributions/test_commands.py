"""The commands from a list to a certificate, as an operator types them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongji import wiring
from gongji.cli.plans import plans
from gongji.cli.premiums import notices, premiums
from gongji.desk import pooling
from gongji.desk.identity import Identity, check_digit
from gongji.desk.office import Session
from gongji.desk.people import book_credit, register_person
from gongji.desk.plans import PlanPurchase, buy_plan
from gongji.desk.ports import Asking, Caller, CallerKind
from gongji.desk.premium_ports import PlanOrder
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.terms import LOCAL_TIME, Kinship, Purse, Scheme, Use, local_day
from gongji.wiring import build, settings

FATHER, CHILD = "P310000-father", "P310000-child"
NUMBER = "31010120160302001" + check_digit("31010120160302001")

Run = Callable[..., Result]


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a store of its own, at a time that is said."""
    monkeypatch.setenv("GONGJI_DATABASE", f"sqlite:///{tmp_path}/gongji.db")
    monkeypatch.setenv("GONGJI_KEY", "ab" * 32)
    now = [datetime(2025, 12, 1, 9, tzinfo=LOCAL_TIME)]
    opened = build
    monkeypatch.setattr(wiring, "build", lambda chosen: opened(chosen, lambda: now[0]))
    to_read = wiring.build_to_read
    monkeypatch.setattr(wiring, "build_to_read", lambda chosen: to_read(chosen, lambda: now[0]))

    def run(*words: str, at: str | None = None, group: object = premiums) -> Result:
        if at is not None:
            now[0] = datetime.fromisoformat(at).replace(tzinfo=LOCAL_TIME)
        return CliRunner().invoke(group, list(words), catch_exceptions=False)  # type: ignore[arg-type]

    office = wiring.build(settings())
    with office.store.begin() as unit:
        session = Session(unit, office.law, now[0])
        for id, name, number, scheme in (
            (FATHER, "张伟", "310101198001010017", Scheme.EMPLOYEE),
            (CHILD, "张小明", NUMBER, Scheme.RESIDENT),
        ):
            person = Person(id, "310000", scheme)
            register_person(session, person, Identity(name, number), "test")
            if scheme is Scheme.EMPLOYEE:
                on = local_day(now[0])
                book_credit(session, person, Purse.CARRIED, 1_000_00, on, "opening")
        pooling.form(
            session,
            FATHER,
            {CHILD: Kinship.CHILD},
            frozenset({Use.CONTRIBUTE}),
            Asking(Caller("test", "310000", CallerKind.PERSON, FATHER)),
            committed=True,
        )
    office.store.close()
    return run


def test_from_a_list_to_a_certificate(operator: Run, tmp_path: Path) -> None:
    """Import, deduct, result, certificate and the tax authority's file."""
    file = tmp_path / "list.csv"
    file.write_bytes(
        f"姓名,身份证号,金额\n张小明,{NUMBER},400\n王五,310101201603020012,400\n".encode("gbk")
    )
    imported = operator(
        "import", str(file), "--region", "310000", "--year", "2026", "--via", "school"
    )
    assert imported.exit_code == 1
    assert "第3行 身份证号：不是有效" in imported.output
    assert "1 taken (400.00 yuan), 0 known already, 1 bad" in imported.output

    early = operator("deduct", "2026", "--region", "310000")
    assert early.exit_code == 2
    assert "too_early (CON-5); from 2025-12-16 00:00 on" in early.output
    dry = operator("deduct", "2026", "--region", "310000", "--dry-run", at="2025-12-16T08:00")
    assert "would deduct 400.00 yuan for 1 premiums" in dry.output
    done = operator("deduct", "2026", "--region", "310000")
    assert "deducted 400.00 yuan for 1 premiums, 0 failed" in done.output
    again = operator("deduct", "2026", "--region", "310000")
    assert "deducted 0.00 yuan for 0 premiums" in again.output

    until = "can be withdrawn until 2025-12-15 17:00 (CON-3, CON-8)"
    assert operator("result", CHILD, "2026").output.splitlines() == ["not_published", until]
    paper = tmp_path / "certificate.pdf"
    asked = ("certificate", CHILD, "2026", "--out", str(paper), "--base-url", "https://v.example")
    assert "certificate_not_ready (CON-7); from 2025-12-30" in operator(*asked).output
    shown = operator("result", CHILD, "2026", at="2025-12-31T09:00")
    assert shown.output.splitlines() == ["deducted", until, "certificate from 2025-12-30"]
    assert operator(*asked).exit_code == 0
    assert paper.read_bytes().startswith(b"%PDF")

    out = tmp_path / "tax.csv"
    assert operator("collection", "2026", "--region", "310000", "--out", str(out)).exit_code == 0
    assert "400.00" in out.read_text("utf-8-sig")
    assert "sm3 " in out.with_name("tax.csv.sums").read_text("utf-8")
    assert not list(tmp_path.glob("*.part"))


def test_a_year_without_a_rule(operator: Run) -> None:
    """Named, with exit code 2."""
    found = operator("deduct", "2027", "--region", "310000", at="2026-12-20T09:00")
    assert found.exit_code == 2
    assert "not_configured" in found.output


def test_a_file_that_is_no_list(operator: Run, tmp_path: Path) -> None:
    """In the operator's language."""
    file = tmp_path / "list.csv"
    file.write_text("a,b\n1,2\n")
    words = ("import", str(file), "--region", "310000", "--year", "2026", "--via", "school")
    assert "表头" in operator(*words).output
    assert "headings" in operator(*words, "--lang", "en").output


def test_notices(operator: Run, tmp_path: Path) -> None:
    """Loaded once, told again, replaced on purpose only."""
    file = tmp_path / "2027.toml"
    text = (
        'year = 2027\nnumber = "国办发明电（2026）9号"\ndated = 2026-11-10\n'
        "holidays = [2027-01-01]\nworkdays = [2027-01-30]\n"
    )
    file.write_text(text, "utf-8")
    assert "loaded: 1 days off" in operator("load", str(file), group=notices).output
    assert "is loaded already" in operator("load", str(file), group=notices).output
    file.write_text(text.replace("9号", "10号"), "utf-8")
    assert operator("load", str(file), group=notices).exit_code == 2
    assert operator("load", str(file), "--replace", group=notices).exit_code == 0
    assert "2027  国办发明电（2026）10号" in operator("list", group=notices).output
    file.write_text("year = 2027", "utf-8")
    assert operator("load", str(file), group=notices).exit_code == 2


def test_the_collection_of_a_plan(operator: Run) -> None:
    """Shanghai collects nothing and says so; Linyi takes what was ordered, a dry run nothing."""
    assert "not_configured" in operator("collect", "2026", "--region", "310000", group=plans).output
    office = wiring.build(settings())
    linyi, wife = "371300", "P371300-wife"
    asked = PlanPurchase(id="o1", year=2026, buyer=wife, insured=wife, amount_fen=99_00)

    def order(session: Session) -> PlanOrder | Refusal:
        person = Person(wife, linyi, Scheme.EMPLOYEE)
        register_person(session, person, Identity("王芳", "371301198001010013"), "test")
        book_credit(session, person, Purse.CURRENT, 100_00, local_day(session.now), "opening/w")
        clerk = Caller("test", linyi, CallerKind.CLERK, "test")
        return buy_plan(session, asked, clerk)

    assert not isinstance(office.do(order), Refusal)
    office.store.close()
    collect = ("collect", "2026", "--region", linyi)
    show = ("show", wife, "o1")
    assert (
        "would take 99.00 yuan for 1 orders" in operator(*collect, "--dry-run", group=plans).output
    )
    assert "99.00 yuan, ordered" in operator(*show, group=plans).output
    assert "took 99.00 yuan for 1 orders, 0 failed" in operator(*collect, group=plans).output
    assert "took 0.00 yuan for 0 orders" in operator(*collect, group=plans).output
    shown = operator(*show, group=plans).output
    assert "临沂保 2026" in shown and "paid" in shown and "current 99.00" in shown
    assert "no_such_purchase" in operator("show", wife, "o2", group=plans).output
