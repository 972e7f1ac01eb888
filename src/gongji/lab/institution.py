"""机构系统: a hospital's or pharmacy's system as the centre meets it: messages out, answers in.

It knows the published interface and nothing of the server behind it, ours or another.
"""

import base64
import hashlib
import hmac
import http.client
import itertools
import select
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

from gongji.terms import LOCAL_TIME, region_of

_TRIES = 4
_PAUSE_S = 0.25  # doubled at each further try
_TIMEOUT_S = 30
_BUSY = frozenset({429, 500, 502, 503, 504})


class NoCentre(Exception):
    """Nobody answers at the address, or not in the form of the interface; says what to check."""


class Manner(NamedTuple):
    """接入方式: how a region's gateway is spoken to.

    `style`: `one` address for all, `infno` at its end, `service` names where the profile has them,
    or `form` data. `signature`: `hmac-sha1`, `tif-sha256` or `none`.
    """

    style: str = "one"
    signature: str = "none"
    recer_sys_code: str = "99"
    services: Mapping[str, str] = {}  # infno → the last part of its address


class Keys(NamedTuple):
    """An access key with its secret."""

    access_key: str
    secret: str


class Answer(NamedTuple):
    """What came back: its tree, or the file in place of one."""

    infcode: int
    says: str
    output: Any
    file: bytes = b""

    @property
    def good(self) -> bool:
        """infcode 0."""
        return self.infcode == 0

    @property
    def info(self) -> dict[str, Any]:
        """setlinfo."""
        found: dict[str, Any] = self.output["setlinfo"]
        return found


class Count:
    """What became of the messages of one transaction. Times are milliseconds."""

    def __init__(self) -> None:
        self.sent = self.good = self.refused = self.repeated = self.lost = 0
        self.times_ms: list[float] = []


class Institution:
    """一家机构: its code, its message ids, its signed-in operator. Safe for many threads."""

    def __init__(
        self, url: str, code: str, manner: Manner | None = None, keys: Keys | None = None
    ) -> None:
        self.code, self.manner, self._keys = code, manner or Manner(), keys
        self._url = urlsplit(url)
        if self._url.scheme not in {"http", "https"} or not self._url.hostname:
            raise NoCentre(f"--url {url}：须为http或https地址 must be an http or https address")
        self.sign_no = ""
        self.counts: defaultdict[str, Count] = defaultdict(Count)
        self._serial = itertools.count(1)
        self._lock = threading.Lock()
        self._own = threading.local()
        self._lines: list[http.client.HTTPConnection] = []

    def msgid(self) -> str:
        """机构12位、时间14位、流水4位."""
        return f"{self.code}{now():%Y%m%d%H%M%S}{next(self._serial) % 10_000:04d}"

    def send(
        self, infno: str, nodes: Mapping[str, Any], *, place: str = "", msgid: str = ""
    ) -> Answer:
        """Send a message and wait for its answer; a busy or broken line is tried again with the
        same msgid. `place` is where the patient is insured. Raises NoCentre."""
        body = self._message(infno, nodes, place, msgid or self.msgid())
        begun = time.perf_counter()
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE_S * 2 ** (attempt - 1))
                self._count(infno, repeated=1)
            try:
                status, answered = self._exchange(infno, body)
            except (OSError, http.client.HTTPException) as error:
                self._hang_up()
                said = f"{type(error).__name__}: {error}"
                continue
            if status not in _BUSY:
                answer = read_answer(status, answered)
                took = (time.perf_counter() - begun) * 1000
                good = int(answer.good)
                self._count(infno, sent=1, good=good, refused=1 - good, took=took)
                return answer
            said = f"HTTP {status}"
        raise NoCentre(f"{self._url.geturl()}没有应答 does not answer ({infno}, {said})")

    def send_and_drop(
        self, infno: str, nodes: Mapping[str, Any], *, place: str = "", msgid: str, late: bool
    ) -> None:
        """Send a message on a line of its own and hang up without reading: the answer is lost.

        At once, when the message may not even have been read, or as `late` as the answer is there.
        """
        line = self._line()
        try:
            self._post(line, infno, self._message(infno, nodes, place, msgid))
            if late:
                select.select([line.sock], [], [], _TIMEOUT_S)
        except (OSError, http.client.HTTPException):
            pass  # then it was lost on the way there
        finally:
            line.close()
        self._count(infno, lost=1)

    def repeated(self, infno: str) -> None:
        """Count a repeat that was meant."""
        self._count(infno, repeated=1)

    def close(self) -> None:
        """Hang up every line."""
        for line in self._lines:
            line.close()

    def _count(self, infno: str, *, took: float | None = None, **more: int) -> None:
        with self._lock:
            count = self.counts[infno]
            for name, by in more.items():
                setattr(count, name, getattr(count, name) + by)
            if took is not None:
                count.times_ms.append(took)

    def _message(self, infno: str, nodes: Mapping[str, Any], place: str, msgid: str) -> bytes:
        return msgspec.json.encode(
            {
                "infno": infno,
                "msgid": msgid,
                "mdtrtarea_admvs": region_of(self.code),
                "insuplc_admdvs": place,
                "recer_sys_code": self.manner.recer_sys_code,
                "dev_no": "",
                "dev_safe_info": "",
                "cainfo": "",
                "signtype": "",
                "infver": "1.0.0",
                "opter_type": "1",
                "opter": "0001",
                "opter_name": "模拟操作员",
                "inf_time": stamp(),
                "fixmedins_code": self.code,
                "fixmedins_name": "模拟机构",
                "sign_no": self.sign_no,
                "input": nodes,
            }
        )

    # ── The line ─────────────────────────────────────────────────────────────────────────────────

    def _exchange(self, infno: str, body: bytes) -> tuple[int, bytes]:
        line = getattr(self._own, "line", None)
        if line is None:
            line = self._own.line = self._line()
            with self._lock:
                self._lines.append(line)
        self._post(line, infno, body)
        response = line.getresponse()
        return response.status, response.read()

    def _hang_up(self) -> None:
        line = getattr(self._own, "line", None)
        if line is not None:
            line.close()
            self._own.line = None

    def _line(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S)
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)

    def _post(self, line: http.client.HTTPConnection, infno: str, body: bytes) -> None:
        kind = "application/json; charset=utf-8"
        if self.manner.style == "form":
            kind = "application/x-www-form-urlencoded"
            body = f"jsonStr={quote(body)}".encode()
        headers = {"Content-Type": kind, **signed(self.manner.signature, self._keys, infno)}
        line.request("POST", self._path(infno), body, headers)

    def _path(self, infno: str) -> str:
        base = self._url.path.rstrip("/")
        if self.manner.style == "infno":
            return f"{base}/{infno}"
        if self.manner.style == "service":
            return f"{base}/{self.manner.services.get(infno, infno)}"
        return self._url.path or "/"


def signed(signature: str, keys: Keys | None, infno: str) -> dict[str, str]:
    """The headers by which the gateway knows who asks, as the specification prints them."""
    if keys is None or signature == "none":
        return {}
    if signature == "tif-sha256":
        at, nonce = str(int(time.time())), uuid.uuid4().hex
        text = f"{at}{keys.secret}{nonce}{at}"
        return {
            "x-tif-paasid": keys.access_key,
            "x-tif-timestamp": at,
            "x-tif-nonce": nonce,
            "x-tif-signature": hashlib.sha256(text.encode()).hexdigest(),
        }
    headers = {
        "_api_access_key": keys.access_key,
        "_api_name": infno,
        "_api_timestamp": str(time.time_ns() // 1_000_000),
        "_api_version": "1.0.0",
    }
    text = "&".join(f"{name}={headers[name]}" for name in sorted(headers))
    mac = hmac.new(keys.secret.encode(), text.encode(), hashlib.sha1)
    return {**headers, "_api_signature": base64.b64encode(mac.digest()).decode()}


_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def read_answer(status: int, body: bytes) -> Answer:
    """Read tolerantly: `infcode` as number or text, `output` as an object or as its JSON text."""
    if status != 200:
        raise NoCentre(f"HTTP {status}：{body[:200].decode('utf-8', 'replace')}")
    if body[:1] != b"{":
        return Answer(0, "", {}, body)
    try:
        tree = _decode(body)
        if "infcode" not in tree:  # the gateway's own form
            return Answer(-1, str(tree.get("message", tree)), {})
        output = tree.get("output") or {}
        output = _decode(output) if isinstance(output, str) else output
        return Answer(int(tree["infcode"]), tree.get("err_msg") or "", output)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        shown = body[:200].decode("utf-8", "replace")
        raise NoCentre(f"应答不是接口规范的形式 not an answer of the interface: {shown}") from error


def now() -> datetime:
    """Now, in China."""
    return datetime.now(LOCAL_TIME)


def stamp() -> str:
    """Now, as a DT."""
    return f"{now():%Y-%m-%d %H:%M:%S}"


def fen(amount: Any) -> int:
    """元 as number or text → 分."""
    return int(Decimal(str(amount or 0)).scaleb(2).to_integral_value())


def yuan(amount_fen: int) -> str:
    """分 → 元 with two decimals."""
    return str(Decimal(amount_fen).scaleb(-2))
