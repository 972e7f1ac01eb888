"""The file for the tax authority: every fen that was taken and no other, safe to open."""

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from cryptography.hazmat.primitives import hashes

from contributions.season import DEDUCTED, YEAR, deduct, handed_over, paid, register
from gongji.desk.collection import Collected, DoesNotAgree, write_collection
from gongji.desk.figures import Paid, figures
from gongji.desk.identity import Identity
from gongji.desk.people import register_person
from gongji.policy.standing import Person
from gongji.terms import Scheme, local_day
from town import SHANGHAI, Town

OpenTown = Callable[..., Town]


def written(town: Town) -> tuple[Collected, bytes]:
    """The file and what it says of itself."""
    out = io.BytesIO()
    return town.ask(lambda s: write_collection(s, SHANGHAI, YEAR, out)), out.getvalue()


def a_year(town: Town, children: int = 5) -> Town:
    """A year with deductions, a failure and one that was paid in cash."""
    town.person("father", carried=400_00 * children)
    names = [f"c{n}" for n in range(children)]
    for name in names:
        town.person(name, "resident")
    town.pool("father", dict.fromkeys(names, "child"), "contribute")
    for name in names:
        register(town, name)
    paid(town, "c1")
    town.at(DEDUCTED)
    deduct(town)
    return town


def test_rows_totals_and_digests(town: OpenTown) -> None:
    """One row a premium in the order of registration; the last line and the digests agree."""
    here = a_year(town(SHANGHAI, "2025-12-01T09:00"))
    found, data = written(here)
    assert data.startswith(b"\xef\xbb\xbf")
    head, *rows, last = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert head[:4] == ["序号", "登记号", "参保人姓名", "证件号码"]
    assert [row[1] for row in rows] == ["1", "3", "4", "5"]
    assert all(row[5] == "400.00" and row[7] == "2025-12-16" for row in rows)
    assert last[:2] == ["合计", "4"] and last[5] == "1600.00"
    assert (found.premiums, found.total_fen) == (4, 1_600_00)
    assert handed_over(here) == found.total_fen
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    assert (found.sha256, found.sm3) == (hashlib.sha256(data).hexdigest(), sm3.finalize().hex())
    assert found.sums("f.csv").splitlines()[1:3] == [
        "total_yuan 1600.00",
        f"sha256 {found.sha256}  f.csv",
    ]


def test_the_same_premiums_make_the_same_file(town: OpenTown) -> None:
    """Whenever it is made, and after more time has passed."""
    here = a_year(town(SHANGHAI, "2025-12-01T09:00"))
    first = written(here)
    here.at("2026-02-01T09:00")
    assert written(here) == first


def test_a_year_in_which_nothing_was_deducted(town: OpenTown) -> None:
    """Headings and a total of nothing."""
    found, data = written(town())
    assert (found.premiums, found.total_fen) == (0, 0)
    assert data.decode("utf-8-sig").splitlines()[1].startswith("合计,0")


@pytest.mark.parametrize("name", ["=1+1", "+张三", "-张三", "@张三", "\t张三"])
def test_no_cell_is_a_formula(town: OpenTown, name: str) -> None:
    """A name that a spreadsheet would compute is marked as text."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("father", carried=900_00)
    person = Person(here.id("child"), SHANGHAI, Scheme.RESIDENT)
    here.do(lambda s: register_person(s, person, Identity(name, "310101201603020011"), "test"))
    register(here, "child")
    here.pool("father", {"child": "child"}, "contribute")
    here.at(DEDUCTED)
    deduct(here)
    _, data = written(here)
    row = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1]
    assert row[2] == f"'{name}"


def test_a_sum_that_the_book_does_not_have_stops_it(town: OpenTown) -> None:
    """A file that says more than was taken must not leave the house."""
    here = a_year(town(SHANGHAI, "2025-12-01T09:00"))
    with here.office.store.begin() as unit:
        unit._db.execute(  # type: ignore[attr-defined]  # a clerk's hand in the database
            "UPDATE premiums SET amount_fen = 50000 WHERE number = 1"
        )
    with pytest.raises(DoesNotAgree, match="nothing over"):
        written(here)


def test_the_day_of_the_deduction_has_it_in_its_figures(town: OpenTown) -> None:
    """FIG-1: so many premiums and so much; one that was paid in cash is not pooled."""
    here = a_year(town(SHANGHAI, "2025-12-01T09:00"))
    day = local_day(here.now)
    counted = partial(figures, regions=[SHANGHAI], first=day, last=day)
    assert here.ask(counted).contributed == {SHANGHAI: Paid(4, 0, 1_600_00)}
    before = partial(counted, first=day - timedelta(1), last=day - timedelta(1))
    assert here.ask(before).contributed == {SHANGHAI: Paid()}
