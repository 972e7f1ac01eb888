"""who is known by what, and where signed in"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "look_ups",
        sa.Column("region", _TEXT, nullable=False, comment="统筹区"),
        sa.Column("kind", _TEXT, nullable=False, comment="姓名、社会保障卡号"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="带钥散列"),
        sa.Column("person", _TEXT, nullable=False, comment="参保人"),
        sa.PrimaryKeyConstraint("region", "kind", "digest", "person", name="look_ups_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("sign_ins_by_subject", "sign_ins", ["region", "subject", "opened_at"])
