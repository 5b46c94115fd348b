"""The `when:` of a routing rule. Each condition says "this or stricter"; one that says less is refused with the reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase

from bot.config.levels import KINDS
from bot.config.models import DATA
from bot.config.place import Place
from bot.config.problems import listed, nearest
from bot.config.tree import Items
from bot.config.words import PERCENT, amount, choice
from workflows import times
from workflows.policy import Models
from workflows.routing import Data, Limit, When

CONDITIONS = ("limit", "amount", "percent", "duration", "data", "scope", "kind", "model")
LIMITS = {limit.value: limit for limit in Limit}
UPWARD = "a rule holds from a value upwards: with this, a stricter request would get a weaker route"
BELOW = ("up to", "under", "below", "at most", "less than")


def when(place: Place, scopes: tuple[str, ...], models: Models) -> When:
    """The conditions of a rule; `scopes` are those that have quotas."""
    fields = place.fields(CONDITIONS, example="{limit: hard, amount: over $5,000}")
    read = _sizes(fields)
    if "limit" in fields:
        read = replace(read, limit=choice(fields["limit"], LIMITS, Limit.SOFT))
    if "data" in fields:
        read = replace(read, data=_data(fields["data"]))
    if "kind" in fields:
        read = replace(read, kind=choice(fields["kind"], KINDS, None))
    if "scope" in fields:
        read = replace(read, scopes=tuple(scope_of(at, scopes) for at in fields["scope"].some('"platform/engineering*"')))
    if "model" in fields:
        read = replace(read, model_not_approved=_model(fields["model"], models))
    return read


def _sizes(fields: Mapping[str, Place]) -> When:
    read = When()
    if "amount" in fields:
        said = _over(fields["amount"], "over $5,000")
        found = amount(said)
        if said and found is None:
            fields["amount"].bad("not an amount", "write over $5,000, over 2M tokens or over 500 requests")
        read = replace(read, over=found[0] if found else 0, unit=found[1] if found else None)
    if "percent" in fields:
        said = _over(fields["percent"], "over 50 %")
        number = PERCENT.fullmatch(said)
        if said and number is None:
            fields["percent"].bad("not a percentage", "write over 50 %")
        read = replace(read, percent_over=int(number[1]) if number else 0)
    if "duration" in fields:
        said = _over(fields["duration"], "over 7 days")
        span = times.parse_span(said)
        if said and span is None:
            fields["duration"].bad("not a time", "write over 7 days")
        read = replace(read, longer_than=span or timedelta())
    return read


def _over(place: Place, example: str) -> str:
    """What follows "over"; "" when the value says something else."""
    said = place.text(example)
    if said.startswith("over "):
        return said.removeprefix("over ").strip()
    if said.startswith(BELOW):
        place.bad(f'only "over" is a condition: {UPWARD}', f"write {example}")
    elif said:
        place.bad("not a condition", f"write {example}")
    return ""


def _data(place: Place) -> Data:
    """The mildest class for which a rule holds."""
    example = listed(DATA)
    named = [choice(at, DATA, Data.RESTRICTED) for at in place.some(example)]
    if not isinstance(place.tree, Items):
        return named[0]
    if not named:
        place.bad("no data class", f"write {example}")
        return Data.PUBLIC
    wanted = [data for data in Data if data >= min(named)]
    understood = all(at.written.lower() in DATA for at in place.some(example))
    if understood and set(named) != set(wanted):
        whole = ", ".join(data.word for data in wanted)
        place.bad(
            f"a rule that holds for {min(named).word} data holds for every stricter class, too",
            f"write {min(named).word}, or [{whole}]",
        )
    return min(named)


def scope_of(place: Place, scopes: tuple[str, ...]) -> str:
    """A pattern that matches at least one of the scopes."""
    said = place.text('"platform/engineering*"')
    if said and not any(fnmatchcase(scope, said) for scope in scopes):
        place.bad("matches no scope that has a quota", nearest(said, scopes))
    return said


def _model(place: Place, models: Models) -> bool:
    said = place.text("not approved")
    if said and said != "not approved":
        place.bad("not a condition", "write not approved")
    elif said and not models.approved:
        place.bad("never holds: models.approved_for says nothing", "say which models each data class may use")
    return True
