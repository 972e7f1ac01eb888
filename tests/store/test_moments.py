"""The moment of a unit: whoever has something to itself begins after all who had it before."""

import threading
from pathlib import Path

import pytest

from gongji.desk.ports import Store
from store.stores import STORES, VAULT


@pytest.mark.parametrize("name", ["sqlite-file", "postgres"])
def test_who_waits_for_the_others_begins_when_they_have_ended(name: str, tmp_path: Path) -> None:
    """An unbinding that took its moment while a settlement was still under way would end a bond
    before the moment of a payment that was made from it."""
    store: Store = STORES[name](tmp_path, VAULT)
    order: list[str] = []
    asks = threading.Event()

    def alone() -> None:
        asks.set()
        with store.begin():
            order.append("alone")

    with store.begin(shared=True) as unit:
        unit.institutions(["H310000-clinic"])
        waiting = threading.Thread(target=alone)
        waiting.start()
        asks.wait(10)
        waiting.join(0.2)  # who does not wait is through by now
        order.append("shared")
    waiting.join(10)
    store.close()
    assert order == ["shared", "alone"]
