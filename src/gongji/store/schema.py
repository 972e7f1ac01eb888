"""What stands in every database beside the tables: the books are appended, never changed."""

from collections.abc import Iterator

APPENDED = ("entries", "answers", "trail")
"""Tables of which no row is ever changed or removed: not by a mistake of ours, and not by whoever
opens the database with another program."""


def append_only(dialect: str) -> Iterator[str]:
    """The triggers that refuse, in SQLite's or in PostgreSQL's words."""
    if dialect == "sqlite":
        for name in APPENDED:
            for act in ("UPDATE", "DELETE"):
                yield (
                    f"CREATE TRIGGER {name}_no_{act.lower()} BEFORE {act} ON {name} BEGIN"
                    f" SELECT RAISE(ABORT, '{name} are appended, never changed'); END"
                )
        return
    yield (
        "CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' are appended, never changed',"
        " ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name in APPENDED:
        yield (
            f"CREATE TRIGGER {name}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION stays()"
        )
