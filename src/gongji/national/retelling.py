"""再述: the nodes of settlements as they were answered, read from where they are kept."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from gongji.desk.national_ports import MessageKey, Settled, Visit
from gongji.desk.ports import Unit
from gongji.national.calling import kept, retold
from gongji.national.reading import Values
from gongji.national.schema import Node, transactions
from gongji.national.writing import fen_of
from gongji.terms import moment

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def unsaid(given: Values) -> bytes:
    """What stands in `shown` of a settlement whose nodes are in the recorded answer: what they have
    no field for."""
    return kept({"invono": given["invono"]}) if given.get("invono") else b"{}"


def nodes_again(unit: Unit, settled: Sequence[Settled]) -> list[Mapping[str, Any]]:
    """setlinfo and setldetail of each, their sums in fen."""
    told = [retold(one.shown) for one in settled]
    keys = [MessageKey(one.institution, one.infno, one.msgid) for one in settled]
    recorded = unit.messages(
        key for key, nodes in zip(keys, told, strict=True) if "setlinfo" not in nodes
    )
    return [
        nodes if "setlinfo" in nodes else _nodes_of(key.infno, recorded[key].answer, nodes)
        for key, nodes in zip(keys, told, strict=True)
    ]


def days_of(visit: Visit, settled: Settled) -> dict[str, str]:
    """开始日期 and 结束日期 of a settlement: those of its visit, which may go on."""
    return {
        "begndate": f"{moment(visit.began_at):%Y-%m-%d}",
        "enddate": f"{moment(visit.ended_at or settled.at):%Y-%m-%d}",
    }


def lines_of(unit: Unit, settled: Settled) -> list[Values]:
    """The fee lines of a settlement, as uploaded and decided. Those of one that was taken back are
    kept by its negative, of which they are below zero; one of an earlier version has none."""
    back = unit.settled(settled.institution, settled.reversed_by) if settled.reversed_by else None
    if back is not None:
        found: list[Values] = retold(back.shown).get("lines", [])
        return found
    if settled.reverses:
        return [_below_zero(line) for line in retold(settled.shown).get("lines", ())]
    rows = unit.fees_of(settled.institution, settled.visit)
    return [
        {**retold(row.told), **retold(row.decided)} for row in rows if row.settled == settled.id
    ]


def _below_zero(line: Values) -> Values:
    """What is a number of a kept line is a fen or a text."""
    numbers = {name: line[name] for name in _COUNTED if name in line}
    return {
        **line,
        **{
            name: -value if isinstance(value, int) else 0 - Decimal(value)
            for name, value in numbers.items()
        },
    }


_COUNTED = (
    "cnt",
    "det_item_fee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_amt",
    "preselfpay_amt",
    "inscp_scp_amt",
)


def _nodes_of(infno: str, answer: bytes, beside: Values) -> dict[str, Any]:
    output = _decode(answer)["output"]
    nodes = {node.name: node for node in transactions()[infno].outputs}
    return {
        "setlinfo": {**_in_fen(nodes["setlinfo"], output["setlinfo"]), **beside},
        "setldetail": [_in_fen(nodes["setldetail"], row) for row in output["setldetail"]],
    }


def _in_fen(node: Node, row: Values) -> Values:
    """The inverse of `row_of`."""
    sums = {field.name for field in node.fields if field.is_sum}
    return {name: fen_of(value) if name in sums else value for name, value in row.items()}
