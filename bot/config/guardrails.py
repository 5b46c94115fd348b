"""The `when:` of a rule that approves: guardrails. Each says "this or milder"; one that says more is refused with the reason."""

from collections.abc import Mapping
from dataclasses import replace

from bot.config.conditions import CONDITIONS, LIMITS, whom
from bot.config.place import Place
from bot.config.sides import UP_TO
from bot.config.tree import Text
from bot.config.words import choice
from workflows.automatic import Mode
from workflows.policy import Models
from workflows.rules import Approve, Limit, When

EXAMPLE = "{limit: soft, amount: up to $100, duration: up to 1 day, data: internal}"
MODES = {mode.value: mode for mode in Mode}
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
    fields = place.fields(CONDITIONS, example=EXAMPLE)
    if "amount" not in fields and "percent" not in fields:
        place.missing("amount", "a rule that approves says how much at most: write amount: up to $100")
    counted = UP_TO.amount(fields["amount"]) if "amount" in fields else None
    exposed = UP_TO.amount(fields["exposure"], "exposure") if "exposure" in fields else None
    when = replace(whom(fields, scopes), unit=counted and counted[1], exposure_unit=exposed and exposed[1])
    approved = "model" in fields and UP_TO.models(fields["model"], models)
    most = Approve(mode, amount=counted and counted[0], exposure=exposed and exposed[0], model_approved=approved)
    return when, _bounds(fields, most)


def _bounds(fields: Mapping[str, Place], most: Approve) -> Approve:
    if "limit" in fields:
        most = replace(most, limit=choice(fields["limit"], LIMITS, Limit.SOFT))
    if "percent" in fields:
        most = replace(most, percent=UP_TO.percent(fields["percent"]))
    if "duration" in fields:
        most = replace(most, duration=UP_TO.duration(fields["duration"]))
    if "data" in fields:
        most = replace(most, data=UP_TO.data(fields["data"]))
    lately = UP_TO.lately(fields["exceptions"]) if "exceptions" in fields else {}
    return replace(most, exceptions_30=lately.get("30"), exceptions_90=lately.get("90"))
