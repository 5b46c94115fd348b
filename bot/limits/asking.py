"""Asking a gateway: one client for all that is asked of it, and one place where its errors become ours.

no answer, 408, 409, 425, 429, 5xx, no JSON    Unavailable   (for as long as Retry-After says; a write may have been applied)
401, 403, 405                                  Refused       (naming the setting that holds the key)
404                                            Missing       (the adapter says what is not there)
every other status that is no success          Rejected      (in the gateway's own words, never with the key)
JSON of another shape                          Rejected
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import msgspec

from workflows.limits import StoreRules
from workflows.ports import Rejected, Unavailable

# Seconds. A sync asks up to six times (a read; a write, which reads twice first; a read) in the two minutes of its lease.
PATIENCE = httpx.Timeout(10.0, connect=5.0)
WORDS = 200  # characters of what a gateway says is wrong
PASSING = (408, 409, 425, 429)
REFUSED = (401, 403, 405)
_NUMBERS = msgspec.json.Encoder(decimal_format="number")

T = TypeVar("T")


class Missing(Rejected):
    """The gateway knows nothing of that name."""


class Refused(Rejected):
    """Nobody may do that there with this key, or at all."""


@dataclass(frozen=True, slots=True)
class Access:
    """How app.yaml wants a gateway used, and the key that opens it; `setting` is how the key is called."""

    rules: StoreRules
    key: str = field(default="", repr=False)
    setting: str = ""
    transport: httpx.BaseTransport | None = field(default=None, repr=False)  # tests speak through another


class Line:
    """A gateway, and how to speak to it. Amounts go as JSON numbers with every digit, and come as such."""

    def __init__(self, name: str, access: Access, headers: Mapping[str, str]) -> None:
        self.name = name
        self._access = access
        self._client = httpx.Client(
            base_url=access.rules.url, headers=dict(headers), timeout=PATIENCE, transport=access.transport
        )

    def ask(self, method: str, path: str, kind: type[T], *, params: Mapping[str, str] | None = None, **more: Any) -> T:
        """What the gateway answers, as a `kind`. `body` is sent as JSON, `headers` with it."""
        content = _NUMBERS.encode(more["body"]) if "body" in more else None
        headers = {**({"content-type": "application/json"} if content else {}), **more.get("headers", {})}
        try:
            answer = self._client.request(method, path, params=params, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{self.name} did not answer: {self._tame(str(error)) or type(error).__name__}") from error
        self._judge(answer)
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.ValidationError as error:
            raise Rejected(f"{self.name}: its answer cannot be understood: {self._tame(str(error))}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"what answered for {self.name} is something else: no JSON") from error

    def _judge(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in PASSING or status >= 500:
            wait = answer.headers.get("retry-after", "")
            after = timedelta(seconds=int(wait)) if wait.isdecimal() and len(wait) < 8 else None
            raise Unavailable(f"{self.name} answered {status}{self._why(answer)}", after)
        if status in REFUSED:
            raise Refused(f"{self.name} refuses what {self._access.setting} asks{self._why(answer)}")
        if not answer.is_success:
            raise (Missing if status == 404 else Rejected)(f"{self.name} answered {status}{self._why(answer)}")

    def _why(self, answer: httpx.Response) -> str:
        """What it says is wrong, of the shapes in which gateways say it."""
        with suppress(ValueError, KeyError, TypeError):
            said = answer.json()
            said = said.get("error") or said.get("detail") or said.get("message")
            while isinstance(said, dict):
                said = said.get("message") or said.get("error")
            return f": {self._tame(str(said))}" if said else ""
        return ""

    def _tame(self, text: str) -> str:
        bare = "".join(c if c.isprintable() else " " for c in text)
        bare = bare.replace(self._access.key, "…") if self._access.key else bare
        return bare if len(bare) <= WORDS else bare[: WORDS - 1] + "…"
