"""The `models` section: groups of models, which data they may see, and what they cost."""

import re
from collections.abc import Mapping

from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.words import covers, price
from workflows.policy import FREE, Models
from workflows.pricing import Price
from workflows.rules import Data

GROUP = re.compile(r"[a-z][a-z0-9_-]{0,40}")
PATTERN = re.compile(r"\S{1,200}")
DATA = {data.word: data for data in Data}
OWN = ("approved_for", "prices", "fallback_price")

Prices = tuple[Models, dict[str, Price], Price]


def models(place: Place | None) -> Prices:
    """The groups and approvals, negotiated prices by model, and the price of a model without one."""
    entries = place.entries('premium: ["claude-opus-*"]') if place else []
    groups = {_name(key): _patterns(value, {}) for key, value in entries if key.written not in OWN}
    own = {key.written: value for key, value in entries if key.written in OWN}
    approved = _approved(own["approved_for"], groups) if "approved_for" in own else {}
    prices = _prices(own["prices"]) if "prices" in own else {}
    return Models(groups, approved), prices, _price(own["fallback_price"]) if "fallback_price" in own else FREE


def _name(key: Place) -> str:
    if not GROUP.fullmatch(key.written):
        key.bad("not a name for a group of models", "write lower-case letters, digits, - and _")
    return key.written


def _patterns(place: Place, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Patterns, with the names of groups replaced by theirs."""
    patterns: list[str] = []
    for at in place.some('["claude-opus-*"]'):
        said = at.text('"claude-opus-*"')
        if said in groups:
            patterns += groups[said]
        elif said.isalpha() and groups:
            # No model's name is a bare word, and a mistyped group would silently approve nothing.
            at.bad("no such model group", nearest(said, groups) or f'a model is written as a pattern: "{said}*"')
        elif said and not PATTERN.fullmatch(said):
            at.bad("not a pattern for models", 'write "claude-opus-*"')
        else:
            patterns.append(said)
    return tuple(dict.fromkeys(patterns))


def _approved(place: Place, groups: Mapping[str, tuple[str, ...]]) -> dict[Data, tuple[str, ...]]:
    approved: dict[Data, tuple[str, ...]] = {}
    places: dict[Data, Place] = {}
    for key, value in place.entries("restricted: [premium]"):
        if key.written not in DATA:
            key.bad("no such data class", nearest(key.written, DATA))
            continue
        data = DATA[key.written]
        approved[data], places[data] = _patterns(value, groups), value
    _check_stricter(place, approved, places)
    return approved


def _check_stricter(place: Place, approved: Mapping[Data, tuple[str, ...]], places: Mapping[Data, Place]) -> None:
    """Stricter data may go to fewer models, never to more: else saying "restricted" would get past a rule."""
    for data in (d for d in Data if approved and d > min(approved) and d not in approved):
        place.missing(data.word, f"{min(approved).word} data is limited to some models, so {data.word} data must be, too")
    for data, place_of in places.items():
        milder = max((d for d in approved if d < data), default=None)
        for pattern in approved[data] if milder is not None else ():
            if not any(covers(wide, pattern) for wide in approved[milder or data]):
                message = f'"{pattern}" is approved for {data.word} data but not for milder data'
                place_of.bad(message, "approve it for both")


def _prices(place: Place) -> dict[str, Price]:
    prices: dict[str, Price] = {}
    for key, value in place.entries("claude-sonnet-4-5: {input: $3.00 per 1M tokens, output: $15.00 per 1M tokens}"):
        if set(key.written) & set("*?[ "):
            key.bad("a price is for one model", "write the model's full name")
        prices[key.written] = _price(value)
    return prices


def _price(place: Place) -> Price:
    """A price; tokens read from or written to a cache cost what other input costs unless told."""
    fields = place.fields(("input", "output", "cache_read", "cache_write"), example="{input: $3.00 per 1M tokens, …}")
    for key in ("input", "output"):
        if key not in fields:
            place.missing(key, f"write {key}: $3.00 per 1M tokens")
    read = {key: price(value) for key, value in fields.items()}
    base = read.get("input", 0)
    return Price(base, read.get("output", 0), read.get("cache_read", base), read.get("cache_write", base))
