"""CloudEvents 1.0 as JSON: what is read of an event. Not here: what a right one may say (`usage`)."""

from datetime import datetime
from decimal import Decimal

import msgspec

from bot.web.parts import Decoder


class Data(msgspec.Struct, frozen=True):
    """What was used, by whom and for what. Fields not named here are ignored."""

    model: str
    scope: str | None = None
    provider: str | None = None
    input_tokens: int | str | None = None
    output_tokens: int | str | None = None
    cache_read_tokens: int | str | None = None
    cache_write_tokens: int | str | None = None
    requests: int | str | None = None
    cost_usd: Decimal | None = None
    user: str | None = None
    team: str | None = None
    project: str | None = None
    use_case: str | None = None
    environment: str | None = None
    key: str | None = None
    tags: list[str] | None = None
    latency_ms: int | str | None = None
    ended: str | None = None


class Event(msgspec.Struct, frozen=True):
    """A CloudEvent that carries usage."""

    id: str
    source: str
    type: str
    data: Data
    specversion: str = "1.0"
    time: datetime | None = None
    subject: str | None = None


DECODER = Decoder(Event)
