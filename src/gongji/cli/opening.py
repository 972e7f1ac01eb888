"""What commands stand on: the office of the settings, and who asks at the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gongji.terms import region_of

if TYPE_CHECKING:
    from gongji.desk.office import Office
    from gongji.desk.ports import Caller


@contextmanager
def opened(region: str | None = None, *, to_read: bool = False) -> Iterator["Office"]:
    """The office of the settings, closed at the end. A region that has no pack is told before
    anything is done for it. `to_read`: nothing is written, and no more than the right to read is
    needed."""
    from gongji.wiring import build, build_to_read, settings

    office = (build_to_read if to_read else build)(settings())
    try:
        if region is not None:
            office.law.pack(region)
        yield office
    finally:
        office.store.close()


def clerk_for(person: str) -> "Caller":
    """The operator, as a clerk of the region that a person's id names."""
    from gongji.desk.ports import Caller, CallerKind

    return Caller("cli", region_of(person), CallerKind.CLERK, "cli")
