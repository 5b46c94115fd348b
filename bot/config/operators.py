"""The `operators` section: who is told when something needs them, and may pause new overrides."""

from bot.config.people import group
from bot.config.place import Place
from bot.config.tree import Entries
from bot.config.words import channel
from workflows.operators import Operators
from workflows.policy import People

EXAMPLE = '{who: platform, channel: "#ai-ops"}'


def operators(place: Place, people: People) -> Operators:
    """Who they are; where that cannot be read, whoever stands in for everybody."""
    fields = place.fields(("who", "channel"), example=EXAMPLE)
    if "who" not in fields and isinstance(place.tree, Entries):
        place.missing("who", "write who: platform")
    who = group(fields["who"], (*people.groups, *people.usergroups)) if "who" in fields else people.fallback
    return Operators(who, channel(fields["channel"]) if "channel" in fields else "")
