"""The `break_glass` section: who may grant without asking, how much, for how long, and who looks at it afterwards."""

from datetime import timedelta

from bot.config.people import group
from bot.config.place import Place
from bot.config.tree import Entries
from bot.config.words import amount, span
from workflows.glass import BreakGlass
from workflows.money import Unit
from workflows.policy import People

KEYS = {"who": "oncall", "at_most": "$500", "for_at_most": "4 hours", "review": "security"}
EXAMPLE = "{who: oncall, at_most: $500, for_at_most: 4 hours, review: security}"
LONGEST = timedelta(days=7)  # what is needed for longer can be asked for


def glass(place: Place, people: People) -> BreakGlass | None:
    """What is allowed; None when that cannot be read."""
    fields = place.fields(KEYS, example=EXAMPLE)
    if not isinstance(place.tree, Entries):
        return None
    for key, example in KEYS.items():
        if key not in fields:
            place.missing(key, f"write {key}: {example}")
    if len(fields) < len(KEYS):
        return None
    groups = (*people.groups, *people.usergroups)
    who, review = (group(fields[key], groups) for key in ("who", "review"))
    read = BreakGlass(who, _amount(fields["at_most"]), _span(fields["for_at_most"]), review)
    reviewers = set(people.groups.get(review, ()))
    if len(reviewers) == 1 and reviewers <= set(people.groups.get(who, ())):
        fields["review"].bad("its one member may break the glass, and nobody else could review that", "add somebody to the group")
    return read


def _amount(place: Place) -> int:
    said = place.text("$500")
    found = amount(said) if said else None
    if said and (found is None or found[1] is not Unit.USD):
        place.bad("not an amount in dollars", "write $500")
    return found[0] if found else 0


def _span(place: Place) -> timedelta:
    before = len(place.notes.problems)
    read = span(place)
    if len(place.notes.problems) == before and read > LONGEST:
        place.bad("longer than a week: for that there is time to ask", "write 4 hours")
    return read
