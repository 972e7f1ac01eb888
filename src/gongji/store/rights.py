"""权限: which role may do what in a PostgreSQL database, made from the tables.

The application adds rows, and changes only those of the tables whose rows stand for what is so now.
What has happened it cannot change, nor anybody who has taken its password: neither entries nor
answers nor laws, and it removes nothing at all. Roles have no password of their own; a user that
signs in is made a member: `CREATE USER web PASSWORD '…' IN ROLE gongji_application`.
"""

from collections.abc import Iterator

from gongji.store import unit  # noqa: F401 - every table belongs to the schema
from gongji.store.tables import metadata

MIGRATOR, APPLICATION, AUDITOR = "gongji_migrator", "gongji_application", "gongji_auditor"
ROLES = (MIGRATOR, APPLICATION, AUDITOR)

CHANGED = (
    *("accounts", "bonds", "family_codes", "institutions", "people", "plan_orders", "pools"),
    *("premiums", "run_failures", "runs"),
    *("national_clearings", "national_codes", "national_fees", "national_items", "national_keys"),
    *("national_messages", "national_orders", "national_settlements", "national_signins"),
    *("claims", "drafts", "national_visits", "sign_ins", "staff_accounts"),
)
"""The tables whose rows are changed: each says how things stand, and most have their history beside
them."""

OWN_SCHEMA = f"GRANT CREATE, USAGE ON SCHEMA public TO {MIGRATOR}"
"""What the migrator needs before it can make tables."""


BECOME_MIGRATOR = (
    f"DO $$ BEGIN IF NOT pg_has_role(current_user, '{MIGRATOR}', 'USAGE')"
    f" THEN GRANT {MIGRATOR} TO CURRENT_USER; END IF; END $$",
    f"SET ROLE {MIGRATOR}",
)
"""What is made from here on belongs to the migrator."""


def create_role(role: str) -> str:
    """A role that owns rights and cannot sign in. Roles belong to the whole server: it may be there
    already, for another database."""
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
        f" THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
    )


def rights() -> Iterator[str]:
    """Every right of application and auditor on today's tables; given again, nothing changes."""
    tables = ", ".join(sorted(metadata.tables))
    yield f"GRANT USAGE ON SCHEMA public TO {APPLICATION}, {AUDITOR}"
    yield f"GRANT SELECT ON alembic_version, {tables} TO {APPLICATION}, {AUDITOR}"
    yield f"GRANT INSERT ON {tables} TO {APPLICATION}"
    yield f"GRANT UPDATE ON {', '.join(CHANGED)} TO {APPLICATION}"
