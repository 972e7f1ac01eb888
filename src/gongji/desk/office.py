"""The office: where a use-case gets its transaction, its law and its clock."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

from gongji.desk.ports import Clock, Conflict, Store, StoreUnavailable, Unit
from gongji.policy.reading import Law, read_law
from gongji.terms import micros

T = TypeVar("T")

TRIES = 8
"""How often a use-case is run where others write the same rows at the same time."""

Folders = Mapping[str, Mapping[str, str]]
"""The packs' texts: folder name → file name → TOML."""


class Session(NamedTuple):
    """经办一次: one unit of work, the law in force, and the one moment at which it all happens."""

    unit: Unit
    law: Law
    now: datetime

    @property
    def at(self) -> int:
        """`now` in micros."""
        return micros(self.now)


class Office:
    """经办机构: the store, the law and the clock together.

    Every use-case is a function of a session; the office opens the transaction around it.
    """

    def __init__(self, store: Store, folders: Folders, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.law = read_law(folders)
        self.failure: str | None = None
        """Why the last unit of work that was to write was not kept; None since one has been."""
        self._folders = folders
        self._law_of = lru_cache(maxsize=32)(self._read_law_of)

    def open(self) -> None:
        """Keep the texts of today's law, so that whatever it decides can be replayed for ever."""
        with self.store.begin() as unit:
            unit.keep_law(self.law.version, self._folders)

    def do(
        self,
        use_case: Callable[[Session], T],
        *,
        regions: Collection[str] | None = None,
        shared: bool = False,
    ) -> T:
        """Run a use-case that writes: all of it is kept, or nothing. See `Store.begin` for who else
        may write meanwhile. Where somebody was quicker, it is run again on what they have left."""
        for _ in range(TRIES):
            try:
                with self.store.begin(regions=regions, shared=shared) as unit:
                    before = self.store.changes()
                    found = use_case(Session(unit, self.law, self.clock()))
                if self.store.changes() != before:  # else a full disk would have taken it as well
                    self.failure = None
                return found
            except Conflict as error:
                conflict = error
            except StoreUnavailable as error:
                self.failure = str(error)
                raise
        raise StoreUnavailable(f"others were quicker {TRIES} times: {conflict}") from conflict

    def ask(self, use_case: Callable[[Session], T]) -> T:
        """Run a use-case that only reads."""
        with self.store.read() as unit:
            return use_case(Session(unit, self.law, self.clock()))

    def law_of(self, version: str) -> Law:
        """The law of the version that a stored decision names."""
        return self.law if version == self.law.version else self._law_of(version)

    def _read_law_of(self, version: str) -> Law:
        with self.store.read() as unit:
            texts = unit.law_texts(version)
        assert texts is not None, f"law {version} was used and not kept"
        return read_law(texts)
