"""机构账: what an institution believes it has settled, and the end of the day: 3201, 3202, 2601."""

import base64
import io
import threading
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from gongji.lab.institution import Answer, Institution, NoCentre, fen, now, yuan
from gongji.lab.institution_checks import Checks, sums_of

_COLUMNS = (
    "psn_no",
    "mdtrt_id",
    "setl_id",
    "msgid",
    "stmt_rslt",
    "refd_setl_flag",
    "memo",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
)
"""The result file of 3202, by the specification."""

BALANCED = "日终对账平 3201 balances"


class Entry(NamedTuple):
    """A settlement, or a negative one, as the institution has it. Sums in fen."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    insutype: str
    clr_type: str
    total: int
    fund: int
    account: int
    cash: int


class Forgotten(NamedTuple):
    """A settlement whose answer was lost and that nobody followed up."""

    infno: str
    psn_no: str
    insutype: str


class Difference(NamedTuple):
    """What 3202 found, and what became of it."""

    clr_type: str
    msgid: str
    memo: str
    became: str
    settled: bool


class Books:
    """One institution's books of a day. Safe for many threads."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.refunded: set[str] = set()
        self.reversed: set[str] = set()  # msgids taken back by 2601, and those of the 2601
        self.forgotten: dict[str, Forgotten] = {}
        self._lock = threading.Lock()

    def settled(self, answer: Answer, insutype: str, clr_type: str) -> None:
        """Enter a settlement."""
        entry = _entry(answer, insutype, clr_type)
        with self._lock:
            self.entries[entry.setl_id] = entry

    def cancelled(self, setl_id: str, back: Answer) -> None:
        """Enter the negative settlement; both count as refunded."""
        with self._lock:
            first = self.entries[setl_id]
            entry = _entry(back, first.insutype, first.clr_type)
            self.entries[entry.setl_id] = entry._replace(psn_no=first.psn_no)
            self.refunded |= {setl_id, entry.setl_id}

    def forgot(self, msgid: str, what: Forgotten) -> None:
        """An answer was lost, and the window closed."""
        with self._lock:
            self.forgotten[msgid] = what

    def undone(self, *msgids: str) -> None:
        """2601 was sent for a message."""
        with self._lock:
            self.reversed |= set(msgids)

    def of(self, clr_type: str, insutype: str = "", *, standing: bool = False) -> list[Entry]:
        """Entries of a clearing type and scheme; `standing`: without refunds and refunded."""
        return [
            entry
            for entry in self.entries.values()
            if entry.clr_type == clr_type
            and insutype in ("", entry.insutype)
            and not (standing and entry.setl_id in self.refunded)
        ]


def _entry(answer: Answer, insutype: str, clr_type: str) -> Entry:
    info, sums = answer.info, sums_of(answer.info)
    return Entry(
        info["setl_id"],
        info["mdtrt_id"],
        info.get("psn_no") or "",
        info.get("insutype") or insutype,
        info.get("clr_type") or clr_type,
        sums.total,
        sums.fund,
        sums.account,
        sums.cash,
    )


class DayEnd:
    """日终对账 of one institution at one clearing centre."""

    def __init__(self, window: Institution, books: Books, checks: Checks, centre: str) -> None:
        self._window, self._books, self._checks = window, books, checks
        self._centre, self._from = centre, f"{now():%Y-%m-%d}"

    def is_fresh(self, groups: Sequence[tuple[str, str]]) -> bool:
        """Whether the centre has no settlements of today yet: then every one is of this run."""
        return all(self._balances(*group) for group in groups)

    def reconcile(self, groups: Sequence[tuple[str, str]]) -> Iterator[Difference]:
        """Compare all groups of (insutype, clr_type); settle what does not balance."""
        for clr_type in dict.fromkeys(clr_type for _, clr_type in groups):
            insutypes = [one for one, of in groups if of == clr_type]
            if all(self._balances(insutype, clr_type) for insutype in insutypes):
                continue
            found = list(self._differences(clr_type))
            yield from found
            if any(one.became == _TAKEN_BACK for one in found):
                yield from self._differences(clr_type)
            for insutype in insutypes:
                holds = self._balances(insutype, clr_type, standing=True)
                self._checks.that(BALANCED, holds, f"{self._window.code} {insutype} {clr_type}")

    def _balances(self, insutype: str, clr_type: str, *, standing: bool = False) -> bool:
        """3201."""
        entries = self._books.of(clr_type, insutype, standing=standing)
        data = {"insutype": insutype, **self._totals(entries, clr_type)}
        data["acct_pay"] = yuan(sum(one.account for one in entries))
        del data["cash_payamt"]
        if standing:
            data |= {"refd_setl_flag": "0", "fixmedins_refd_setl_flag": "0"}
        answer = self._window.send("3201", {"data": data}, place=self._centre)
        if not answer.good:
            raise NoCentre(f"3201 {self._window.code}：{answer.says}")
        balanced: bool = answer.output["stmtinfo"]["stmt_rslt"] == "0"
        return balanced

    def _totals(self, entries: Sequence[Entry], clr_type: str) -> dict[str, Any]:
        return {
            "clr_type": clr_type,
            "setl_optins": self._centre,
            "stmt_begndate": self._from,
            "stmt_enddate": f"{now():%Y-%m-%d}",
            "medfee_sumamt": yuan(sum(one.total for one in entries)),
            "fund_pay_sumamt": yuan(sum(one.fund for one in entries)),
            "cash_payamt": yuan(sum(one.cash for one in entries)),
            "fixmedins_setl_cnt": len(entries),
            "fixmedins_refd_setl_flag": "0",
        }

    def _differences(self, clr_type: str) -> Iterator[Difference]:
        """3202: our lines up, the centre's findings down, each with what became of it."""
        reversed_fen = 0
        for row in self._lines(clr_type):
            if row["stmt_rslt"] == "0":
                continue
            msgid, memo = row["msgid"], row["memo"]
            became, settled = "未能解释 not explained", False
            if row["setl_id"] == _EMPTY and msgid in self._books.reversed:
                became, settled = "已由2601冲正 reversed before", True
                reversed_fen += fen(row["medfee_sumamt"])
            elif row["setl_id"] == _EMPTY and msgid in self._books.forgotten:
                settled = self._take_back(msgid)
                became = _TAKEN_BACK if settled else became
                reversed_fen += fen(row["medfee_sumamt"]) if not settled else 0
            yield Difference(clr_type, msgid, memo, became, settled)
            self._checks.that(_EXPLAINED, settled, f"{clr_type} {msgid} {memo}")
        self._checks.that(_PAIRS, reversed_fen == 0, f"{clr_type} {yuan(reversed_fen)}")

    def _take_back(self, msgid: str) -> bool:
        """2601 by the msgid that the result file names."""
        what = self._books.forgotten[msgid]
        data = {"psn_no": what.psn_no, "omsgid": msgid, "oinfno": what.infno}
        own = self._window.msgid()
        answer = self._window.send("2601", {"data": data}, place=self._centre, msgid=own)
        self._books.undone(msgid, own)
        return answer.good

    def _lines(self, clr_type: str) -> list[dict[str, str]]:
        entries = self._books.of(clr_type)
        window, place = self._window, self._centre
        sent = {
            "in": base64.b64encode(zipped(self._rows(entries))).decode(),
            "filename": f"{window.code}.zip",
            "fixmedins_code": window.code,
        }
        uploaded = window.send("9101", {"fsUploadIn": sent}, place=place)
        if not uploaded.good:
            raise NoCentre(f"9101：{uploaded.says}")
        data = self._totals(entries, clr_type)
        data["file_qury_no"] = uploaded.output["file_qury_no"]
        compared = window.send("3202", {"data": data}, place=place)
        if not compared.good:
            raise NoCentre(f"3202：{compared.says}")
        file = compared.output["fileinfo"]
        wanted = {name: file[name] for name in ("file_qury_no", "filename")}
        wanted["fixmedins_code"] = window.code
        return rows_of(window.send("9102", {"fsDownloadIn": wanted}, place=place))

    def _rows(self, entries: Sequence[Entry]) -> str:
        """The upload's columns, in order; a refunded settlement with its negative row."""
        return "".join(
            "\t".join(
                [
                    one.setl_id,
                    one.mdtrt_id,
                    one.psn_no,
                    *(yuan(sum_fen) for sum_fen in (one.total, one.fund, one.account)),
                    "1" if one.setl_id in self._books.refunded else "0",
                ]
            )
            + "\n"
            for one in entries
        )


_EMPTY = "null"
_TAKEN_BACK = "漏记，现以2601冲正 forgotten, now reversed"
_EXPLAINED = "差异都有原因 differences explained"
_PAIRS = "冲正正负相抵 reversals sum to zero"


def zipped(text: str) -> bytes:
    """A ZIP of one TXT."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("detail.txt", text)
    return out.getvalue()


def rows_of(answer: Answer) -> list[dict[str, str]]:
    """The rows of a result file: the first TXT of the ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(answer.file)) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    except (zipfile.BadZipFile, IndexError, UnicodeDecodeError):
        raise NoCentre(f"9102：{answer.says or '不是ZIP文件 no ZIP file'}") from None
    return [dict(zip(_COLUMNS, line.split("\t"), strict=False)) for line in text.splitlines()]
