"""A rehearsal for a reader: totals, what each rule did and would do, and every request that is answered otherwise.

On a terminal the tables are drawn; piped, they are plain columns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli import ruling
from bot.config.problems import LONGEST, tame
from workflows.money import Unit, show
from workflows.rehearsal import Change, Rehearsal, Take, exposed
from workflows.requests import State
from workflows.strictness import Breach
from workflows.times import show_day

MOST = 40  # requests that are told one by one; the JSON has all
UNSEEN = "people were not looked up: SLACK_BOT_TOKEN is not set. Whether they can be asked, and who manages whom, is not known."
HOUR = timedelta(hours=1)

Names = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: of which file, in which zone, and whether people were looked up."""

    found: Rehearsal
    path: str
    zone: str
    looked_up: bool
    name: Names = str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def drawn(self) -> Table:
        """For a terminal."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for word in self.head:
            table.add_column(word, overflow="fold")
        for row in self.rows:
            table.add_row(*(Text(cell) for cell in row))
        return table

    def plain(self) -> str:
        """In columns, for a pipe."""
        lines = [self.head, *self.rows]
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def tell(told: Told, console: Console) -> None:
    """Says all of it."""
    for part in (*_totals(told), *_tables(told), *_weaker(told.found)):
        drawn = part.drawn() if isinstance(part, Grid) and console.is_terminal else part
        console.print(
            drawn.plain() if isinstance(drawn, Grid) else drawn,
            markup=False,
            highlight=False,
            soft_wrap=not isinstance(drawn, Table),
        )


def _totals(told: Told) -> Iterator[str]:
    found = told.found
    days = f"{show_day(found.since, told.zone)} to {show_day(found.until, told.zone)}"
    yield f"{tame(told.path, LONGEST)} on {_many(len(found.takes), 'request')} of {days}"
    if not told.looked_up:
        yield UNSEEN
    if remade := sum(take.known.remade for take in found.takes):
        yield f"{remade} of them are older than their facts: those were made from what was asked for"
    if found.skipped:
        yield f"{_many(len(found.skipped), 'request')} could not be played: {found.skipped[0][1]} ({found.skipped[0][0]})"
    yield ""
    yield from (f"{change:<13}  {count:>6,}" for change, count in found.counts().items() if count)
    alone = list(_alone(found))
    yield from ["", *alone] if alone else []


def _alone(found: Rehearsal) -> Iterator[str]:
    """What asking nobody would have meant."""
    alone = found.alone()
    if alone:
        hours = found.saved() / HOUR
        yield f"waiting saved: {hours:,.1f} hours, over {_many(len(alone), 'request')} about which nobody would be asked"
        yield f"granted without a person: {_sizes(exposed(alone))}"
    if denied := found.alone(State.DENIED):
        yield f"of that, people denied: {_sizes(exposed(denied))}, in {_many(len(denied), 'request')}"
    if kept := found.kept():
        yield f"kept from being automatic: {', '.join(f'{word} {count:,}' for word, count in kept.items())}"


def _sizes(amounts: Mapping[Unit, int]) -> str:
    return " and ".join(show(size, unit) for unit, size in amounts.items()) or "nothing"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _tables(told: Told) -> Iterator[Grid | str]:
    rules = [(tame(name, LONGEST), f"{before:,}", f"{now:,}") for name, (before, now) in told.found.rules.items()]
    yield ""
    yield Grid(("rule", "held", "would hold"), rules)
    others = [take for take in told.found.takes if take.change is not Change.SAME]
    if others:
        yield ""
        yield Grid(("request", "submitted", "asked for", "was", "would be"), [_row(take, told) for take in others[:MOST]])
    if len(others) > MOST:
        yield f"and {len(others) - MOST:,} more that are answered otherwise: --json has all"


def _row(take: Take, told: Told) -> Sequence[str]:
    request, case = take.request, take.request.case
    asks = f"{show(case.amount, case.unit)} on {case.quota}"
    was = f"{request.state}: {ruling.answer(take.before)}"
    would = _would(take, told.name if told.looked_up else None)
    return request.id, show_day(request.submitted, told.zone), asks, tame(was, LONGEST), tame(would, 2 * LONGEST)


def _would(take: Take, name: Names | None) -> str:
    """What the draft says of a request; with the people where they were looked up."""
    asked = ruling.answer(take.route, name)
    if take.auto and take.auto.approves:
        return f"automatic: {take.auto.rule}"
    return f"{asked} (automatic once {take.auto.rule} is on)" if take.auto and take.auto.would else asked


def _weaker(found: Rehearsal) -> Iterator[str]:
    """Where a stricter request would get a weaker answer."""
    if found.breaches:
        yield ""
        yield "WEAKER: a stricter request would get a weaker answer"
    yield from (tame(_breach(breach), 4 * LONGEST) for breach in found.breaches)


def _breach(breach: Breach) -> str:
    mild, strict = ruling.answer(breach.before), ruling.answer(breach.after)
    if breach.raised:
        return f"  {breach.mild} gets {mild}; with a stricter {breach.raised} it would get {strict}"
    return f"  {breach.mild} gets {mild}; {breach.strict}, which is stricter, would get {strict}"
