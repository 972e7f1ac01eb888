"""an index of visits that a question by the visit cannot use"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # A plan made while the table was empty walked an institution's visits by it.
    op.drop_index("national_visits_by_person", "national_visits")
    op.create_index(
        "national_visits_by_person", "national_visits", ["person", "institution", "began_at"]
    )
