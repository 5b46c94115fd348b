"""What `POST /v1/check` is asked: from the bytes of a body to the scope, the model and the estimate of a call.

Who asks says the same words as a usage event does, so that the call is attributed as its usage will be. Unlike there, a field
that is not known is refused: an estimate that is misspelled would be no estimate.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import msgspec

from bot.web.cloudevents import Written
from bot.web.fields import Unreadable, Wrong, count, name, nanos
from bot.web.parts import explained, unreadable
from bot.web.usage import suggester
from workflows.admission import Estimate
from workflows.attribution import Origin
from workflows.metering import pricing
from workflows.policy import Policy
from workflows.pricing import Price, cost
from workflows.spend import Tokens

Named = str | list[str] | None
"""A name, or a name and an id of the same thing."""

MOST_NAMES = 50


class Asked(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A call that somebody is about to make."""

    model: str
    scope: str | None = None
    provider: str | None = None
    team: Named = None
    user: str | None = None
    key: Named = None
    tags: list[str] | None = None
    use_case: str | None = None
    environment: str | None = None
    service: str | None = None
    project: str | None = None
    source: str | None = None
    estimated_cost_usd: Decimal | None = None
    estimated_input_tokens: Written = None
    estimated_output_tokens: Written = None
    quotas: bool = False


class Question(NamedTuple):
    """Where a call counts, by which model, and what it may use. `every` asks for what each quota says."""

    scope: str
    model: str
    estimate: Estimate
    every: bool = False


_DECODER = msgspec.json.Decoder(Asked)


@dataclass(frozen=True, slots=True)
class Questions:
    """Reads questions by a policy and a price list."""

    policy: Policy
    prices: Mapping[str, Price]

    def read(self, body: bytes) -> Question:
        """Raises Unreadable for what is no JSON object, and Wrong for the first field that cannot be right."""
        asked = _decoded(body)
        origin = _origin(asked)
        if asked.scope is not None and asked.scope not in self.policy.scopes:
            scope = name("scope", asked.scope, needed=True)
            raise Wrong("scope", f'"{scope}" is not in app.yaml{suggester(self.policy.scopes)(scope)}')
        scope = self.policy.attribution.scope_of(origin, asked.scope or "")
        return Question(scope, origin.model, self._estimate(asked, origin), asked.quotas)

    def _estimate(self, asked: Asked, origin: Origin) -> Estimate:
        nano = nanos("estimated_cost_usd", asked.estimated_cost_usd)
        if asked.estimated_input_tokens is None and asked.estimated_output_tokens is None:
            return Estimate(nano or 0)
        tokens = Tokens(
            _count("estimated_input_tokens", asked.estimated_input_tokens),
            _count("estimated_output_tokens", asked.estimated_output_tokens),
        )
        return Estimate(cost(tokens, self._price(origin)) if nano is None else nano, tokens.total)

    def _price(self, origin: Origin) -> Price:
        return pricing(self.policy, self.prices)(origin.provider, origin.model) or self.policy.fallback_price


def _decoded(body: bytes) -> Asked:
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_json(body) from error


def _no_json(body: bytes) -> Unreadable:
    try:
        json.loads(body)
    except (ValueError, RecursionError) as why:
        return unreadable(body, why)
    return Unreadable("the body is JSON to Python and JavaScript only: a number such as NaN, or half an emoji, is in it")


def _wrong(message: str) -> Wrong:
    stray = re.search(r"unknown field `(.*?)`", message)
    if stray is None:
        return explained(message)
    near = suggester(Asked.__struct_fields__)(stray[1])
    return Wrong(stray[1], f"is no field of a check{near}")


def _origin(asked: Asked) -> Origin:
    return Origin(
        teams=_names("team", asked.team) if asked.team else (),
        user=name("user", asked.user) if asked.user else "",
        keys=_names("key", asked.key) if asked.key else (),
        tags=_names("tags", asked.tags) if asked.tags else (),
        use_case=name("use_case", asked.use_case) if asked.use_case else "",
        environment=name("environment", asked.environment) if asked.environment else "",
        model=name("model", asked.model, needed=True),
        provider=name("provider", asked.provider) if asked.provider else "",
        service=name("service", asked.service) if asked.service else "",
        project=name("project", asked.project) if asked.project else "",
        source=name("source", asked.source) if asked.source else "",
    )


def _names(field: str, value: str | list[str]) -> tuple[str, ...]:
    every = [value] if isinstance(value, str) else value
    if len(every) > MOST_NAMES:
        raise Wrong(field, f"has {len(every):,} entries; {MOST_NAMES} are the most")
    return tuple(name(field, one) for one in every if one)


def _count(field: str, value: Written) -> int:
    return 0 if value is None else count(field, value)
