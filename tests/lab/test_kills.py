"""kill -9 in the middle of two hundred settlements: what was answered is there, nothing is half there."""

import importlib
import random
import sqlite3
from pathlib import Path

from gongji.desk.ports import AnswerKey
from gongji.desk.settling import Answered, settle_batch
from gongji.lab.crowd import build_crowd, requests
from gongji.lab.kills import OfficeAt, _judge, run_kills

# By its name from the tests' root, as the process that is killed will import it.
office_at: OfficeAt = importlib.import_module("lab.an_office").office_at


def test_three_kills_lose_nothing_and_leave_nothing_half(tmp_path: Path) -> None:
    """`gongji storm --kills 20` does the same for longer."""
    kills = run_kills(office_at, tmp_path, rounds=3, seed=3, most=600)

    assert kills.wrong == ()
    assert kills.told > 100
    assert kills.kept >= kills.told


def test_the_judge_notices_what_is_lost_or_half(tmp_path: Path) -> None:
    """A guard that cannot fail guards nothing."""
    office = office_at(tmp_path)
    crowd = build_crowd(office, 40)
    bills = list(requests(crowd, random.Random(1), "k", 8))
    results = office.do(lambda session: settle_batch(session, bills))
    told = {r.answer.key: r.answer.decision for r in results if isinstance(r, Answered)}
    assert len(told) == 8
    assert _judge(office, told, bills, told) == ([], 8)

    told[AnswerKey(bills[0].institution, "never-kept")] = b"{}"
    told[AnswerKey(bills[1].institution, bills[1].id)] = b"{}"
    office.store.close()
    with sqlite3.connect(tmp_path / "gongji.db") as broken:
        broken.execute("DROP TRIGGER answers_no_delete")
        broken.execute("DELETE FROM answers WHERE id = ?", (bills[2].id,))
    broken.close()
    found = " ".join(_judge(office_at(tmp_path), told, [], {})[0])

    assert "never-kept was answered, and it is not there" in found
    assert f"{bills[1].id} was answered otherwise" in found
    assert f"{bills[2].id} was answered, and it is not there" in found
    assert f"{bills[2].id} was booked and not answered" in found
