"""How many settlements a second the national interface answers, beside the API's in one service."""

import http.client
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gongji.cli.benching import office_at
from gongji.cli.catalogue import sample_editions
from gongji.cli.interface import put_sample_items
from gongji.desk.editions import import_edition
from gongji.desk.office import Office, Session
from gongji.lab.crowd import REGION, Crowd, build_crowd, requests
from gongji.lab.institution import stamp, yuan
from gongji.lab.load import Load, NoAnswer, Place, closed_loop, post
from gongji.national.exchange import read, serve
from gongji.national.reading import Wrong
from gongji.settlement.bill import SettlementRequest

_PATH = "/fsi/api/rsfComIfsService/callService"
_ITEM = "XJ01CAA040A001010100001"
_CHUNK = 500


class Rates(NamedTuple):
    """The same bills by both ways, one a request."""

    api: Load
    interface: Load

    @property
    def ratio(self) -> float:
        """The interface's part of the API's rate."""
        return self.interface.a_second / self.api.a_second


def measure_interface(
    folder: Path, *, people: int = 20_000, seconds: float = 5.0, connections: int = 64, most: int
) -> Rates:
    """Prepare `most` visits with their fee lines, serve them, and settle by 2207; then by the API."""
    office = office_at(folder)
    crowd = build_crowd(office, people)
    codes = _furnish(office, crowd)
    bills = list(requests(crowd, random.Random(7), "wire", most))  # noqa: S311
    visits = _prepared(office, bills, codes)
    office.store.close()
    with _service(folder) as place:
        _settles(place, visits.pop())
        wire = [post(place, _PATH, {}, body) for body in visits]
        closed_loop(place, _api(place, crowd, "warm", most), connections, 1.0)
        interface = closed_loop(place, iter(wire), connections, seconds)
        api = closed_loop(place, _api(place, crowd, "api", most * 4), connections, seconds)
    return Rates(api, interface)


def _settles(place: Place, body: bytes) -> None:
    """One of them, looked at: a refusal would be answered with HTTP 200 as well, and faster."""
    line = http.client.HTTPConnection(place.host, place.port)
    with closing(line):
        line.request("POST", _PATH, body)
        answer = msgspec.json.decode(line.getresponse().read())
    assert answer["infcode"] == 0, answer["err_msg"]


def _api(place: Place, crowd: Crowd, prefix: str, count: int) -> Iterator[bytes]:
    rng = random.Random(prefix)  # noqa: S311 - a measurement wants repetition
    for bill in requests(crowd, rng, prefix, count):
        headers = {"Authorization": f"Bearer {crowd.keys[bill.institution]}"}
        yield post(place, "/v1/settlements", headers, msgspec.json.encode(bill))


def _furnish(office: Office, crowd: Crowd) -> dict[str, str]:
    """A catalogue, codes of items, and each institution's code on the wire."""
    for head, content in sample_editions(REGION):
        office.do(partial(import_edition, head=head, content=content, by="bench"))
    office.do(put_sample_items)
    codes = {id: f"H{REGION}9{n:04d}" for n, id in enumerate(crowd.keys)}

    def connect(session: Session) -> None:
        for id, code in codes.items():
            session.unit.connect_code(code, id, session.at)

    office.do(connect)
    return codes


def _prepared(
    office: Office, bills: Sequence[SettlementRequest], codes: dict[str, str]
) -> list[bytes]:
    """2201 and 2204 of each bill, done; its 2207, to be sent."""
    found = []
    for first in range(0, len(bills), _CHUNK):
        some = range(first, min(first + _CHUNK, len(bills)))

        def chunk(session: Session, some: range = some) -> list[bytes]:
            return [_visit(session, n, bills[n], codes[bills[n].institution]) for n in some]

        found += office.do(chunk)
    return found


def _visit(session: Session, n: int, bill: SettlementRequest, code: str) -> bytes:
    now, total = stamp(), yuan(bill.total_fen)
    # The crowd's people are numbered; their scheme is told by their place in the family.
    insutype = "310" if bill.patient[-1] in "01" else "390"
    person = {"psn_no": bill.patient, "mdtrt_cert_type": "01", "mdtrt_cert_no": "token"}
    registered = {**person, "insutype": insutype, "begntime": now, "ipt_otp_no": f"MZ{n}"}
    registered |= {"dept_code": "01", "dept_name": "内科", "caty": "A03"}
    answer = _done(session, code, n, "2201", {"data": registered})
    ids = {"mdtrt_id": answer["output"]["data"]["mdtrt_id"], "psn_no": bill.patient}
    line = {**ids, "feedetl_sn": "1", "chrg_bchno": "B1", "fee_ocur_time": now, "cnt": "1"}
    line |= {"med_list_codg": _ITEM, "medins_list_codg": "L1", "pric": total}
    line |= {"det_item_fee_sumamt": total, "bilg_dept_codg": "01", "bilg_dept_name": "内科"}
    line |= {"bilg_dr_codg": "D1", "bilg_dr_name": "周医生"}
    _done(session, code, n, "2204", {"feedetail": [line]})
    data = {**person, **ids, "med_type": "11", "medfee_sumamt": total, "psn_setlway": "01"}
    data |= {"chrg_bchno": "B1", "insutype": insutype, "acct_used_flag": "2"}
    return _message(code, n, "2207", {"data": data})


def _done(session: Session, code: str, n: int, infno: str, nodes: dict[str, Any]) -> Any:
    asked = read(_message(code, n, infno, nodes), "")
    assert not isinstance(asked, Wrong), asked.says
    answer = msgspec.json.decode(serve(session, asked).body)
    assert answer["infcode"] == 0, answer["err_msg"]
    return answer


def _message(code: str, n: int, infno: str, nodes: dict[str, Any]) -> bytes:
    return msgspec.json.encode(
        {
            "infno": infno,
            "msgid": f"{code}20260101000000{n:04d}"[:30],
            "mdtrtarea_admvs": REGION,
            "insuplc_admdvs": REGION,
            "recer_sys_code": "99",
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "操作员",
            "inf_time": stamp(),
            "fixmedins_code": code,
            "fixmedins_name": "示范机构",
            "sign_no": "",
            "input": nodes,
        }
    )


@contextmanager
def _service(folder: Path) -> Iterator[Place]:
    """A service of its own process on the folder's store."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        place = Place(*free.getsockname())
    command = [sys.executable, "-m", "gongji", "serve", "--port", str(place.port)]
    service = subprocess.Popen(command, env=_environment(folder), stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        for _ in range(300):
            try:
                socket.create_connection(place, timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise NoAnswer(f"the service does not listen at {place.host}:{place.port}")
        yield place
    finally:
        service.terminate()
        service.wait(timeout=30)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: of for name, of in os.environ.items() if not name.startswith("GONGJI_")}
    database = f"sqlite:///{folder / 'gongji.db'}"
    return kept | {"GONGJI_DATABASE": database, "GONGJI_KEY_FILE": str(folder / "gongji.key")}
