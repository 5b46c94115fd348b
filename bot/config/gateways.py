"""The gateways there are adapters for: what has a limit in each, in which units, and which key opens it.

A new one is an entry here, one in `bot.limits.ADAPTERS`, and a fixture of the conformance suite.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from workflows.money import Unit

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What the name of something must look like, and what to write where it does not."""

    pattern: re.Pattern[str]
    advice: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """A kind of quota store.

    `places` are the parts that together say what has a limit there. `key` is how its secret is called in the environment, and
    `where` says where to get it. `url` is the usual address, "" where there is none. `expires`: it can end an override by itself,
    where the operator wants that.
    """

    title: str
    places: tuple[Parts, ...]
    key: str
    where: str
    url: str = ""
    units: tuple[Unit, ...] = (Unit.USD,)
    within: timedelta = timedelta(seconds=60)
    expires: bool = False
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
GATEWAYS: Mapping[str, Gateway] = {"litellm": LITELLM}
PARTS = tuple(dict.fromkeys(part for gateway in GATEWAYS.values() for parts in gateway.places for part in parts))
