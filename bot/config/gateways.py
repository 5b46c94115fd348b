"""The gateways there are adapters for: what has a limit in each, in which units, and which key opens it.

A new one is an entry here, one in `bot.limits.ADAPTERS`, and a fixture of the conformance suite.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from workflows.money import Unit
from workflows.times import Period

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What the name of something must look like, and what to write where it does not."""

    pattern: re.Pattern[str]
    advice: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """A kind of quota store.

    `places` are the parts that together say what has a limit there; where they are `apart` each has one of its own, and none is
    shared. `key` is how its secret is called in the environment, and `where` says where to get it; `keyless`: it may need none.
    `url` is the usual address, "" where there is none. `expires`: it can end an override by itself, where that is wanted.
    `wishes`: members ask for more in it by themselves.
    """

    title: str
    places: tuple[Parts, ...]
    key: str
    where: str
    url: str = ""
    units: tuple[Unit, ...] = (Unit.USD,)
    within: timedelta = timedelta(seconds=60)
    periods: tuple[Period, ...] = tuple(Period)
    expires: bool = False
    wishes: bool = False
    keyless: bool = False
    apart: bool = False
    forms: Mapping[str, Form] = field(default_factory=dict)


HASH = Form(re.compile(r"[0-9a-f]{64}"), "write the key's SHA-256 as LiteLLM lists it, never the key itself")
LITELLM = Gateway(
    "LiteLLM",
    (("team",), ("key",), ("team", "member"), ("user",), ("customer",), ("tag",)),
    "LITELLM_API_KEY",
    "LiteLLM: a key of a proxy_admin user; docs/litellm.md says how to make one that may do nothing else",
    expires=True,
    forms={"key": HASH},
)
POLICY = Form(re.compile(r"bp-[0-9a-f]{32}"), "write the id of a budget policy as MLflow lists it: bp- and 32 signs")
MLFLOW = Gateway(
    "MLflow",
    (("alert", "reject"), ("reject",), ("alert",)),
    "MLFLOW_API_KEY",
    "MLflow: user:password of one who may change budgets, or a bearer token",
    within=timedelta(minutes=10),  # another worker looks that often
    keyless=True,
    apart=True,
    forms={"alert": POLICY, "reject": POLICY},
)
# No vendor says how soon calls follow a change; ten minutes is what we tell people, and where we would be wrong it is too long.
OPENAI = Gateway(
    "OpenAI",
    (("project",),),
    "OPENAI_LIMITS_KEY",
    "OpenAI: Settings → Organization → Admin keys, one that may change projects",
    url="https://api.openai.com/v1/",
    within=timedelta(minutes=10),
    periods=(Period.MONTH,),
    forms={"project": Form(re.compile(r"proj_[A-Za-z0-9]+"), "write the project's id: proj_ and what follows")},
)
CLAUDE = Gateway(
    "Claude",
    (("user",),),
    "CLAUDE_LIMITS_KEY",
    "Claude Enterprise: an Admin API key with the scopes read:spend_limits and write:spend_limits",
    url="https://api.anthropic.com/",
    within=timedelta(minutes=10),
    periods=(Period.DAY, Period.WEEK, Period.MONTH),
    wishes=True,
    forms={"user": Form(re.compile(r"user_[A-Za-z0-9]+"), "write the member's id: user_ and what follows")},
)
OPENROUTER = Gateway(
    "OpenRouter",
    (("key",),),
    "OPENROUTER_LIMITS_KEY",
    "OpenRouter: Settings → Management Keys",
    url="https://openrouter.ai/api/v1/",
    within=timedelta(minutes=10),
    periods=(Period.DAY, Period.WEEK, Period.MONTH),
    forms={"key": Form(re.compile(r"[0-9a-f]{64}"), "write the key's hash as OpenRouter lists it, never the key itself")},
)
GATEWAYS: Mapping[str, Gateway] = {
    "litellm": LITELLM,
    "mlflow": MLFLOW,
    "openai": OPENAI,
    "claude": CLAUDE,
    "openrouter": OPENROUTER,
}
PARTS = tuple(dict.fromkeys(part for gateway in GATEWAYS.values() for parts in gateway.places for part in parts))
