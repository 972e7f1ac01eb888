"""Rows of recorded answers, and of the law they were given under."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from gongji.desk.ports import Answer, AnswerKey, AnswerKind, HourSums
from gongji.store.rows import IN, Rows, as_json
from gongji.terms import region_of

ANSWER = (
    "asker, id, kind, reverses, patient, sponsor, happened_at, recorded_at, law,"
    " own_fen, pooled_fen, cash_fen, self_paid_fen, whole, request, facts, decision"
)
"""The columns of an answer, without its region."""

_BILL = ANSWER.removesuffix(", facts, decision")


class AnswerRows(Rows):
    """The part of a unit that remembers what was answered."""

    def answered(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Answer]:
        wanted = msgspec.json.encode([(region_of(key.asker), *key) for key in keys]).decode()
        return {
            AnswerKey(row[0], row[1]): answer_of(row)
            for row in self._rows(
                f"SELECT {ANSWER} FROM (SELECT value FROM json_each(?)) k CROSS JOIN answers"
                " ON region = json_extract(k.value, '$[0]')"
                " AND asker = json_extract(k.value, '$[1]')"
                " AND id = json_extract(k.value, '$[2]')",
                wanted,
            )
        }

    def write_answers(self, answers: Sequence[Answer]) -> None:
        self._db.executemany(
            f"INSERT INTO answers (region, {ANSWER})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                # Exact str and int: whatever else is an adapter's slow path in the driver.
                (
                    region_of(answer[0][0]),
                    *answer[0],
                    answer.kind.value,
                    *answer[2:12],
                    1 if answer.whole else 0,
                    *answer[13:],
                )
                for answer in answers
            ],
        )

    def reversals_of(self, key: AnswerKey) -> list[Answer]:
        return [
            answer_of(row)
            for row in self._rows(
                f"SELECT {ANSWER} FROM answers"
                " WHERE region = ? AND asker = ? AND reverses = ? ORDER BY recorded_at, id",
                region_of(key.asker),
                *key,
            )
        ]

    def answers_by_id(self, id: str) -> list[Answer]:
        return [
            answer_of(row)
            for row in self._rows(
                f"SELECT {ANSWER} FROM answers WHERE id = ? ORDER BY asker LIMIT 20", id
            )
        ]

    def answers_of_patients(
        self, ids: Iterable[str], *, sponsor: str | None = None, limit: int, before: int
    ) -> list[Answer]:
        return [
            answer_of(row)
            for row in self._rows(
                f"SELECT {ANSWER} FROM answers WHERE patient IN {IN} AND recorded_at < ?"
                " AND kind IN ('settlement', 'reversal') AND (CAST(? AS TEXT) IS NULL OR sponsor = ?)"
                " ORDER BY recorded_at DESC, asker, id LIMIT ?",
                as_json(ids),
                before,
                sponsor,
                sponsor,
                limit,
            )
        ]

    def answers_of_asker(self, asker: str, *, limit: int, before: int) -> list[Answer]:
        return [
            answer_of(row)
            for row in self._rows(
                f"SELECT {ANSWER} FROM answers WHERE region = ? AND asker = ?"
                " AND recorded_at < ? ORDER BY recorded_at DESC, id DESC LIMIT ?",
                region_of(asker),
                asker,
                before,
                limit,
            )
        ]

    def bills_between(self, asker: str, since: int, until: int) -> list[Answer]:
        """Without facts and decisions, which are most of what a row weighs."""
        return [
            answer_of((*row, b"", b""))
            for row in self._rows(
                f"SELECT {_BILL} FROM answers WHERE region = ? AND recorded_at >= ?"
                " AND recorded_at < ? AND asker = ? ORDER BY recorded_at, id",
                region_of(asker),
                since,
                until,
                asker,
            )
        ]

    def hour_sums(
        self, regions: Iterable[str], since: int, until: int, asker: str | None = None
    ) -> list[HourSums]:
        return [
            HourSums(row[0], row[1], AnswerKind(row[2]), *row[3:])
            for row in self._rows(
                "SELECT region, (recorded_at - ?) / 3600000000 AS hour, kind, count(*),"
                " sum(own_fen), sum(pooled_fen), sum(cash_fen) FROM answers"
                f" WHERE region IN {IN} AND recorded_at >= ? AND recorded_at < ?"
                " AND kind IN ('settlement', 'reversal') AND (? = '' OR asker = ?)"
                " GROUP BY region, hour, kind ORDER BY region, hour, kind DESC",
                since,
                as_json(regions),
                since,
                until,
                asker or "",
                asker or "",
            )
        ]

    def keep_law(self, version: str, packs: Mapping[str, Mapping[str, str]]) -> None:
        self._db.execute(
            "INSERT INTO laws (version, packs) VALUES (?, ?) ON CONFLICT (version) DO NOTHING",
            (version, msgspec.json.encode(packs)),
        )

    def law_texts(self, version: str) -> Mapping[str, Mapping[str, str]] | None:
        row = self._row("SELECT packs FROM laws WHERE version = ?", version)
        return msgspec.json.decode(row[0], type=dict[str, dict[str, str]]) if row else None


def answer_of(row: Sequence[Any]) -> Answer:
    """An answer of a row with the columns of ANSWER."""
    key = AnswerKey(row[0], row[1])
    return Answer._make((key, AnswerKind(row[2]), *row[3:13], bool(row[13]), *row[14:]))
