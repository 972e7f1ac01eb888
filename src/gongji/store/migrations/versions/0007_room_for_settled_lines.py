"""room for settled lines, and two indexes less of settlements"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Every line is changed once, when it is settled. From now on that needs no new place.
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE national_fees SET (fillfactor = 50)")
    # A period is looked up by the ids, which begin with the second; a visit by its person.
    op.drop_index("national_settlements_by_time", "national_settlements")
    op.drop_index("national_settlements_by_visit", "national_settlements")
