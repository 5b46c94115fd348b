"""The `reports` section: whose cost reports are read, and how often. Keys are never here: they come from the environment."""

from datetime import timedelta

from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.tree import Text
from bot.config.words import span
from workflows.governed import Vendor

EVERY = timedelta(hours=6)  # vendors bring their reports up to date every few hours
OFTENEST, RAREST = timedelta(hours=1), timedelta(days=7)
EXAMPLE = "{openai: {every: 6 hours}}"


def reports(place: Place) -> dict[Vendor, timedelta]:
    """How often each vendor's report is read."""
    found: dict[Vendor, timedelta] = {}
    for key, value in place.entries(EXAMPLE):
        if key.written not in list(Vendor):
            key.bad("no cost report can be read of this provider", nearest(key.written, Vendor) or f"write {EXAMPLE}")
            continue
        found[Vendor(key.written)] = EVERY if value.tree == Text("", value.tree.line) else _every(value)
    return found


def _every(place: Place) -> timedelta:
    fields = place.fields(("every",), example="{every: 6 hours}")
    if "every" not in fields:
        return EVERY
    said = fields["every"]
    before = len(place.notes.problems)
    every = span(said)
    if len(place.notes.problems) == before and not OFTENEST <= every <= RAREST:
        said.bad("out of range", "write 1 hour to 7 days: vendors bring their reports up to date every few hours")
    return every
