"""What a vendor is told to send is sent as it stands, by every tool that is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from national.test_sandbox import Running, running

__all__ = ["running"]

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "connect-an-institution.md"
PUBLISHED = "http://127.0.0.1:8000"
RUN = {
    "bash": ("bash", "first.sh"),
    "python": (sys.executable, "sale.py"),
    "js": ("node", "sale.js"),
    "java": ("java", "Sale.java"),
}


@pytest.mark.parametrize("language", RUN)
def test_an_example_settles_as_it_stands(running: Running, language: str, tmp_path: Path) -> None:
    """The account and the pool pay what the text says."""
    command, name = RUN[language]
    if shutil.which(command) is None or (language == "bash" and shutil.which("curl") is None):
        pytest.skip(f"{command} is not on this machine")
    blocks = re.findall(rf"```{language}\n(.*?)```", HOWTO.read_text("utf-8"), re.DOTALL)
    file = tmp_path / name
    file.write_text("\n".join(blocks).replace(PUBLISHED, running.base), "utf-8")
    httpx.post(f"{running.base}/sandbox/reset")
    found = subprocess.run(
        [command, str(file)], capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert found.returncode == 0, found.stderr
    wanted = (
        {
            "bash": r'"acct_pay":95.00.*"acct_mulaid_pay":75.00',
            "java": "acct_pay 48.00\nacct_mulaid_pay 28.00",
        }
    ).get(language, r"赵小雨 48(\.0)? 28(\.0)? 0")
    assert re.search(wanted, found.stdout), found.stdout
