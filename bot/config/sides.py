"""Sizes that face one way: "over $5,000" is a condition, "up to $100" a guardrail. The other way is refused, with the reason."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.config.models import DATA
from bot.config.place import Place
from bot.config.problems import listed
from bot.config.tree import Items
from bot.config.words import PERCENT, amount, choice
from workflows import times
from workflows.money import Unit
from workflows.policy import Models
from workflows.rules import Data

LATELY = re.compile(r"([0-9]{1,3}) in (30|90) days")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `edge` picks, of several data classes, the one that the side begins at."""

    word: str
    called: str
    other: tuple[str, ...]  # how people write the other side
    why: str
    verb: str
    further: str
    edge: Callable[[Iterable[Data]], Data]
    model: str
    idle: str  # what a word about models does where every class may use every model
    examples: Mapping[str, str]

    def size(self, place: Place, what: str) -> str:
        """What follows the word; "" when the value says something else."""
        said, example = place.text(self.examples[what]), self.examples[what]
        if said.startswith(f"{self.word} "):
            return said.removeprefix(f"{self.word} ").strip()
        if said.startswith(self.other):
            place.bad(f'only "{self.word}" is a {self.called}: {self.why}', f"write {example}")
        elif said:
            place.bad(f"not a {self.called}", f"write {example}")
        return ""

    def amount(self, place: Place, what: str = "amount") -> tuple[int, Unit] | None:
        """An amount and its unit."""
        said = self.size(place, what)
        found = amount(said)
        if said and found is None:
            more = f"{self.word} 2M tokens or {self.word} 500 requests"
            place.bad("not an amount", f"write {self.examples[what]}, {more}")
        return found

    def percent(self, place: Place) -> int | None:
        """A share of the base."""
        said = self.size(place, "percent")
        number = PERCENT.fullmatch(said)
        if said and number is None:
            place.bad("not a percentage", f"write {self.examples['percent']}")
        return int(number[1]) if number else None

    def duration(self, place: Place) -> timedelta | None:
        """A time."""
        said = self.size(place, "duration")
        span = times.parse_span(said)
        if said and span is None:
            place.bad("not a time", f"write {self.examples['duration']}")
        return span

    def lately(self, place: Place) -> dict[str, int]:
        """How many overrides a scope was granted, by the days in which: "30" and "90"; one of them or a list of both."""
        found: dict[str, int] = {}
        for at in place.some(f"[{self.word} 1 in 30 days, {self.word} 2 in 90 days]"):
            said = self.size(at, "exceptions")
            number = LATELY.fullmatch(said)
            if said and number is None:
                at.bad("not a number of exceptions", f"write {self.examples['exceptions']}, or in 90 days")
            elif number and number[2] in found:
                at.bad(f"a second number in {number[2]} days", "keep one")
            elif number:
                found[number[2]] = int(number[1])
        return found

    def data(self, place: Place) -> Data:
        """The class at the edge of the side; a list names every class from there on."""
        example = listed(DATA)
        named = [choice(at, DATA, Data.PUBLIC) for at in place.some(example)]
        if not isinstance(place.tree, Items):
            return named[0]
        if not named:
            place.bad("no data class", f"write {example}")
            return Data.PUBLIC
        edge = self.edge(named)
        wanted = [data for data in Data if self.edge((data, edge)) is edge]
        understood = all(at.written.lower() in DATA for at in place.some(example))
        if understood and set(named) != set(wanted):
            whole = ", ".join(data.word for data in wanted)
            message = f"a rule that {self.verb} {edge.word} data {self.verb} every {self.further} class, too"
            place.bad(message, f"write {edge.word}, or [{whole}]")
        return edge

    def models(self, place: Place, models: Models) -> bool:
        """The one word that there is about models."""
        said = place.text(self.model)
        if said and said != self.model:
            place.bad(f"not a {self.called}", f"write {self.model}")
        elif said and not models.approved:
            place.bad(f"{self.idle}: models.approved_for says nothing", "say which models each data class may use")
        return True


OVER = Side(
    word="over",
    called="condition",
    other=("up to", "under", "below", "at most", "less than"),
    why="a rule holds from a value upwards: with this, a stricter request would get a weaker route",
    verb="holds for",
    further="stricter",
    edge=min,
    model="not approved",
    idle="never holds",
    examples={
        "amount": "over $5,000",
        "percent": "over 50 %",
        "duration": "over 7 days",
        "exceptions": "over 2 in 30 days",
        "exposure": "over $1,000",
    },
)
UP_TO = Side(
    word="up to",
    called="guardrail",
    other=("over", "above", "at least", "more than"),
    why="a rule that approves holds up to a value: with this, a larger request would be approved where a smaller one is not",
    verb="approves",
    further="milder",
    edge=max,
    model="approved",
    idle="always holds",
    examples={
        "amount": "up to $100",
        "percent": "up to 5 %",
        "duration": "up to 1 day",
        "exceptions": "up to 2 in 30 days",
        "exposure": "up to $300",
    },
)
