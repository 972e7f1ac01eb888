"""汇缴文件: what has been deducted for a year, for the tax authority, one row a premium.

The file is the same byte for byte whenever it is made of the same premiums. It ends with the count
and the sum, and its digests stand in a file beside it. A sum that is not what the book holds for
the tax authority stops it: a file that says less or more than was taken must not leave the house.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from gongji.desk.deducting import tax_account
from gongji.desk.office import Session
from gongji.desk.premium_ports import Premium
from gongji.policy.contributions import Via
from gongji.terms import local_day, moment, yuan_text

HEADINGS = (
    "序号", "登记号", "参保人姓名", "证件号码", "参保年度", "金额（元）", "申报途径", "划扣日期", "凭证号",
)  # fmt: skip
_VIA = {Via.SCHOOL: "学校", Via.COMMUNITY: "社区事务受理服务中心"}
_CHUNK = 2_000
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class DoesNotAgree(Exception):
    """The premiums' sum is not what the book holds for the tax authority."""

    def __init__(self, listed_fen: int, booked_fen: int) -> None:
        self.listed_fen, self.booked_fen = listed_fen, booked_fen
        super().__init__(
            f"the premiums listed come to {listed_fen} fen, the book has {booked_fen} fen for the "
            f"tax authority; run `gongji verify` and hand nothing over until both agree"
        )


class Collected(NamedTuple):
    """What a collection file holds, and its digests in hexadecimal."""

    premiums: int
    total_fen: int
    sha256: str
    sm3: str

    def sums(self, name: str) -> str:
        """The text of the file beside it."""
        return (
            f"premiums {self.premiums}\ntotal_yuan {yuan_text(self.total_fen)}\n"
            f"sha256 {self.sha256}  {name}\nsm3 {self.sm3}  {name}\n"
        )


def write_collection(session: Session, region: str, year: int, out: BinaryIO) -> Collected:
    """Write a year's collection file; raises DoesNotAgree before the last line is written."""
    from cryptography.hazmat.primitives import hashes

    sha256, sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
    count = total_fen = 0

    def put(text: str) -> None:
        data = text.encode()
        out.write(data)
        sha256.update(data)
        sm3.update(data)

    put("\ufeff" + _line(list(HEADINGS)))  # the mark, without which Excel takes UTF-8 for GBK
    for premium, name, number in _deducted(session, region, year):
        count += 1
        total_fen += premium.amount_fen
        assert premium.decided_at is not None
        row = [
            str(count),
            str(premium.number),
            name,
            number,
            str(year),
            yuan_text(premium.amount_fen),
            _VIA[premium.via],
            local_day(moment(premium.decided_at)).isoformat(),
            f"premium/{year}/{premium.person}",
        ]
        put(_line(row))
    tax = tax_account(region, year)
    booked_fen = session.unit.balances([tax])[tax].fen
    if booked_fen != total_fen:
        raise DoesNotAgree(total_fen, booked_fen)
    put(_line(["合计", str(count), "", "", str(year), yuan_text(total_fen), "", "", ""]))
    return Collected(count, total_fen, sha256.hexdigest(), sm3.finalize().hex())


def _deducted(session: Session, region: str, year: int) -> Iterator[tuple[Premium, str, str]]:
    """Premiums in their order with name and number, a few thousand in memory at a time."""
    after = 0
    while True:
        some = session.unit.premiums_deducted(region, year, after=after, limit=_CHUNK)
        if not some:
            return
        known = session.unit.identities(premium.person for premium in some)
        for premium in some:
            identity = known[premium.person]
            yield premium, identity.name, identity.number
        after = some[-1].number


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell
