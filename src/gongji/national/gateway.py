"""网关: who may send a message, how it is unsealed, and which counter serves it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from gongji.desk.counter import Counter
from gongji.desk.national_ports import AccessKey
from gongji.national.exchange import (
    SETTLES,
    Adopt,
    Asked,
    Moved,
    Reply,
    read_tree,
    refused,
    serve,
    serve_settlements,
    unknown,
)
from gongji.national.profiles import Gateway
from gongji.national.reading import Wrong
from gongji.national.sealing import closed, opened, sm2_holds, sm3_holds
from gongji.national.signatures import Turned, check
from gongji.national.wire import NotRead, tree_of

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "testclient"})


class Interface:
    """The national interface on a counter.

    `secret_of` derives an access key's secret. `open_door`: whoever calls from this machine need
    not sign. `adopt` makes unknown institutions and people known, for a sandbox.
    """

    def __init__(
        self,
        counter: Counter,
        secret_of: Callable[[str], str],
        *,
        open_door: bool = False,
        adopt: Adopt | None = None,
    ) -> None:
        self._counter, self._secret_of = counter, secret_of
        self._open_door, self._adopt = open_door, adopt
        self._places: dict[str, str] = {}

    async def answer(
        self, body: bytes, headers: Mapping[str, str], *, path: str = "", client: str = ""
    ) -> Reply | Turned:
        """A message in, an answer out. Raises Busy or StoreUnavailable; then the same message may
        be sent again."""
        now = self._counter.office.clock()
        tree = tree_of(body, headers.get("content-type", ""))
        if isinstance(tree, NotRead):
            return refused(Wrong(tree.says), now)
        key = await self._key(headers)
        secret = self._secret_of(key.id) if key is not None else ""
        sealed = str(tree.get("enctype")).upper() == "SM4"
        if sealed:
            plain = opened(tree, secret) if key is not None else None
            if plain is None:
                return Turned("enctype为SM4的报文不能用此密钥打开")
            tree = plain
        asked = read_tree(
            tree,
            path_end=path.rstrip("/").rpartition("/")[2],
            api_name=headers.get("_api_name", ""),
        )
        if isinstance(asked, Wrong):
            return refused(asked, now)
        open_door = self._open_door and client in LOOPBACK
        if (turned := self._turned(asked, headers, key, now, open_door=open_door)) is not None:
            return turned
        reply = await self._served(asked)
        return reply._replace(body=closed(reply.body, secret)) if sealed else reply

    async def _served(self, asked: Asked) -> Reply:
        if self._adopt is not None:
            return await self._counter.do(partial(serve, asked=asked, adopt=self._adopt))
        if asked.reads_only:
            return await self._counter.ask(partial(serve, asked=asked))
        place = await self._place(asked.code)
        if place is None:
            return refused(unknown(asked.code), self._counter.office.clock())
        try:
            return await self._written(asked._replace(place=place))
        except Moved:
            self._places.pop(asked.code, None)
            return await self._served(asked)

    async def _written(self, asked: Asked) -> Reply:
        if asked.transaction.infno in SETTLES:
            found: Reply = await self._counter.settle_by(
                serve_settlements, asked, asked.once, *asked.regions
            )
            return found
        return await self._counter.do(partial(serve, asked=asked), *asked.regions)

    async def _place(self, code: str) -> str | None:
        """The institution of a code: remembered, and held against the store by whoever writes."""
        if code not in self._places:
            id = await self._counter.ask(lambda session: session.unit.institution_of_code(code))
            if id is None:
                return None
            self._places[code] = id
        return self._places[code]

    async def _key(self, headers: Mapping[str, str]) -> AccessKey | None:
        """The key that the headers name, if it is one of ours and has not ended."""
        id = next((headers[name] for name in _KEY_OF.values() if headers.get(name)), "")
        if not id:
            return None
        key = await self._counter.ask(lambda session: session.unit.access_key(id))
        return key if key is not None and key.ended_at is None else None

    def _turned(
        self,
        asked: Asked,
        headers: Mapping[str, str],
        key: AccessKey | None,
        now: datetime,
        *,
        open_door: bool,
    ) -> Turned | None:
        """Why the gateway does not let this request in, None where it does."""

        def secret(wanted: str) -> str | None:
            return self._secret_of(wanted) if key is not None and key.id == wanted else None

        found = check(asked.profile.gateway, headers, secret, now, open_door=open_door)
        if isinstance(found, Turned):
            return found
        if found.key is None or key is None:
            return None
        if key.code != asked.code:
            return Turned("此密钥不属于报文中的fixmedins_code（定点医药机构编号）")
        if asked.profile.signing == "asked" and not _holds(asked, key, self._secret_of(key.id)):
            return Turned("cainfo（数字签名信息）验签失败；请核对signtype与签名原文")
        return None


def _holds(asked: Asked, key: AccessKey, secret: str) -> bool:
    """Whether the message's own signature is right."""
    signature = asked.head["cainfo"] or ""
    if str(asked.head["signtype"]).upper() == "SM3":
        return sm3_holds(secret, asked.text, signature)
    return bool(key.public_key) and sm2_holds(key.public_key, asked.text, signature)


_KEY_OF = {
    Gateway.HMAC_SHA1: "_api_access_key",
    Gateway.TIF_SHA256: "x-tif-paasid",
}
