"""The `bounds` section: what one request may ask for at most."""

from datetime import timedelta

from bot.config.place import Place
from bot.config.words import amount, percent, span
from workflows.bounds import Bounds
from workflows.money import Unit

KEYS = ("amount", "percent", "open", "rest_after_denial", "resets")
MOST_OPEN = 1000
MOST_RESETS = 12


def bounds(place: Place) -> Bounds:
    """The bounds of every request; a key that is left out bounds nothing."""
    fields = place.fields(KEYS, example="{amount: $5,000, percent: 200 %}")
    return Bounds(
        amounts=_amounts(fields["amount"]) if "amount" in fields else {},
        percent=percent(fields["percent"], at_most=10_000) if "percent" in fields else None,
        open=_count(fields["open"], 1, MOST_OPEN, "requests") if "open" in fields else 0,
        rest=span(fields["rest_after_denial"]) if "rest_after_denial" in fields else timedelta(),
        resets=_count(fields["resets"], 0, MOST_RESETS, "resets") if "resets" in fields else 0,
    )


def _amounts(place: Place) -> dict[Unit, int]:
    """An amount, or one for each unit."""
    found: dict[Unit, int] = {}
    for at in place.some("[$5,000, 2M tokens]"):
        said = at.text("$5,000")
        read = amount(said)
        if read is None or read[0] == 0:
            if said:
                at.bad("not an amount", "write $5,000, 2M tokens or 500 requests")
        elif read[1] in found:
            at.bad(f"a second amount of {read[1].value}", "keep one")
        else:
            found[read[1]] = read[0]
    return found


def _count(place: Place, least: int, most: int, what: str) -> int:
    said = place.text("3")
    if said and not (said.isascii() and said.isdigit() and least <= int(said[:9]) <= most):
        place.bad(f"not a number of {what}", f"write {least} to {most}")
        return 0
    return int(said or 0)
