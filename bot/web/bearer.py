"""Bearer tokens at the door: who may come in, and what they are told who may not."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from anyio import to_thread

from bot.web.calls import Turned
from workflows.ports import Clock, Unavailable

Check = Callable[[str], Collection[str] | None]
"""The scopes of a token; None when there is no such token. It may ask the database."""

FRESH = timedelta(seconds=5)  # how long a token that was revoked may still come in; gateways send many times a second
AGING = FRESH / 2  # from then on it is asked for again beside the calls, so that none of a stream of them waits for the database
REMEMBERED = 1024


class Known(NamedTuple):
    """The scopes of a token, and when the database was asked for them."""

    since: datetime
    scopes: frozenset[str]


class Bearers:
    """Checks the bearer of a request. Tokens that were good a moment ago are not asked for again.

    While the database does not answer, those that were good when it last did may come in.
    """

    def __init__(self, check: Check, clock: Clock, called: Callable[[str], str]) -> None:
        self._check = check
        self._called = called
        self._clock = clock
        self._good: dict[bytes, Known] = {}
        self._asking: dict[bytes, asyncio.Task[frozenset[str] | None]] = {}

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
        known = self._good.get(key)
        if known is None or not known.since <= now < known.since + FRESH:
            return await self._ask(key, text)
        if now >= known.since + AGING and key not in self._asking:
            self._asking[key] = asking = asyncio.create_task(self._ask(key, text))
            asking.add_done_callback(lambda done: (self._asking.pop(key), done.cancelled() or done.exception()))
        return known.scopes

    async def _ask(self, key: bytes, text: str) -> frozenset[str] | None:
        now = self._clock.now()
        try:
            found = await to_thread.run_sync(self._check, text)
        except Unavailable:
            if key not in self._good:
                raise
            found = self._good[key].scopes  # for a while again: not every call need find out that the database is away
        if found is None:
            self._good.pop(key, None)
            return None
        if len(self._good) >= REMEMBERED:
            self._good.clear()
        self._good[key] = Known(now, frozenset(map(str, found)))
        return self._good[key].scopes


def _turned(status: int, said: str, challenge: str) -> Turned:
    return Turned(status, said, (b"www-authenticate", challenge.encode()))
