"""The gateway over HTTP: real requests as bytes, every style of address, signatures, files."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from gongji.cli.interface import access_secret, adopt
from gongji.desk.counter import Counter
from gongji.national.doors import route
from gongji.national.gateway import Interface
from gongji.national.schema import transactions
from gongji.national.signatures import hmac_sha1, tif_sha256
from gongji.national.wire import tree_of
from gongji.store.cipher import Vault
from gongji.web.app import create_app
from national.test_days import purchase
from national.windows import AMOXICILLIN, HOSPITAL, MEMBER, PHARMACY, Sandbox, Window, psn_no

REAL = Path(__file__).parents[3] / "shared" / "data" / "client_java_csharp_python_6_requests.json"
ONE_URL = "/fsi/api/rsfComIfsService/callService"
WHEN = "2026-11-22T12:08:12"
VAULT = Vault(b"7" * 32)


class Http:
    """The application of a sandbox, as a service has it."""

    def __init__(self, box: Sandbox, client: TestClient[Litestar]) -> None:
        self.box, self.client = box, client

    def post(
        self, body: bytes | str, path: str = ONE_URL, headers: dict[str, str] | None = None
    ) -> Response:
        """POST bytes."""
        found: Response = self.client.post(path, content=body, headers=headers)
        return found

    def send(self, window: Window, infno: str, path: str = ONE_URL, **nodes: Any) -> Response:
        """POST a message."""
        return self.post(json.dumps(window.message(infno, **nodes)), path)


def serving(
    now: str = WHEN, *, open_door: bool = True, welcome: bool = False, secrets: Any = None
) -> Iterator[Http]:
    """A sandbox behind its gateway; `open_door`: nothing need be signed."""
    box = Sandbox(now)
    counter = Counter(box.office)
    interface = Interface(
        counter,
        secrets or (lambda id: access_secret(VAULT, id)),
        open_door=open_door,
        adopt=adopt if welcome else None,
    )
    app = create_app(counter, token_secret=b"3" * 32, pages=[route(interface)])
    with TestClient(app) as client:
        yield Http(box, client)


@pytest.fixture
def http() -> Iterator[Http]:
    """Open on this machine."""
    yield from serving()


@pytest.fixture
def welcoming() -> Iterator[Http]:
    """As `gongji serve --sandbox`: whoever comes is welcome. The clients' secret is TESTSK."""
    yield from serving(welcome=True, secrets=lambda id: "TESTSK")


@pytest.fixture
def guarded() -> Iterator[Http]:
    """As on a public address: every request is signed."""
    yield from serving(open_door=False)


def real_requests() -> list[Any]:
    """Six requests of three clients, as they came over the wire."""
    if not REAL.is_file():
        return []
    found: list[Any] = json.loads(REAL.read_text("utf-8"))
    return found


def replay(http: Http, request: Any) -> Response:
    """Send a request as it was."""
    dropped = {"content-length", "host", "connection", "accept-encoding"}
    headers = {name: value for name, value in request["headers"] if name.lower() not in dropped}
    return http.post(request["body"].encode(), request["path"], headers)


def test_the_six_real_requests(welcoming: Http) -> None:
    """Every client gets an answer it can read: HTTP 200 and the envelope, success or a sentence."""
    requests = real_requests()
    if not requests:
        pytest.skip("the real requests are not beside the project: shared/data")
    trees = [replay(welcoming, request) for request in requests]
    assert {answer.status_code for answer in trees} == {200}
    said = [answer.json() for answer in trees]
    for tree in said:
        assert set(tree) >= {"infcode", "inf_refmsgid", "respond_time", "err_msg", "output"}
        assert len(tree["inf_refmsgid"]) == 30
        assert len(tree["respond_time"]) == 17
    # 9001 and three times 1101 succeed; 2207 names a visit that nobody has registered, and the
    # upload's message has nothing but its infno.
    assert [tree["infcode"] for tree in said] == [0, 0, 0, -1, 0, -1]
    assert "mdtrt_id" in said[3]["err_msg"]
    assert "msgid" in said[5]["err_msg"]


@pytest.mark.parametrize(
    "path",
    [
        ONE_URL,
        "/fsi/api/1901",
        "/power-csb/powercsb/1901",
        "/fsi/api/dictionaryService/queryDictionary",
    ],
)
def test_every_style_of_address(http: Http, path: str) -> None:
    """One URL, one for each transaction, one for each service: the body says what is meant."""
    answer = http.send(Window(http.box), "1901", path, data={"type": "insutype"})
    assert answer.json()["infcode"] == 0


def test_the_address_says_it_where_the_body_does_not(http: Http) -> None:
    """`/<infno>`, or the header `_api_name`."""
    message = Window(http.box).message("1901", data={"type": "insutype"})
    del message["infno"]
    assert http.post(json.dumps(message), "/power-csb/powercsb/1901").json()["infcode"] == 0
    named = http.post(json.dumps(message), ONE_URL, {"_api_name": "1901"})
    assert named.json()["infcode"] == 0
    lost = http.post(json.dumps(message)).json()
    assert lost["infcode"] == -1
    assert "infno" in lost["err_msg"]


def test_form_data_and_a_file_beside_it(http: Http) -> None:
    """`jsonStr` has the message; 9101's file may be a part of its own."""
    window = Window(http.box)
    form: Response = http.client.post(
        ONE_URL, data={"jsonStr": json.dumps(window.message("1901", data={"type": "gend"}))}
    )
    assert form.json()["infcode"] == 0
    parts: Response = http.client.post(
        ONE_URL,
        data={"jsonStr": json.dumps(window.message("9101"))},
        files={"file": ("detail.txt", b"a\tb\n")},
    )
    kept = parts.json()["output"]
    assert (kept["filename"], kept["fixmedins_code"]) == ("detail.txt", HOSPITAL)
    down = {name: kept[name] for name in ("file_qury_no", "filename", "fixmedins_code")}
    stream = http.send(window, "9102", fsDownloadIn=down)
    assert stream.content == b"a\tb\n"
    assert stream.headers["content-type"] == "application/octet-stream"
    named: Response = http.client.post(
        ONE_URL,
        data={"data": json.dumps(window.message("9101"))},
        files={"upload": ("对账.txt", b"{")},
    )
    assert named.json()["output"]["filename"] == "对账.txt"
    message = json.dumps(window.message("1901", data={"type": "gend"})).encode()
    alone: Response = http.client.post(ONE_URL, files={"jsonStr": ("message.json", message)})
    assert alone.json()["infcode"] == 0


def test_one_message_in_every_wrapping(http: Http) -> None:
    """What clients were seen to do to a message says the same: the table of genders."""
    message = Window(http.box).message("1901", data={"type": "gend"})
    text = json.dumps(message, ensure_ascii=False)
    fields = {**message, "input": json.dumps(message["input"])}
    form, parts = "application/x-www-form-urlencoded; charset=GBK", "multipart/form-data"
    wrapped: list[tuple[bytes, str]] = [
        (text.encode(), "text/plain"),
        (text.encode("gbk"), "application/json"),
        (b"\xef\xbb\xbf" + text.encode() + b"\0", ""),
        (json.dumps(text).encode(), "application/json"),  # PostAsJsonAsync of a text
        (text.encode(), form),
        (b"\xef\xbb\xbf" + text.encode(), form),
        (text.encode(), parts),
        (urlencode({"request": text}).encode(), form),
        (urlencode({"": text}).encode(), form),  # jQuery of Shenzhen
        (urlencode({"jsonStr": text.encode("gbk")}).encode(), form),
        (urlencode(fields).encode(), form),
    ]
    for body, kind in wrapped:
        answer = http.post(body, headers={"Content-Type": kind}).json()
        assert (answer["infcode"], answer["err_msg"]) == (0, ""), kind
        assert len(answer["output"]["list"]) == 4


@pytest.mark.parametrize(
    ("name", "charset", "said"),
    [
        ("钱伟", "gbk", ""),  # as UTF-8 it would be Ǯΰ
        ("钱伟", "gbk", "; charset=GBK"),
        ("陆谭", "gbk", ""),
        ("李钱伟", "gbk", ""),
        ("钱伟", "utf-8", ""),
        ("钱伟", "utf-8", "; charset=GBK"),
        ("Ǯΰ", "utf-8", "; charset=UTF-8"),
        ("Иван", "utf-8", "; charset=utf-8"),
        ("·", "utf-8", "; charset=utf-8"),
    ],
)
def test_a_name_in_whichever_charset(name: str, charset: str, said: str) -> None:
    """Two bytes of GBK may be a letter of UTF-8: nobody is renamed."""
    body = json.dumps({"infno": "1101", "psn_name": name}, ensure_ascii=False).encode(charset)
    tree = tree_of(body, f"application/json{said}")
    assert isinstance(tree, dict)
    assert tree["psn_name"] == name


@pytest.mark.parametrize(
    "spelt",
    [
        str.upper,
        str.title,
        lambda name: re.sub("_(.)", lambda found: found[1].upper(), name),
    ],
)
def test_names_in_other_letters(http: Http, spelt: Callable[[str], str]) -> None:
    """`PSN_NO`, `Psn_No` and `psnNo` are `psn_no`: no two fields of a table differ in that alone."""

    def all_of(tree: Any) -> Any:
        if isinstance(tree, list):
            return [all_of(one) for one in tree]
        named = isinstance(tree, dict)
        return {spelt(name): all_of(tree[name]) for name in tree} if named else tree

    window = Window(http.box, PHARMACY)
    message = window.message("2101", **purchase(window, MEMBER, (AMOXICILLIN, "30.00")))
    answer = http.post(json.dumps(all_of(message))).json()
    assert answer["infcode"] == 0, answer["err_msg"]
    for transaction in transactions().values():
        for node in transaction.inputs:
            plain = {field.name.replace("_", "").lower() for field in node.fields}
            assert len(plain) == len(node.fields)


def test_what_is_no_message(http: Http) -> None:
    """A sentence, never a 5xx; a GET is told to POST."""
    for body in (b"", b"{", b"[]", b"\xff\xfe\x00", b'"x"', b"{}"):
        answer = http.post(body)
        assert (answer.status_code, answer.json()["infcode"]) == (200, -1)
    assert http.client.get(ONE_URL).status_code == 405


# ── Signatures ───────────────────────────────────────────────────────────────────────────────────


def signed(http: Http, infno: str, code: str = HOSPITAL, **change: str) -> dict[str, str]:
    """The five headers of the gateway."""
    headers = {
        "_api_name": infno,
        "_api_version": "1.0.0",
        "_api_timestamp": str(int(http.box.now.timestamp() * 1000)),
        "_api_access_key": f"AK{code}",
    }
    headers["_api_signature"] = hmac_sha1(access_secret(VAULT, f"AK{code}"), headers)
    return {**headers, **change}


def test_a_signed_request_is_let_in(guarded: Http) -> None:
    """HMAC-SHA1 over the `_api_*` headers."""
    message = json.dumps(Window(guarded.box).message("1901", data={"type": "gend"}))
    answer = guarded.post(message, headers=signed(guarded, "1901"))
    assert answer.json()["infcode"] == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"_api_signature": ""}, "缺少请求头_api_signature"),
        ({"_api_timestamp": "1795320490000"}, "验签失败"),
        ({"_api_timestamp": "1700000000000"}, "相差超过30分钟"),
        ({"_api_timestamp": "soon"}, "相差超过30分钟"),
        ({"_api_access_key": "AKnobody"}, "未登记或已停用"),
        ({"_api_signature": "AAAA"}, "验签失败"),
        ({"_api_version": "2"}, "验签失败"),
    ],
)
def test_a_request_that_is_not_let_in(guarded: Http, change: dict[str, str], says: str) -> None:
    """The gateway's own form, `{"code":401,"message":…}`, and nothing is served."""
    message = json.dumps(Window(guarded.box).message("1901", data={"type": "gend"}))
    answer = guarded.post(message, headers=signed(guarded, "1901", **change)).json()
    assert answer["code"] == 401
    assert says in answer["message"]


def test_a_key_speaks_for_its_own_institution_only(guarded: Http) -> None:
    """The pharmacy's key does not open the hospital's door."""
    message = json.dumps(Window(guarded.box).message("1901", data={"type": "gend"}))
    answer = guarded.post(message, headers=signed(guarded, "1901", PHARMACY)).json()
    assert "不属于报文中的fixmedins_code" in answer["message"]


def test_a_vendor_may_try_a_signature_where_none_is_asked_for(http: Http) -> None:
    """On this machine an unknown key is nobody's business, one of ours must be right."""
    message = json.dumps(Window(http.box).message("1901", data={"type": "gend"}))
    unknown = {"_api_access_key": "TESTAK", "_api_signature": "x"}
    assert http.post(message, headers=unknown).json()["infcode"] == 0
    wrong = http.post(message, headers=signed(http, "1901", _api_signature="x")).json()
    assert wrong["code"] == 401


def test_the_signature_of_real_clients() -> None:
    """C# and Python sign alike; the secret is the one of their test."""
    requests = [one for one in real_requests() if "_api_signature" in dict(one["headers"])]
    if not requests:
        pytest.skip("the real requests are not beside the project: shared/data")
    for one in requests:
        headers = dict(one["headers"])
        assert hmac_sha1("TESTSK", headers) == headers["_api_signature"]


def test_the_other_gateway_s_signature() -> None:
    """SHA-256 over timestamp, secret, nonce, timestamp."""
    assert tif_sha256("b", "a", "c") == hashlib.sha256(b"abca").hexdigest()


def test_settling_over_http_then_the_file_of_the_day(http: Http) -> None:
    """A sale, its repeat, and the upload of the day's rows as Java's signed bytes."""
    shop = Window(http.box, PHARMACY)
    message = json.dumps(
        shop.message("2102", **purchase(shop, MEMBER, (AMOXICILLIN, "30.00"))), ensure_ascii=False
    )
    first = http.post(message.encode("gb18030"), headers={"content-type": "text/plain"})
    assert first.json()["output"]["setlinfo"]["acct_mulaid_pay"] == 10.0
    assert http.post(message).content == first.content
    text = f"x\t{psn_no(MEMBER)}".encode()
    java = [one - 256 if one > 127 else one for one in text]
    sent = {"in": java, "filename": "x.txt", "fixmedins_code": PHARMACY}
    kept = http.send(shop, "9101", fsUploadIn=sent).json()["output"]
    down = {name: kept[name] for name in ("file_qury_no", "filename", "fixmedins_code")}
    assert http.send(shop, "9102", fsDownloadIn=down).content == text
