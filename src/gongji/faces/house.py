"""门厅: what all pages share, put together once by whoever starts the service."""

from gongji.faces.demo_provider import DemoProvider
from gongji.faces.limits import Turnstile
from gongji.faces.oidc import RelyingParty


class House:
    """`secret` (32 bytes at least) seals cookies and forms. `provider` signs people in; `demo` is
    our own provider of `make run`. `public_address` is where browsers find us, where it is known."""

    def __init__(
        self,
        secret: bytes,
        *,
        provider: RelyingParty | None = None,
        demo: DemoProvider | None = None,
        public_address: str | None = None,
    ) -> None:
        assert len(secret) >= 32, "a secret has 32 bytes at least"
        self.secret, self.provider, self.demo = secret, provider, demo
        self.public_address = public_address
        self.turnstile = Turnstile()

    def over_https(self, scheme: str) -> bool:
        """Whether whoever came by this scheme came over https, maybe to a proxy before us."""
        return scheme == "https" or (self.public_address or "").startswith("https:")
