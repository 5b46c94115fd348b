"""The `when:` of a rule that approves: guardrails. Each says "this or milder"; one that says more is refused with the reason."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.config.conditions import LIMITS, scope_of
from bot.config.levels import KINDS
from bot.config.models import DATA
from bot.config.place import Place
from bot.config.problems import listed
from bot.config.tree import Items, Text
from bot.config.words import PERCENT, amount, choice
from workflows import times
from workflows.automatic import Mode
from workflows.money import Unit
from workflows.policy import Models
from workflows.routing import Approve, Data, Limit, When

GUARDRAILS = ("limit", "amount", "percent", "duration", "data", "exceptions", "exposure", "scope", "kind", "model")
EXAMPLE = "{limit: soft, amount: up to $100, duration: up to 1 day, data: internal}"
MODES = {mode.value: mode for mode in Mode}
DOWNWARD = "a rule that approves holds up to a value: with this, a larger request would be approved where a smaller one is not"
LATELY = re.compile(r"([0-9]{1,3}) in (30|90) days")
ABOVE = ("over", "above", "at least", "more than")
WATCH = "until you have seen what it would approve, write approve: shadow, and look at `leeway status`"


def mode_of(place: Place) -> Mode:
    """Whether a rule approves, or only records that it would; shadow unless told."""
    if isinstance(place.tree, Text) and not place.tree.text:
        return Mode.SHADOW
    mode = choice(place, MODES, Mode.SHADOW)
    if mode is Mode.ON:
        place.doubtful("approves by itself", WATCH)
    return mode


def guardrails(place: Place, scopes: tuple[str, ...], models: Models, mode: Mode) -> tuple[When, Approve]:
    """For which requests a rule is, and what it approves of them; `scopes` are those that have quotas."""
    fields = place.fields(GUARDRAILS, example=EXAMPLE)
    if "amount" not in fields and "percent" not in fields:
        place.missing("amount", "a rule that approves says how much at most: write amount: up to $100")
    counted = _amount(fields["amount"], "up to $100") if "amount" in fields else None
    exposed = _amount(fields["exposure"], "up to $300") if "exposure" in fields else None
    when = When(unit=counted and counted[1], exposure_unit=exposed and exposed[1])
    if "scope" in fields:
        when = replace(when, scopes=tuple(scope_of(at, scopes) for at in fields["scope"].some('"platform/engineering*"')))
    if "kind" in fields:
        when = replace(when, kind=choice(fields["kind"], KINDS, None))
    approved = "model" in fields and _model(fields["model"], models)
    most = Approve(mode, amount=counted and counted[0], exposure=exposed and exposed[0], model_approved=approved)
    return when, _bounds(fields, most)


def _bounds(fields: Mapping[str, Place], most: Approve) -> Approve:
    if "limit" in fields:
        most = replace(most, limit=choice(fields["limit"], LIMITS, Limit.SOFT))
    if "percent" in fields:
        most = replace(most, percent=_percent(fields["percent"]))
    if "duration" in fields:
        most = replace(most, duration=_duration(fields["duration"]))
    if "data" in fields:
        most = replace(most, data=_data(fields["data"]))
    for at in fields["exceptions"].some("[up to 1 in 30 days, up to 2 in 90 days]") if "exceptions" in fields else []:
        most = _lately(at, most)
    return most


def _amount(place: Place, example: str) -> tuple[int, Unit] | None:
    said = _up_to(place, example)
    found = amount(said)
    if said and found is None:
        place.bad("not an amount", f"write {example}, up to 2M tokens or up to 500 requests")
    return found


def _lately(place: Place, most: Approve) -> Approve:
    """With how many overrides a scope may have been granted."""
    example = "up to 2 in 30 days"
    said = _up_to(place, example)
    found = LATELY.fullmatch(said)
    if found is None:
        if said:
            place.bad("not a number of exceptions", f"write {example}, or in 90 days")
        return most
    count = int(found[1])
    return replace(most, exceptions_30=count) if found[2] == "30" else replace(most, exceptions_90=count)


def _percent(place: Place) -> int | None:
    said = _up_to(place, "up to 5 %")
    number = PERCENT.fullmatch(said)
    if said and number is None:
        place.bad("not a percentage", "write up to 5 %")
    return int(number[1]) if number else None


def _duration(place: Place) -> timedelta:
    said = _up_to(place, "up to 1 day")
    span = times.parse_span(said)
    if said and span is None:
        place.bad("not a time", "write up to 1 day")
    return span or timedelta()


def _up_to(place: Place, example: str) -> str:
    """What follows "up to"; "" when the value says something else."""
    said = place.text(example)
    if said.startswith("up to "):
        return said.removeprefix("up to ").strip()
    if said.startswith(ABOVE):
        place.bad(f'only "up to" is a guardrail: {DOWNWARD}', f"write {example}")
    elif said:
        place.bad("not a guardrail", f"write {example}")
    return ""


def _data(place: Place) -> Data:
    """The strictest class that a rule approves."""
    example = listed(DATA)
    named = [choice(at, DATA, Data.PUBLIC) for at in place.some(example)]
    if not isinstance(place.tree, Items):
        return named[0]
    if not named:
        place.bad("no data class", f"write {example}")
        return Data.PUBLIC
    wanted = [data for data in Data if data <= max(named)]
    understood = all(at.written.lower() in DATA for at in place.some(example))
    if understood and set(named) != set(wanted):
        whole = ", ".join(data.word for data in wanted)
        place.bad(
            f"a rule that approves {max(named).word} data approves every milder class, too",
            f"write {max(named).word}, or [{whole}]",
        )
    return max(named)


def _model(place: Place, models: Models) -> bool:
    said = place.text("approved")
    if said and said != "approved":
        place.bad("not a guardrail", "write approved")
    elif said and not models.approved:
        place.bad("always holds: models.approved_for says nothing", "say which models each data class may use")
    return True
