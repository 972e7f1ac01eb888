"""The stores that keep the one contract.

A further store is one more line in STORES: a function from a folder and a vault to an empty store
of today's schema. Every test of test_contract.py then runs on it as well.
"""

from collections.abc import Callable
from pathlib import Path

from gongji.desk.ports import Store
from gongji.store.cipher import Vault
from gongji.store.sqlite import SqliteStore
from servers import BorrowedStore, CitusStore

VAULT = Vault(bytes(range(32)))


def sqlite_file(folder: Path, vault: Vault) -> SqliteStore:
    """A fresh SQLite file."""
    store = SqliteStore(str(folder / "gongji.db"), vault)
    store.create()
    return store


def sqlite_in_memory(folder: Path, vault: Vault) -> SqliteStore:
    """SQLite in memory, as a scenario has it."""
    store = SqliteStore(":memory:", vault)
    store.create()
    return store


def postgres(folder: Path, vault: Vault) -> BorrowedStore:
    """An empty database of a PostgreSQL server; the test is skipped where none can be had."""
    return BorrowedStore(vault)


def citus(folder: Path, vault: Vault) -> CitusStore:
    """The cluster that `GONGJI_CITUS` names, emptied; the test is skipped where it names none."""
    return CitusStore(vault)


STORES: dict[str, Callable[[Path, Vault], Store]] = {
    "sqlite-file": sqlite_file,
    "sqlite-memory": sqlite_in_memory,
    "postgres": postgres,
    "citus": citus,
}
