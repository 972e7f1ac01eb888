"""分布: the tables on a Citus cluster, each region's rows together on one node.

All tables with a region are distributed by it and co-located, so that a unit of work on one region
is carried out by one node and a payment across two regions is one distributed transaction. What
belongs to no region, and the keys that are looked up before a region is known, are whole on every
node. Triggers cannot stand on distributed tables: there the books are append-only by rights.
"""

from collections.abc import Iterator

from gongji.store import unit  # noqa: F401 - every table belongs to the schema
from gongji.store.schema import APPENDED
from gongji.store.tables import metadata

ANCHOR = "accounts"
"""The table with which all others are co-located."""


def is_reference(name: str) -> bool:
    """Whether every node has the whole table."""
    return name in ("callers", "national_keys") or "region" not in metadata.tables[name].columns


def distribution() -> Iterator[str]:
    """The statements that distribute today's tables; run again, they find nothing to do."""
    for name in APPENDED:
        yield (
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_trigger WHERE tgname = '{name}_stay')"
            f" THEN DROP TRIGGER {name}_stay ON {name}; END IF; END $$"
        )
    names = sorted(metadata.tables, key=lambda name: (name != ANCHOR, name))
    for name in names:
        if is_reference(name):
            call = f"create_reference_table('{name}')"
        elif name == ANCHOR:
            call = f"create_distributed_table('{name}', 'region', colocate_with => 'none')"
        else:
            call = f"create_distributed_table('{name}', 'region', colocate_with => '{ANCHOR}')"
        yield (
            f"SELECT {call} WHERE NOT EXISTS"
            f" (SELECT FROM pg_dist_partition WHERE logicalrelid = '{name}'::regclass)"
        )
