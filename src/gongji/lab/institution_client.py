"""机构端: messages of the national interface as an institution's system sends them over HTTP."""

import base64
import hashlib
import hmac
import http.client
import json
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gongji.terms import LOCAL_TIME


class Shop(NamedTuple):
    """Which institution is played, where its server is, and with which key it signs."""

    url: str
    code: str
    name: str
    region: str
    key: str = ""
    secret: str = ""

    @property
    def is_pharmacy(self) -> bool:
        """P… sells, H… treats."""
        return self.code.startswith("P")


class Refused(Exception):
    """infcode -1 where a success was needed."""


class Client:
    """One institution's line to its server. `done` counts what was sent."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.serial = shop, 0
        self.done: Counter[str] = Counter()
        where = urlsplit(shop.url)
        secure = where.scheme == "https"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = make(where.hostname or "", where.port, timeout=30)
        self._path = where.path

    def now(self) -> str:
        """The time of day, as the wire has it."""
        return f"{datetime.now(LOCAL_TIME):%Y-%m-%d %H:%M:%S}"

    def message(self, infno: str, nodes: Mapping[str, Any]) -> dict[str, Any]:
        """A whole message under a new msgid."""
        self.serial += 1
        shop, now = self.shop, datetime.now(LOCAL_TIME)
        return {
            "infno": infno,
            "msgid": f"{shop.code}{now:%Y%m%d%H%M%S}{self.serial % 10_000:04d}",
            "mdtrtarea_admvs": shop.code[1:7],
            "insuplc_admdvs": shop.region,
            "recer_sys_code": "99",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "模拟机构",
            "inf_time": self.now(),
            "fixmedins_code": shop.code,
            "fixmedins_name": shop.name,
            "sign_no": "",
            "input": nodes,
        }

    def send(self, infno: str, **nodes: Any) -> dict[str, Any]:
        """Send one, and have the payload of its answer, or Refused."""
        return self.output(infno, self.post(self.message(infno, nodes)))

    def post(self, message: Mapping[str, Any]) -> bytes:
        """Send one, and have the bytes of its answer."""
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **self._signed(message)}
        self._connection.request("POST", self._path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self.done["messages"] += 1
        if answer.status != http.client.OK:
            raise Refused(f"{message['infno']}: HTTP {answer.status} {content[:100]!r}")
        return content

    def output(self, infno: str, body: bytes) -> dict[str, Any]:
        """The payload of an answer, or Refused."""
        answer = json.loads(body)
        if str(answer.get("infcode")) != "0":
            raise Refused(f"{infno}: {answer.get('err_msg') or answer.get('message')}")
        found: dict[str, Any] = answer["output"]
        return found

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _signed(self, message: Mapping[str, Any]) -> dict[str, str]:
        if not self.shop.key:
            return {}
        headers = {
            "_api_name": str(message["infno"]),
            "_api_version": "1.0.0",
            "_api_timestamp": str(int(time.time() * 1000)),
            "_api_access_key": self.shop.key,
        }
        text = "&".join(f"{name}={headers[name]}" for name in sorted(headers))
        mac = hmac.new(self.shop.secret.encode(), text.encode(), hashlib.sha1)
        return {**headers, "_api_signature": base64.b64encode(mac.digest()).decode()}
