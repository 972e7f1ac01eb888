"""the day of an institution"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    named = sa.text("recorded_at IS NOT NULL")
    op.create_index(
        "answers_by_time",
        "answers",
        ["region", "recorded_at"],
        sqlite_where=named,
        postgresql_where=named,
    )
