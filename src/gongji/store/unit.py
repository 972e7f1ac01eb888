"""All rows together: what the desk calls a unit, on whichever database."""

from gongji.desk.ports import WrongKey
from gongji.store.calendar_rows import CalendarRows
from gongji.store.faces_rows import FacesRows
from gongji.store.national_rows import NationalRows
from gongji.store.premium_rows import PremiumRows
from gongji.store.settling_rows import SettlingRows


class SqlUnit(SettlingRows, CalendarRows, PremiumRows, NationalRows, FacesRows):
    """One transaction, with the statements that every database understands."""

    def check_key(self) -> None:
        """Mark a new store with the key's check value; raise WrongKey where another is marked. What an
        older program has not looked up by is made good, which takes the key."""
        row = self._row("SELECT value FROM marks WHERE name = 'key'")
        if row is None:
            self._db.execute("INSERT INTO marks VALUES ('key', ?)", (self._vault.check,))
        elif row[0] != self._vault.check:
            raise WrongKey(
                "this store was made with another key; set GONGJI_KEY or GONGJI_KEY_FILE to that one"
            )
        self.fill_look_ups()
