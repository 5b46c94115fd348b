"""The `when:` of a routing rule. Each condition says "this or stricter"; one that says less is refused with the reason."""

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from bot.config.levels import KINDS
from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.sides import OVER
from bot.config.words import choice
from workflows.policy import Models
from workflows.rules import Limit, When

CONDITIONS = ("limit", "amount", "percent", "duration", "data", "exceptions", "exposure", "scope", "kind", "model")
LIMITS = {limit.value: limit for limit in Limit}


def when(place: Place, scopes: tuple[str, ...], models: Models) -> When:
    """The conditions of a rule; `scopes` are those that have quotas."""
    fields = place.fields(CONDITIONS, example="{limit: hard, amount: over $5,000}")
    read = _sizes(fields, whom(fields, scopes))
    if "limit" in fields:
        read = replace(read, limit=choice(fields["limit"], LIMITS, Limit.SOFT))
    if "data" in fields:
        read = replace(read, data=OVER.data(fields["data"]))
    if "model" in fields:
        read = replace(read, model_not_approved=OVER.models(fields["model"], models))
    return read


def whom(fields: Mapping[str, Place], scopes: tuple[str, ...]) -> When:
    """For which requests a rule is at all: their scopes and their kind, neither stricter than another."""
    some = fields["scope"].some('"platform/engineering*"') if "scope" in fields else []
    return When(
        scopes=tuple(_scope(at, scopes) for at in some),
        kind=choice(fields["kind"], KINDS, None) if "kind" in fields else None,
    )


def _sizes(fields: Mapping[str, Place], read: When) -> When:
    if "amount" in fields and (found := OVER.amount(fields["amount"])):
        read = replace(read, over=found[0], unit=found[1])
    if "exposure" in fields and (found := OVER.amount(fields["exposure"], "exposure")):
        read = replace(read, exposure_over=found[0], exposure_unit=found[1])
    if "percent" in fields and (share := OVER.percent(fields["percent"])) is not None:
        read = replace(read, percent_over=share)
    if "duration" in fields and (span := OVER.duration(fields["duration"])):
        read = replace(read, longer_than=span)
    lately = OVER.lately(fields["exceptions"]) if "exceptions" in fields else {}
    return replace(read, exceptions_30_over=lately.get("30", -1), exceptions_90_over=lately.get("90", -1))


def _scope(place: Place, scopes: tuple[str, ...]) -> str:
    """A pattern that matches at least one of the scopes."""
    said = place.text('"platform/engineering*"')
    if said and not any(fnmatchcase(scope, said) for scope in scopes):
        place.bad("matches no scope that has a quota", nearest(said, scopes))
    return said
