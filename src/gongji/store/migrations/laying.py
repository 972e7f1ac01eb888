"""Keys in another order: on PostgreSQL an index is made anew, on SQLite the rows themselves."""

from alembic import op


def lay_anew(table: str, old: str, new: str) -> None:
    """The primary key of a table in a new order of its columns."""
    if op.get_context().dialect.name == "sqlite":
        _copy(table, old, new)
    else:
        op.drop_constraint(f"{table}_pk", table)
        op.create_primary_key(f"{table}_pk", table, new.split(", "))


def _copy(table: str, old: str, new: str) -> None:
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
