"""恒等式: what must hold of every answer, to the fen, and how often it did."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gongji.lab.institution import Answer, fen

TOTAL, PERSON, POOLED, PARTS, FUNDS, ROWS, LINES = (
    "总额 = 基金 + 个人 + 医院 total",
    "个人 = 账户 + 现金 person",
    "0 ≤ 共济 ≤ 账户 pooled",
    "总额 = 全自费 + 超限价 + 先自付 + 范围内 parts",
    "基金 = 各基金之和 funds",
    "基金分项 = 合计 rows by fund",
    "明细四分 = 明细总额 fee lines",
)
TRIAL, BACK, REPEAT, UNDONE, QUERY, MSGID = (
    "预结算 = 结算 trial",
    "撤销 = 负的结算 cancellation",
    "重发得原答 repeat",
    "冲正后不再结算 reversed",
    "5203 = 结算 query",
    "medins_setl_id = msgid",
)
WISHED = "应成功的交易成功 not refused"
READABLE = "应答字段齐全 fields there"

_PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
_FUNDS = (
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "hifdm_pay",
    "oth_pay",
)
_SUMS = ("medfee_sumamt", *_PARTS, "fund_pay_sumamt", "acct_pay", "acct_mulaid_pay")
_ACCOUNT = "310200"
_MOST = 20


class Sums(NamedTuple):
    """The sums of a setlinfo in fen, by whichever name a transaction has for them."""

    total: int
    fund: int
    person: int
    hospital: int
    account: int
    pooled: int
    cash: int


def sums_of(info: Mapping[str, Any]) -> Sums:
    """2208 misspells the cash, 5203 has names of its own for cash and the person's part."""
    cash = next((info[name] for name in _CASH if name in info), 0)
    return Sums(
        total=fen(info.get("medfee_sumamt")),
        fund=fen(info.get("fund_pay_sumamt")),
        person=fen(info.get("psn_part_amt", info.get("psn_pay"))),
        hospital=fen(info.get("hosp_part_amt")),
        account=fen(info.get("acct_pay")),
        pooled=fen(info.get("acct_mulaid_pay")),
        cash=fen(cash),
    )


_CASH = ("psn_cash_pay", "pdn_cash_pay", "cash_payamt")


class Checks:
    """What was looked at and what did not hold. Safe for many threads."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self.broken: dict[str, int] = {}
        self.examples: list[str] = []
        self._lock = threading.Lock()

    @property
    def wrong(self) -> int:
        """How many did not hold."""
        return sum(self.broken.values())

    def that(self, name: str, holds: bool, example: str) -> None:
        """Count one look; an example of what is wrong is kept."""
        with self._lock:
            tally = self.held if holds else self.broken
            tally[name] = tally.get(name, 0) + 1
            if not holds and len(self.examples) < _MOST:
                self.examples.append(f"{name}：{example}")

    def settlement(self, infno: str, msgid: str, answer: Answer) -> None:
        """Every identity of an answer with a setlinfo."""
        info = answer.info
        shown = f"{infno} {msgid} {sums_of(info)}"
        for name, holds in identities(info):
            self.that(name, holds, shown)
        rows = answer.output.get("setldetail") or []
        if rows:
            self.that(ROWS, _rows_agree(info, rows), f"{shown} {rows}")
        if infno in _OWN_ID and info.get("medins_setl_id"):
            self.that(MSGID, info["medins_setl_id"] == msgid, f"{shown} {info['medins_setl_id']}")
        self.lines(infno, answer.output.get("detlcutinfo") or [])

    def lines(self, infno: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Each fee line is the sum of its four parts."""
        for row in rows:
            parts = sum(fen(row.get(name)) for name in _LINE_PARTS)
            self.that(LINES, parts == fen(row["det_item_fee_sumamt"]), f"{infno} {row}")

    def same(self, name: str, first: Answer, second: Answer, msgid: str) -> None:
        """Two answers with the same sums: a trial or a query, and the settlement."""
        pair = [sums_of(one.info) for one in (first, second)]
        self.that(name, pair[0] == pair[1], f"{msgid} {pair[0]} {pair[1]}")

    def back(self, settled: Answer, back: Answer) -> None:
        """What was taken back is the settlement below zero."""
        both = [(fen(settled.info.get(name)), fen(back.info.get(name))) for name in _SUMS]
        cash = sums_of(settled.info).cash, sums_of(back.info).cash
        holds = all(one == -other for one, other in (*both, cash))
        self.that(BACK, holds, f"{settled.info['setl_id']} {both} {cash}")


_OWN_ID = frozenset({"2102", "2207", "2304"})
_LINE_PARTS = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")


def identities(info: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Section by section of the specification's notes; of a negative settlement as well."""
    sums = sums_of(info)
    sign = -1 if sums.total < 0 else 1
    yield TOTAL, sums.total == sums.fund + sums.person + sums.hospital
    yield PERSON, sums.person == sums.account + sums.cash
    yield POOLED, 0 <= sign * sums.pooled <= sign * sums.account
    yield PARTS, sums.total == sum(fen(info.get(name)) for name in _PARTS)
    yield FUNDS, sums.fund == sum(fen(info.get(name)) for name in _FUNDS)


def _rows_agree(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    sums = sums_of(info)
    paid = {True: 0, False: 0}
    for row in rows:
        paid[row["fund_pay_type"] == _ACCOUNT] += fen(row["fund_payamt"])
    return paid == {True: sums.account, False: sums.fund}
