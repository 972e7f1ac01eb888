"""示例认证: a provider of our own, by which anybody may be anybody. For `make run`, on loopback only.

It speaks OpenID Connect like any other, so that signing in is tried on the way it will be used.
"""

import secrets
from collections import deque
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey
from litestar.exceptions import NotAuthorizedException

from gongji.desk.faces_ports import Role
from gongji.faces.oidc import Provider
from gongji.faces.seals import seal_data, unseal_data
from gongji.words import Words

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PATH = "/demo-provider"
ISSUER = "http://127.0.0.1" + PATH
_LASTS, _CODE_LASTS = 300, 60
_CODE = "demo-code"


class NotOnLoopback(Exception):
    """The demo provider would be reachable from elsewhere, where anybody could be anybody."""


class DemoPerson(NamedTuple):
    """Somebody who can be played. `key` names the button, `about` says what is to be seen."""

    key: str
    role: Role
    region: str
    subject: str
    name: str
    about: Words
    first: bool = False  # has a button on the first page


class DemoProvider:
    """The provider with its people. Its codes are sealed with `secret`, so that each process of a
    service knows the codes of the others; which are spent, each keeps for itself."""

    def __init__(self, people: list[DemoPerson], host: str, secret: bytes) -> None:
        if host not in LOOPBACK:
            raise NotOnLoopback(
                f"{host} is not this machine; the demo identity provider, by which anybody may be"
                f" anybody, runs on {', '.join(sorted(LOOPBACK))} only"
            )
        self.people = {person.key: person for person in people}
        self.provider = Provider(
            issuer=ISSUER,
            client_id="gongji",
            client_secret=secrets.token_hex(16),
            name_zh="示例身份认证",
            name_en="the demo identity provider",
        )
        self._key = ECKey.generate_key("P-256", {"kid": "demo", "alg": "ES256", "use": "sig"})
        self._secret = secret
        self._spent: deque[str] = deque(maxlen=1000)

    def code_for(self, person: DemoPerson, nonce: str, now: int) -> str:
        """A code, good for one use within a minute."""
        said = {"who": person.key, "nonce": nonce, "until": str(now + _CODE_LASTS)}
        return seal_data(self._secret, _CODE, {**said, "one": secrets.token_urlsafe(8)})

    def token(self, code: str, client: str, now: int) -> str:
        """The signed word on who has been chosen, for the one code."""
        said = unseal_data(self._secret, _CODE, code)
        person = self.people.get(said.get("who", ""))
        late = now > int(said.get("until", "0"))
        if person is None or late or code in self._spent or client != self.provider.client_id:
            raise NotAuthorizedException
        self._spent.append(code)
        claims = {
            "iss": ISSUER,
            "aud": client,
            "sub": f"demo:{person.key}",
            "iat": now,
            "exp": now + _LASTS,
            "nonce": said["nonce"],
            "gongji_role": person.role.value,
            "gongji_region": person.region,
            "gongji_subject": person.subject,
        }
        return jwt.encode({"alg": "ES256", "kid": "demo"}, claims, self._key)

    def keys(self) -> dict[str, Any]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False)]}
