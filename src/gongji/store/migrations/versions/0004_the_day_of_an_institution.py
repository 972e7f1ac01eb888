"""the day of an institution"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index(
        "answers_by_time",
        "answers",
        ["region", "recorded_at"],
        postgresql_where=sa.text("recorded_at IS NOT NULL"),
    )
