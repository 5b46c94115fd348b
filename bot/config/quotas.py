"""The `quotas` section."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.config.fitting import compare
from bot.config.levels import IN, KINDS, LEVELS, Levels, given, of
from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.stores import fitting, placed
from bot.config.tree import Entries
from bot.config.words import amount, channel, choice, limit, person
from workflows import money
from workflows.money import Unit
from workflows.policy import unattributed
from workflows.quotas import Kind, Quota, key_of, lineage

SCOPE = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*){0,9}")
EACH = ("limit", *LEVELS, "rollover", "store")  # what every limit of a scope says for itself
HOW = "platform: {limit: $250 a month}"
LONGEST = 200  # of a scope: it is part of keys in the database and of one line in Slack
UP_TO = "up to "


@dataclass(frozen=True, slots=True)
class Context:
    """What a quota inherits: levels, and the groups of models there are; and which gateways app.yaml has under `stores`."""

    levels: Levels
    models: Mapping[str, tuple[str, ...]]
    stores: Collection[str] = ()


class Found(NamedTuple):
    """A quota, where its limit is written, and where its `store` is."""

    quota: Quota
    at: Place
    store: Place | None


def scopes(place: Place) -> tuple[str, ...]:
    """The scopes that are named, whether or not all is well with their quotas."""
    return tuple(key.text for key, _ in place.tree.entries) if isinstance(place.tree, Entries) else ()


def tree(named: Iterable[str]) -> tuple[str, ...]:
    """Every scope there is: those that are named, those above them, and where usage goes that no rule attributes."""
    every = [scope for each in named for scope in reversed(lineage(each))]
    return tuple(dict.fromkeys([*every, *(unattributed(scope) for scope in every[:1])]))


def quotas(place: Place, context: Context) -> tuple[Quota, ...]:
    """Every quota, in the order of the file."""
    found: dict[str, Found] = {}
    for key, value in place.entries(HOW):
        if not SCOPE.fullmatch(key.written) or len(key.written) > LONGEST:
            key.bad("not a scope", "write lower-case names with / between them: platform/engineering/search")
        for each in _scope(key.written, value, context):
            if (name := each.quota.key) in found:
                each.at.bad(f"a second quota {name}; the first is on line {found[name].at.tree.line}", "keep one")
            found.setdefault(name, each)
    if isinstance(place.tree, Entries) and not place.tree.entries:
        place.bad("no quota at all", f"write at least one, as {HOW}")
    compare((each.quota, each.at) for each in found.values())
    fitting((each.quota, each.store) for each in found.values() if each.store)
    return tuple(each.quota for each in found.values())


def _scope(scope: str, place: Place, context: Context) -> list[Found]:
    """A scope's quota, and those it has also, which share its people, its kind and its levels."""
    fields = place.fields(("channel", "owner", "kind", *EACH, "also"), example="{limit: $250 a month}")
    if "limit" not in fields:
        place.missing("limit", "write limit: $10,000 a month")
    like = Quota(
        key="",
        scope=scope,
        limit=1,
        kind=choice(fields["kind"], KINDS, Kind.PRODUCTION) if "kind" in fields else Kind.PRODUCTION,
        channel=channel(fields["channel"]) if "channel" in fields else "",
        owner=person(fields["owner"]) if "owner" in fields else None,
    )
    main = given(fields, context.levels)
    also = fields["also"].some("[{models: premium, limit: $3,000 a month}]") if "also" in fields else []
    return _limited(like, fields, replace(context, levels=main)) + [
        each for at in also for each in _also(like, at, replace(context, levels=main))
    ]


def _also(like: Quota, place: Place, context: Context) -> list[Found]:
    fields = place.fields(("models", *EACH), example="{models: premium, limit: $3,000 a month}")
    if "limit" not in fields:
        place.missing("limit", "write limit: $3,000 a month")
    return _limited(like, fields, replace(context, levels=given(fields, context.levels)))


def _group(place: Place, context: Context) -> str:
    said = place.text("the name of a model group")
    if said and said not in context.models:
        advice = nearest(said, context.models) or "write the name of a group under models"
        place.bad("no such model group", advice)
    return said


def _limited(like: Quota, fields: Mapping[str, Place], context: Context) -> list[Found]:
    """The quota of one limit; none where the limit cannot be read. `context` has its levels."""
    group = _group(fields["models"], context) if "models" in fields else ""
    read = limit(fields["limit"]) if "limit" in fields else None
    if read is None:
        return []
    amount, unit, period = read
    quota = replace(
        like,
        key=key_of(like.scope, unit, period, group),
        limit=amount,
        unit=unit,
        period=period,
        models=context.models.get(group, ()),
        thresholds=of(context.levels, (amount, unit), fields, fields["limit"]),
        at_soft=context.levels.at_soft[like.kind],
        rollover=_rollover(fields["rollover"], amount, unit) if "rollover" in fields else 0,
        place=placed(fields["store"], context.stores) if "store" in fields else None,
    )
    return [Found(quota, fields["limit"], fields.get("store"))]


def _rollover(place: Place, limit: int, unit: Unit) -> int:
    """The most that is carried over: "yes" is all that is left, "up to $2,000" at most that."""
    said = place.text("yes")
    if said.lower() in ("yes", "no"):
        return limit if said.lower() == "yes" else 0
    most = amount(said.removeprefix(UP_TO)) if said.startswith(UP_TO) else None
    if most is None:
        if said:
            place.bad("not a way to carry over what is left", f"write yes, no or up to {money.show(max(1, limit // 10), unit)}")
        return 0
    if most[1] is not unit:
        place.bad(f"does not fit a limit in {IN[unit]}", f"write an amount in {IN[unit]}")
    elif most[0] > limit:
        place.doubtful("more than the limit itself, of which no more than all can be left", "write yes")
    return most[0]
