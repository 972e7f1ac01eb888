"""All rows together: what the desk calls a unit, on whichever database."""

from gongji.desk.ports import WrongKey
from gongji.store.calendar_rows import CalendarRows
from gongji.store.faces_rows import FacesRows
from gongji.store.figure_rows import FigureRows
from gongji.store.national_rows import NationalRows
from gongji.store.premium_rows import PremiumRows
from gongji.store.settling_rows import SettlingRows


class SqlUnit(SettlingRows, CalendarRows, PremiumRows, NationalRows, FacesRows, FigureRows):
    """One transaction, with the statements that every database understands."""

    def compare_key(self) -> bool:
        """Whether a key is marked; raise WrongKey where it is another."""
        row = self._row("SELECT value FROM marks WHERE name = 'key'")
        if row is not None and row[0] != self._vault.check:
            raise WrongKey(
                "this store was made with another key; set GONGJI_KEY or GONGJI_KEY_FILE to that one"
            )
        return row is not None

    def check_key(self) -> None:
        """Mark a new store with the key's check value; raise WrongKey where another is marked. What an
        older program has not looked up by is made good, which takes the key."""
        if not self.compare_key():
            self._db.execute("INSERT INTO marks VALUES ('key', ?)", (self._vault.check,))
        self.fill_look_ups()

    def try_writing(self) -> None:
        """Write what nobody reads, and fail where the disk has no room for it."""
        self._db.execute("PRAGMA user_version = 0")  # a page of the log, though nothing changes
