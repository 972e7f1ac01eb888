"""Verbs that come later."""

from typing import Any

from gongji.lab.forms import Place
from gongji.lab.verbs import Answer, Stage, verb

for later in (
    "premium", "premium_paid", "deduct_premiums", "premium_result",
    "certificate", "waiting",
):  # fmt: skip

    @verb(later)
    def not_yet(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
        """Calendar, contributions and catalogue come later; until then the step fails."""
        return {"refused": "not_yet", "cites": []}
