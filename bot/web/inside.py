"""What the doors reach: callables that the composition root fills in. They are called in worker threads unless said otherwise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.web.bearer import Check
from bot.web.till import Record
from workflows.quotas import Standing

Probe = Callable[[], str]
"""Whether something works: "" or what is wrong and what to do about it."""


@dataclass(frozen=True, slots=True)
class Inside:
    """`record`, `scopes` and `standings` go by the policy of the moment; `now` and `scopes` are called on the event loop."""

    now: Callable[[], datetime]
    token: Check
    record: Record
    scopes: Callable[[], frozenset[str]]
    standings: Callable[[], Sequence[Standing]]
    probes: Mapping[str, Probe] = field(default_factory=dict)
    largest_body: int = 5 * 2**20
