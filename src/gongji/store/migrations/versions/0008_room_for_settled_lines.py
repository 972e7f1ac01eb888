"""room for settled lines, and two indexes less of settlements"""

from alembic import op

from gongji.store.migrations.laying import lay_anew

revision = "0008"
down_revision = "0007"

_KEYS = (
    ("national_messages", "region, institution, infno, msgid", "msgid, infno, institution, region"),
    ("national_visits", "region, institution, id", "id, institution, region"),
    ("national_fees", "region, institution, visit, sn", "visit, sn, institution, region"),
    ("national_settlements", "region, institution, id", "institution, id, region"),
)


def upgrade() -> None:
    for table, old, new in _KEYS:
        lay_anew(table, old, new)
    # Every line is changed once, when it is settled. From now on that needs no new place.
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE national_fees SET (fillfactor = 50)")
    # A period is looked up by the ids, which begin with the second; a visit by its person.
    op.drop_index("national_settlements_by_time", "national_settlements")
    op.drop_index("national_settlements_by_visit", "national_settlements")
