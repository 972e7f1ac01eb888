"""the region behind the id, where every bill is looked up"""

import sqlalchemy as sa
from alembic import op

from gongji.store.migrations.laying import lay_anew

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
    for table, old, new in _KEYS:
        lay_anew(table, old, new)
    op.drop_index("bonds_by_member", "bonds")
    op.create_index(
        "bonds_by_member",
        "bonds",
        ["member", "ends"],
        postgresql_where=sa.text("member IS NOT NULL"),
    )
