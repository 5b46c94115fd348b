"""Bearer tokens at the door: who may come in, and what they are told who may not."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256

from anyio import to_thread

from bot.web.calls import Turned
from workflows.ports import Clock

Check = Callable[[str], Collection[str] | None]
"""The scopes of a token; None when there is no such token. It may ask the database."""

FRESH = timedelta(seconds=5)  # how long a token that was revoked may still come in; gateways send many times a second
REMEMBERED = 1024


class Bearers:
    """Checks the bearer of a request. Tokens that were good a moment ago are not asked for again."""

    def __init__(self, check: Check, clock: Clock, called: Callable[[str], str]) -> None:
        self._check = check
        self._called = called
        self._clock = clock
        self._good: dict[bytes, tuple[datetime, frozenset[str]]] = {}

    async def admit(self, authorization: str, scope: str) -> None:
        """Lets someone in who may do this, by the header that they sent; Turned when they may not."""
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            raise _turned(401, 'send a token: "Authorization: Bearer leeway_…"', "Bearer")
        scopes = await self._scopes(text.strip())
        if scopes is None:
            said = "this token is not known: it was revoked, or belongs to another Leeway"
            raise _turned(401, said, 'Bearer error="invalid_token"')
        if scope not in scopes:
            said = f'this token may not do that: make one with "leeway token create --scope {scope}"'
            raise _turned(403, said, f'Bearer error="insufficient_scope", scope="{scope}"')

    async def bearer(self, authorization: str) -> tuple[str, Collection[str]]:
        """The name of a token that was admitted, and what it may do."""
        text = authorization.partition(" ")[2].strip()
        return await to_thread.run_sync(self._called, text), await self._scopes(text) or ()

    async def _scopes(self, text: str) -> frozenset[str] | None:
        key, now = sha256(text.encode("utf-8", "surrogatepass")).digest(), self._clock.now()
        since, scopes = self._good.get(key, (None, frozenset[str]()))
        if since is not None and since <= now < since + FRESH:
            return scopes
        found = await to_thread.run_sync(self._check, text)
        if found is None:
            return None
        if len(self._good) >= REMEMBERED:
            self._good.clear()
        self._good[key] = now, frozenset(map(str, found))
        return self._good[key][1]


def _turned(status: int, said: str, challenge: str) -> Turned:
    return Turned(status, said, (b"www-authenticate", challenge.encode()))
