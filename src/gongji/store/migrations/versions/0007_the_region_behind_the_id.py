"""the region behind the id, where every bill is looked up"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KEYS = (
    ("people", "region, id", "id, region"),
    ("pools", "region, id", "id, region"),
    ("bonds", "region, id", "id, region"),
    ("accounts", "region, owner, kind", "owner, kind, region"),
    ("entries", "region, owner, kind, version", "owner, kind, region, version"),
    ("answers", "region, asker, id", "asker, id, region"),
)


def upgrade() -> None:
    on_sqlite = op.get_context().dialect.name == "sqlite"
    for table, old, new in _KEYS:
        if on_sqlite:
            _lay_anew(table, old, new)
        else:
            op.drop_constraint(f"{table}_pk", table)
            op.create_primary_key(f"{table}_pk", table, new.split(", "))
    op.drop_index("bonds_by_member", "bonds")
    op.create_index(
        "bonds_by_member",
        "bonds",
        ["member", "ends"],
        postgresql_where=sa.text("member IS NOT NULL"),
    )


def _lay_anew(table: str, old: str, new: str) -> None:
    """SQLite's rows lie in the order of their key: they are copied into a table of the new order,
    which takes the name, the indexes and the triggers of the old one."""
    run = op.get_bind().exec_driver_sql
    beside = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type {} 'table' AND sql <> ''"
    ((made,),) = run(beside.format("="), (table,)).fetchall()
    others = run(beside.format("<>"), (table,)).fetchall()
    assert f"PRIMARY KEY ({old})" in made, made
    laid = made.replace(f"PRIMARY KEY ({old})", f"PRIMARY KEY ({new})")
    run(laid.replace(f"CREATE TABLE {table} ", "CREATE TABLE laid_anew ", 1))
    run(f"INSERT INTO laid_anew SELECT * FROM {table}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE laid_anew RENAME TO {table}")
    for (statement,) in others:
        run(statement)
