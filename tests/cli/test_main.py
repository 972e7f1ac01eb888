"""The program as it is typed: what a mistake is answered with, and that help comes at once."""

import io
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from gongji import wiring
from gongji.cli.main import main
from gongji.terms import LOCAL_TIME

KEY = "ab" * 32


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> "Typed":
    """Types a command on a store of its own."""
    monkeypatch.setenv("GONGJI_DATABASE", f"sqlite:///{tmp_path}/gongji.db")
    monkeypatch.setenv("GONGJI_KEY", KEY)
    return Typed(monkeypatch, capsys)


class Typed:
    """Runs the program; the exit code and what it has said on both streams come back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, **settings: str) -> tuple[int, str]:
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr(sys, "argv", ["gongji", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out + said.err


def test_help_waits_for_no_room() -> None:
    """Neither the database's nor the web's library is imported before a command needs it."""
    loaded = (
        "import sys, gongji.cli.main;"
        "print([name for name in ('sqlalchemy', 'litestar', 'uvicorn', 'psycopg')"
        " if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_refusal_is_said_in_both_languages_with_its_remedy(typed: Typed) -> None:
    """The code and the rule first, then what they mean to somebody who knows no codes."""
    code, said = typed("rollover", "310000", "--year-ends", "2026-06-29")
    assert code == 2
    first, zh, en, law = said.splitlines()
    assert first == "gongji: no_year_turn (ACC-2)"
    assert (
        zh
        == "  这个统筹区在这一天没有医保年度结束。请对照所引条款；有年度结转的，填写医保年度的最后一天。"
    )
    assert en.startswith("  No benefit year ends on that day in this region. Where the rule")
    assert law.startswith("  ACC-2  20") and "「" in law


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("packs show 999999", "gongji: no policy pack for region 999999; loaded are 100000,"),
        ("figures 999999", "gongji: no policy pack for region 999999;"),
        ("figures --from 2025-11-10 --to 2025-11-01", "the first day is not after the last"),
        (
            "premiums collection 2026 --region 999999 --out x.csv",
            "gongji: no policy pack for region 999999;",
        ),
        (
            "catalogue import {file} --region 999999 --edition 1 --starts 2025-01-01",
            "gongji: no policy pack for region 999999;",
        ),
        (
            "premiums collection 2026 --region 310000 --out nowhere/x.csv",
            "there is no folder nowhere; make it first",
        ),
        (
            "premiums certificate P310000-x 2026 --out x.pdf --base-url gongji.example",
            "is no address such as",
        ),
        ("premiums collection 2026 --region 310000 --out .", "'.' names no file"),
        ("national items {file}", "文件不是CSV"),
        ("scenarios {file}", "stand too deep in others"),
    ],
)
def test_a_mistake_is_a_sentence_and_nothing_is_left(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    """Exit code 2, no trace, and no file half-written."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "list.csv"
    file.write_text("[" * 140_000, "utf-8")  # no list, and too deep for any other form
    typed("migrate")
    code, found = typed(*words.format(file=file).split())
    assert (code, "Traceback" in found) == (2, False)
    assert said in " ".join(found.replace("│", " ").split())
    assert not [*tmp_path.glob("x.*")]


def test_a_word_that_is_no_text_is_told(typed: Typed) -> None:
    """A name from an older terminal, in GBK, comes as bytes that are no UTF-8."""
    code, said = typed("premiums", "result", "\udcc0\udcee", "2026")
    assert (code, said) == (
        2,
        "gongji: a word of the command is not in UTF-8; type it in UTF-8\n",
    )


def test_a_terminal_that_knows_no_chinese_gets_the_rest(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii"))
    code, _ = typed("packs", "list")
    sys.stdout.flush()
    assert code == 0 and b"100000" in written.getvalue()


def test_a_failure_of_the_machine_is_a_sentence(typed: Typed, tmp_path: Path) -> None:
    """The store is a folder; a file of the packs may not be read as one."""
    code, said = typed("verify", GONGJI_DATABASE=f"sqlite:///{tmp_path}")
    assert code == 2
    assert said.startswith(f"gongji: the store cannot be used: there is no file {tmp_path}; name")
    code, said = typed("migrate")
    assert said.startswith("gongji: the store cannot be used: unable to open database file; look")
    (tmp_path / "packs" / "310000" / "pack.toml").mkdir(parents=True)
    code, said = typed("packs", "list", GONGJI_PACKS=str(tmp_path / "packs"))
    assert (code, said) == (
        2,
        f"gongji: {tmp_path}/packs/310000/pack.toml: Is a directory\n",
    )


def test_today_is_chinas_day(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before eight in the morning a machine on UTC still has the day before."""
    now = datetime(2025, 11, 1, 7, tzinfo=LOCAL_TIME)
    monkeypatch.setattr(wiring, "local_clock", lambda: now)
    assert "310000 · 2025-11-01" in typed("packs", "show", "310000")[1]
