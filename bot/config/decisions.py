"""The `decisions` section: from which amount on an approver types it again."""

from bot.config.place import Place
from bot.config.words import amount
from workflows.money import Unit
from workflows.policy import Decisions

EXAMPLE = "{confirm_over: $5,000}"


def decisions(place: Place) -> Decisions:
    """How votes are cast."""
    fields = place.fields(("confirm_over",), example=EXAMPLE)
    return Decisions(_over(fields["confirm_over"]) if "confirm_over" in fields else None)


def _over(place: Place) -> int | None:
    said = place.text("$5,000")
    if said == "never":
        return None
    found = amount(said)
    if said and found is None:
        place.bad("not an amount in dollars", "write $5,000, or never")
    elif found and found[1] is not Unit.USD:
        place.bad("only amounts in dollars are typed again", "write $5,000, or never")
    return found[0] if found else None
