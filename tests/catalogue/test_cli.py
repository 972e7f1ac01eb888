"""The commands `gongji catalogue …` in one store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from catalogue.goods import national_csv, national_row
from gongji.cli.catalogue import catalogue

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a store of its own."""
    monkeypatch.setenv("GONGJI_DATABASE", f"sqlite:///{tmp_path}/gongji.db")
    monkeypatch.setenv("GONGJI_KEY_FILE", str(tmp_path / "key"))

    def runs(*words: str, code: int = 0) -> Result:
        found = CliRunner().invoke(catalogue, words)
        assert found.exit_code == code, (found.output, found.exception)
        return found

    return runs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of two rows."""
    path = tmp_path / "list.csv"
    path.write_bytes(
        national_csv(
            national_row(1, "阿莫西林"),
            national_row(2, "布洛芬[甙]", "颗粒剂", 2, period="2025年1月1日至2025年12月31日"),
        )
    )
    return path


def test_an_edition_in_a_look_up_a_search_and_a_comparison(run: Run, file: Path) -> None:
    """The whole way of an operator."""
    bring = ("import", str(file), "--edition", "2024", "--starts", "2025-01-01")
    assert "would be kept: 2 entries" in run(*bring, "--dry-run").output
    run("editions")
    assert "100000/drug/2024 kept: 2 entries (2 drug)" in run(*bring).output
    assert "nothing was changed" in run(*bring).output
    shown = run("show", "布洛芬[甙]", "--on", "2025-12-31").output
    assert "目录内 listed" in shown
    assert "乙" in shown
    assert "not configured" in shown
    assert "目录外 not listed" in run("show", "布洛芬[甙]", "--on", "2026-01-01").output
    assert "阿莫西林" in run("search", "amxl").output
    assert "布洛芬[甙]" in run("search", "布洛芬").output
    file.write_bytes(national_csv(national_row(1, "阿莫西林", kind=2)))
    newer = run("import", str(file), "--edition", "2025", "--starts", "2026-01-01").output
    assert "0 added, 1 removed, 1 changed (1 in listed)" in newer
    assert "~ 阿莫西林 口服常释剂型: listed: A → B" in run("diff", "2024", "2025").output
    assert "100000/drug/2025" in run("editions").output


def test_a_bad_list_is_told_row_by_row(run: Run, file: Path) -> None:
    """Exit code 1, nothing kept."""
    file.write_bytes(national_csv(national_row(1, "", period="2025年")))
    words = ("--edition", "x", "--starts", "2026-01-01", "--ends", "2025-01-01")
    told = run("import", str(file), *words, code=1).output
    assert "ERROR the file, column ends" in told
    assert "ERROR row 2, column name: empty" in told
    assert "column agreementPeriod (2025年): no span of days" in told
    assert "refused; nothing was kept" in told


def test_what_is_not_there_is_one_sentence(run: Run, file: Path) -> None:
    """No edition in force, no such edition, no such region, nothing like it."""
    run("import", str(file), "--edition", "2024", "--starts", "2025-01-01", "--dry-run")
    assert "no edition of the drug list is in force" in run("show", "药", code=2).output
    assert "no such edition" in run("diff", "a", "b", code=2).output
    run("show", "药", "--region", "shanghai", code=2)
    run("import", str(file), "--edition", "2024", "--starts", "2025-01-01")
    assert "nothing like" in run("search", "毫不相干", code=1).output
    missing = run("show", "阿莫西灵", code=1).output
    assert "near: 阿莫西林" in missing
    assert "CAT-2" in run("show", "人参酒", code=1).output


def test_the_sample(run: Run) -> None:
    """For a newcomer: something to look up at once, twice without harm."""
    assert "entries" in run("sample", "--region", "310000").output
    assert "nothing was changed" in run("sample", "--region", "310000").output
    assert "甲" in run("show", "阿莫西林").output
    shown = run("show", "血糖仪", "--list", "device", "--region", "310000").output
    assert "个人账户" in shown


def test_a_bill_in_a_file(run: Run, file: Path, tmp_path: Path) -> None:
    """Its lines decided, with the rules; what is missing or wrong is one sentence."""
    from gongji.desk.identity import Identity
    from gongji.desk.people import register_institution, register_person
    from gongji.policy.standing import Person
    from gongji.terms import InstitutionKind, Scheme
    from gongji.wiring import build, settings

    run("import", str(file), "--edition", "2024", "--starts", "2025-01-01")
    office = build(settings())
    hospital = InstitutionKind.HOSPITAL
    person = Person("P310000-a", "310000", Scheme.EMPLOYEE)
    office.do(lambda s: register_institution(s, "310000", hospital, "x", id="H310000-a"))
    office.do(lambda s: register_person(s, person, Identity("a", "310199198001010017"), "test"))
    office.store.close()
    asked: dict[str, Any] = {
        "patient": person.id,
        "institution": "H310000-a",
        "lines": [{"name": "阿莫西林", "total_fen": 100_00}],
        "plan": {"deductible_left_fen": 0, "ratio_bp": 6000},
    }
    bill = tmp_path / "bill.json"
    for change, exit_code, said in (
        ({}, 0, "60.00"),
        ({}, 0, "100000/drug/2024 CAT-1"),
        ({"plan": None}, 1, "等级不详"),
        ({"patient": "P310000-nobody"}, 2, "unknown_person"),
        ({"happened_on": "2024-06-01"}, 2, "no edition"),
        ({"lines": []}, 2, "length >= 1"),
    ):
        bill.write_bytes(msgspec.json.encode(asked | change))
        assert said in run("adjudicate", str(bill), code=exit_code).output
