"""统一认证: signing in through a provider (OpenID Connect), as its relying party.

The code flow with PKCE, state and nonce. What the provider says of somebody is believed only from
a token that it has signed for us; see docs/howto/sign-in-with-your-provider.md for its claims.
"""

from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec
from authlib.integrations.httpx_client import (  # type: ignore[import-untyped]  # it has no stubs
    AsyncOAuth2Client,
)
from authlib.oauth2.base import OAuth2Error  # type: ignore[import-untyped]  # it has no stubs
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]


class ProviderFailed(Exception):
    """The provider cannot be reached, or what it says cannot be believed."""


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """认证提供方: where it is, and what we are called there."""

    issuer: str
    client_id: str
    client_secret: str
    name_zh: str = "统一身份认证"
    name_en: str = "the identity provider"


class RelyingParty:
    """依赖方: asks the provider who somebody is."""

    def __init__(
        self, provider: Provider, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.provider, self._transport = provider, transport
        self._metadata: dict[str, Any] | None = None

    def reached_by(self, transport: httpx2.AsyncBaseTransport) -> None:
        """How the provider is reached, where it is not over the network."""
        self._transport = transport

    async def address(
        self, *, back: str, state: str, nonce: str, verifier: str, hint: str, lang: str
    ) -> str:
        """Where to send the browser to sign in."""
        metadata = await self._known()
        async with self._client(back) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                ui_locales="zh-CN" if lang == "zh" else "en",
                **({"login_hint": hint} if hint else {}),
            )
        return str(url)

    async def claims(
        self, code: str, *, back: str, nonce: str, verifier: str, now: int
    ) -> Mapping[str, Any]:
        """What the provider says of whoever has come back with this code."""
        metadata = await self._known()
        try:
            async with self._client(back) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=verifier
                )
                keys = (
                    await client.request("GET", metadata["jwks_uri"], withhold_token=True)
                ).json()
            decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), ALGORITHMS)
            jwt.JWTClaimsRegistry(
                now=lambda: now,
                leeway=60,
                iss={"essential": True, "value": self.provider.issuer},
                aud={"essential": True, "value": self.provider.client_id},
                nonce={"essential": True, "value": nonce},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(decoded.claims)
        except (httpx2.HTTPError, OAuth2Error, JoseError, KeyError, ValueError) as error:
            raise ProviderFailed(str(error)) from error
        return decoded.claims

    def _client(self, back: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.provider.client_id,
            self.provider.client_secret,
            scope="openid",
            redirect_uri=back,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=10,
        )

    async def _known(self) -> dict[str, Any]:
        """The provider's own description, read once."""
        if self._metadata is None:
            url = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                async with httpx2.AsyncClient(transport=self._transport, timeout=10) as client:
                    found = (await client.get(url)).raise_for_status().json()
            except (httpx2.HTTPError, ValueError) as error:
                raise ProviderFailed(str(error)) from error
            if found.get("issuer") != self.provider.issuer:
                raise ProviderFailed("the provider's description names another issuer")
            self._metadata = found
        return self._metadata
