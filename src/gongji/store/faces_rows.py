"""Rows of the faces: sign-ins, staff accounts, forms on their way, and the trail."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from gongji.desk.claims_ports import Claim, ClaimState
from gongji.desk.faces_ports import DayLooks, Draft, Look, Role, SignIn, StaffAccount
from gongji.desk.ports import RunState
from gongji.settlement.bill import Institution
from gongji.store import faces_tables  # noqa: F401 - its tables belong to the schema
from gongji.store.rows import IN, Rows, as_json
from gongji.terms import InstitutionKind, Level

_claim_of = msgspec.json.Decoder(Claim).decode
_fields = msgspec.json.Decoder(dict[str, str]).decode
_SIGN_IN = "region, id, role, subject, opened_at, seen_at, ended_at"
_LOOK = "region, at, id, who, role, what, whose, why, address"


class ClaimRows(Rows):
    """The part of a unit that keeps manual claims."""

    def claim(self, region: str, id: str) -> Claim | None:
        row = self._row("SELECT id, claim FROM claims WHERE region = ? AND id = ?", region, id)
        return self._claim(row) if row else None

    def keep_claim(self, claim: Claim) -> None:
        self._db.execute(
            "INSERT INTO claims (region, id, person, state, entered_by, entered_at, reviewed_by,"
            " paid_fen, file, claim) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, id) DO UPDATE SET state = excluded.state,"
            " reviewed_by = excluded.reviewed_by, paid_fen = excluded.paid_fen,"
            " file = excluded.file, claim = excluded.claim",
            (
                claim.region,
                claim.id,
                claim.person,
                claim.state,
                claim.entered_by,
                claim.entered_at,
                claim.reviewed_by,
                claim.paid_fen,
                claim.file,
                self._vault.seal(msgspec.json.encode(claim), f"claim {claim.id}"),
            ),
        )

    def claims(
        self, region: str, *, state: ClaimState | None = None, file: str | None = None, limit: int
    ) -> list[Claim]:
        rows = self._rows(
            "SELECT id, claim FROM claims WHERE region = ? AND (? = '' OR state = ?)"
            " AND (CAST(? AS TEXT) IS NULL OR file = ?) ORDER BY entered_at DESC, id LIMIT ?",
            region,
            state or "",
            state or "",
            file,
            file,
            limit,
        )
        return [self._claim(row) for row in rows]

    def _claim(self, row: Sequence[Any]) -> Claim:
        return _claim_of(self._vault.open(row[1], f"claim {row[0]}"))


class FacesRows(ClaimRows):
    """The part of a unit that the faces need."""

    # Signing in

    def keep_sign_in(self, sign_in: SignIn) -> None:
        self._db.execute(
            "INSERT INTO sign_ins (region, id, role, subject, opened_at, seen_at, ended_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            msgspec.structs.astuple(sign_in),
        )

    def sign_in(self, region: str, id: str) -> SignIn | None:
        row = self._row(
            f"SELECT {_SIGN_IN} FROM sign_ins WHERE region = ? AND id = ?",
            region,
            id,
        )
        return _sign_in(row) if row else None

    def sign_ins_of(self, region: str, subject: str, *, since: int) -> list[SignIn]:
        rows = self._rows(
            f"SELECT {_SIGN_IN} FROM sign_ins WHERE region = ? AND subject = ? AND opened_at >= ?"
            " ORDER BY opened_at, id",
            region,
            subject,
            since,
        )
        return [_sign_in(row) for row in rows]

    def mark_sign_in(self, sign_in: SignIn) -> None:
        self._db.execute(
            "UPDATE sign_ins SET seen_at = ?, ended_at = ? WHERE region = ? AND id = ?",
            (sign_in.seen_at, sign_in.ended_at, sign_in.region, sign_in.id),
        )

    def staff(self, region: str, login: str) -> StaffAccount | None:
        row = self._row(
            "SELECT region, login, role, password, changed_at, failed, locked_until"
            " FROM staff_accounts WHERE region = ? AND login = ?",
            region,
            login,
        )
        return StaffAccount(row[0], row[1], Role(row[2]), *row[3:]) if row else None

    def keep_staff(self, account: StaffAccount) -> None:
        self._db.execute(
            "INSERT INTO staff_accounts"
            " (region, login, role, password, changed_at, failed, locked_until)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region, login) DO UPDATE SET"
            " role = excluded.role, password = excluded.password,"
            " changed_at = excluded.changed_at, failed = excluded.failed,"
            " locked_until = excluded.locked_until",
            msgspec.structs.astuple(account),
        )

    def institutions_in(self, region: str) -> list[tuple[Institution, str]]:
        rows = self._rows(
            "SELECT id, region, kind, level, designated, one_card, name FROM institutions"
            " WHERE region = ? ORDER BY id",
            region,
        )
        return [
            (
                Institution(
                    row[0],
                    row[1],
                    InstitutionKind(row[2]),
                    Level(row[3]) if row[3] else None,
                    bool(row[4]),
                    bool(row[5]),
                ),
                row[6],
            )
            for row in rows
        ]

    def runs_in(self, region: str) -> list[RunState]:
        rows = self._rows(
            "SELECT region, name, cursor, done, failed, amount_fen, started_at, finished_at"
            " FROM runs WHERE region = ? ORDER BY started_at DESC, name",
            region,
        )
        return [RunState(*row) for row in rows]

    # Forms

    def draft(self, region: str, id: str) -> Draft | None:
        row = self._row(
            "SELECT owner, form, fields, changed_at, outcome FROM drafts"
            " WHERE region = ? AND id = ?",
            region,
            id,
        )
        if row is None:
            return None
        owner, form, fields, changed_at, outcome = row
        return Draft(
            region,
            id,
            owner,
            form,
            _fields(self._vault.open(fields, f"draft {id}")),
            changed_at,
            None if outcome is None else _fields(self._vault.open(outcome, f"outcome {id}")),
        )

    def keep_draft(self, draft: Draft) -> None:
        outcome = None
        if draft.outcome is not None:
            outcome = self._vault.seal(msgspec.json.encode(draft.outcome), f"outcome {draft.id}")
        self._db.execute(
            "INSERT INTO drafts (region, id, owner, form, fields, changed_at, outcome)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region, id) DO UPDATE SET"
            " fields = excluded.fields, changed_at = excluded.changed_at,"
            " outcome = excluded.outcome",
            (
                draft.region,
                draft.id,
                draft.owner,
                draft.form,
                self._vault.seal(msgspec.json.encode(draft.fields), f"draft {draft.id}"),
                draft.changed_at,
                outcome,
            ),
        )

    # The trail

    def keep_looks(self, looks: Iterable[Look]) -> None:
        self._db.executemany(
            f"INSERT INTO trail ({_LOOK}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    look.region,
                    look.at,
                    look.id,
                    look.who,
                    look.role,
                    look.what,
                    look.whose,
                    self._vault.seal(look.why.encode(), f"look {look.id}"),
                    look.address,
                )
                for look in looks
            ],
        )

    def looks(
        self,
        region: str | None,
        *,
        who: str | None = None,
        whose: str | None = None,
        limit: int,
        before: int,
    ) -> list[Look]:
        asked = [("region", region), ("who", who), ("whose", whose)]
        given = [(name, value) for name, value in asked if value is not None]
        where = "".join(f" AND {name} = ?" for name, _ in given)
        rows = self._rows(
            f"SELECT {_LOOK} FROM trail WHERE at < ?{where} ORDER BY at DESC, id LIMIT ?",
            before,
            *(value for _, value in given),
            limit,
        )
        return [self._look(row) for row in rows]

    def looks_by_day(self, regions: Iterable[str], since: int, until: int) -> list[DayLooks]:
        return [
            DayLooks(row[0], Role(row[1]), row[2])
            for row in self._rows(
                "SELECT (at - ?) / 86400000000 AS day, role, count(*) FROM trail"
                f" WHERE region IN {IN} AND at >= ? AND at < ?"
                " GROUP BY day, role ORDER BY day, role",
                since,
                as_json(regions),
                since,
                until,
            )
        ]

    def _look(self, row: Sequence[Any]) -> Look:
        region, at, id, who, role, what, whose, why, address = row
        said = self._vault.open(why, f"look {id}").decode()
        return Look(region, at, id, who, Role(role), what, whose, said, address)


def _sign_in(row: Sequence[Any]) -> SignIn:
    return SignIn(row[0], row[1], Role(row[2]), *row[3:])
