"""The `thresholds` and `quotas` sections, and the check that parents are as large as their children."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.tree import Entries, Text
from bot.config.words import channel, choice, limit, percent, person
from workflows import money
from workflows.quotas import AtSoft, Kind, Quota, Thresholds, key_of, lineage

SCOPE = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*){0,9}")
LEVELS = ("warning", "soft", "hard")
KINDS = {kind.value: kind for kind in Kind}
AT_SOFT = {word.value: word for word in AtSoft}
HOW = "platform: {limit: $250 a month}"
LONGEST = 200  # of a scope: it is part of keys in the database and of one line in Slack


@dataclass(frozen=True, slots=True)
class Context:
    """What a quota inherits: the thresholds, what a call meets at the soft one by kind of work, and the groups of models."""

    thresholds: Thresholds
    at_soft: Mapping[Kind, AtSoft]
    models: Mapping[str, tuple[str, ...]]


def thresholds(place: Place | None) -> tuple[Thresholds, Mapping[Kind, AtSoft]]:
    """The levels of every quota that does not say otherwise, and what a call meets at the soft one, by kind."""
    if place is None:
        return Thresholds(), {}
    fields = place.fields((*LEVELS, "at_soft"), example="{warning: [70 %, 90 %], soft: 100 %, hard: 120 %}")
    return _levels(place, fields, Thresholds()), _by_kind(fields["at_soft"]) if "at_soft" in fields else {}


def _by_kind(place: Place) -> Mapping[Kind, AtSoft]:
    """One word for every kind, or one for each."""
    if isinstance(place.tree, Text):
        return dict.fromkeys(Kind, _at_soft(place))
    fields = place.fields(KINDS, example="{exploratory: deny, production: allow}")
    return {KINDS[kind]: _at_soft(word) for kind, word in fields.items()}


def _at_soft(place: Place) -> AtSoft:
    return choice(place, AT_SOFT, AtSoft.NEEDS_EXCEPTION)


def _levels(place: Place, fields: Mapping[str, Place], base: Thresholds) -> Thresholds:
    """The base with the levels that are given here. An empty list of warnings is none at all."""
    warnings = [percent(at) for at in fields["warning"].some("[70 %, 90 %]")] if "warning" in fields else base.warnings
    soft = percent(fields["soft"]) if "soft" in fields else base.soft
    hard = percent(fields["hard"]) if "hard" in fields else base.hard
    if soft is None or hard is None or None in warnings:
        return base
    levels = Thresholds(tuple(w for w in warnings if w is not None), soft, hard)
    told = sorted(set(levels.warnings))
    rising = list(levels.warnings) == told and all(w < levels.soft for w in told) and levels.soft <= levels.hard
    if not rising and levels != base:
        said = ", ".join(f"{w} %" for w in levels.warnings)
        first = next((fields[level] for level in LEVELS if level in fields), place)
        message = f"thresholds do not rise: warning {said or 'none'}, soft {levels.soft} %, hard {levels.hard} %"
        first.bad(message, "each warning is higher than the one before and below soft; hard is not below soft")
    return levels


def scopes(place: Place) -> tuple[str, ...]:
    """The scopes that are named, whether or not all is well with their quotas."""
    return tuple(key.text for key, _ in place.tree.entries) if isinstance(place.tree, Entries) else ()


def quotas(place: Place, context: Context) -> tuple[Quota, ...]:
    """Every quota, in the order of the file."""
    found: dict[str, tuple[Quota, Place]] = {}
    for key, value in place.entries(HOW):
        if not SCOPE.fullmatch(key.written) or len(key.written) > LONGEST:
            key.bad("not a scope", "write lower-case names with / between them: platform/engineering/search")
        for quota, at in _scope(key.written, value, context):
            if quota.key in found:
                at.bad(f"a second quota {quota.key}; the first is on line {found[quota.key][1].tree.line}", "keep one")
            found.setdefault(quota.key, (quota, at))
    if isinstance(place.tree, Entries) and not place.tree.entries:
        place.bad("no quota at all", f"write at least one, as {HOW}")
    _compare(found.values())
    return tuple(quota for quota, _ in found.values())


def _scope(scope: str, place: Place, context: Context) -> list[tuple[Quota, Place]]:
    """A scope's quota, and those it has also, which share all but the limit."""
    known = ("limit", "channel", "owner", "kind", *LEVELS, "at_soft", "also")
    fields = place.fields(known, later=("store", "attribution"), example="{limit: $250 a month}")
    if "limit" not in fields:
        place.missing("limit", "write limit: $10,000 a month")
    kind = choice(fields["kind"], KINDS, Kind.PRODUCTION) if "kind" in fields else Kind.PRODUCTION
    at_soft = context.at_soft.get(kind, AtSoft.NEEDS_EXCEPTION)
    main = Quota(
        key="",
        scope=scope,
        limit=1,
        kind=kind,
        thresholds=_levels(place, fields, context.thresholds),
        channel=channel(fields["channel"]) if "channel" in fields else "",
        owner=person(fields["owner"]) if "owner" in fields else None,
        at_soft=_at_soft(fields["at_soft"]) if "at_soft" in fields else at_soft,
    )
    also = fields["also"].some("[{models: premium, limit: $3,000 a month}]") if "also" in fields else []
    first = _limited(main, fields["limit"], "", ()) if "limit" in fields else []
    return first + [pair for at in also for pair in _also(main, at, context)]


def _also(main: Quota, place: Place, context: Context) -> list[tuple[Quota, Place]]:
    fields = place.fields(("limit", "models", *LEVELS, "at_soft"), example="{models: premium, limit: $3,000 a month}")
    if "limit" not in fields:
        place.missing("limit", "write limit: $3,000 a month")
        return []
    group = _group(fields["models"], context) if "models" in fields else ""
    at_soft = _at_soft(fields["at_soft"]) if "at_soft" in fields else main.at_soft
    like = replace(main, thresholds=_levels(place, fields, main.thresholds), at_soft=at_soft)
    return _limited(like, fields["limit"], group, context.models.get(group, ()))


def _group(place: Place, context: Context) -> str:
    said = place.text("the name of a model group")
    if said and said not in context.models:
        advice = nearest(said, context.models) or "write the name of a group under models"
        place.bad("no such model group", advice)
    return said


def _limited(quota: Quota, place: Place, group: str, models: tuple[str, ...]) -> list[tuple[Quota, Place]]:
    read = limit(place)
    if read is None:
        return []
    amount, unit, period = read
    key = key_of(quota.scope, unit, period, group)
    return [(replace(quota, key=key, limit=amount, unit=unit, period=period, models=models), place)]


def _compare(found: Iterable[tuple[Quota, Place]]) -> None:
    """Says where children may spend more than their parent. Allowed: not every team uses all it may."""
    alike: dict[tuple[object, ...], dict[str, tuple[Quota, Place]]] = defaultdict(dict)
    for quota, place in found:
        alike[quota.unit, quota.period, quota.models][quota.scope] = quota, place
    for by_scope in alike.values():
        below: dict[str, int] = defaultdict(int)
        for scope, (quota, _) in by_scope.items():
            parent = next((above for above in lineage(scope)[1:] if above in by_scope), None)
            if parent is not None:
                below[parent] += quota.limit
        for scope, total in below.items():
            quota, place = by_scope[scope]
            if total > quota.limit:
                more = money.show(total - quota.limit, quota.unit)
                place.doubtful(f"the quotas below it add up to {money.show(total, quota.unit)}, {more} more than this")
