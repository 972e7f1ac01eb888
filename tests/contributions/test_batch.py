"""The measured batches are real ones: they do what they say, and their copies get the same rows."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from gongji.desk.office import Office
from gongji.lab import batches
from gongji.lab.grounds import Ground, PostgresGround, SqliteGround
from gongji.wiring import Settings, build
from servers import server_dsn


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """Where databases are made."""
    if request.param == "sqlite":
        return SqliteGround(tmp_path)
    return PostgresGround(server_dsn())


@pytest.mark.parametrize("batch", [batches.year_turn, batches.deduction])
def test_a_batch_and_its_yardstick_write_the_same_rows(
    batch: Callable[[batches.OfficeThen, Ground, int], batches.Batch],
    ground: Ground,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In every table of the book and of premiums, whatever the number of chunks."""
    left: list[str] = []
    drop = ground.drop
    monkeypatch.setattr(ground, "drop", left.append)
    monkeypatch.setattr("gongji.desk.deducting.CHUNK", 150)

    def office_then(url: str, clock: Callable[[], datetime]) -> Office:
        return build(Settings(database=url, key_file=tmp_path / "key"), clock)

    found = batch(office_then, ground, 400)

    assert (found.store, found.items) == (ground.name, 400)
    assert found.times > 0
    with closing(ground.bare(left[0])) as ours, closing(ground.bare(left[1])) as bare:
        for table in ("accounts", "entries", "premiums", "run_failures"):
            read = f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4"
            rows = ours.execute(read).fetchall()
            assert rows == bare.execute(read).fetchall(), table
            assert rows or table in {"premiums", "run_failures"}
        states = dict(
            ours.execute("SELECT state, count(*) FROM premiums GROUP BY state").fetchall()
        )
    if batch is batches.deduction:
        assert states["deducted"] > 200
        assert states["failed"] > 20
    for url in left:
        drop(url)
