"""The levels of a quota: where its warnings, its soft and its hard limit lie, and what a call meets at the soft one.

They are read before it is known of which limit, because most quotas inherit them; `of` then looks whether they fit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.config.place import Place
from bot.config.tree import Text
from bot.config.words import amount, choice, percent
from workflows import money
from workflows.money import Unit
from workflows.quotas import Amount, At, AtSoft, Kind, Thresholds

MARKS = ("warning", "soft", "hard")
LEVELS = (*MARKS, "at_soft")
KINDS = {kind.value: kind for kind in Kind}
AT_SOFT = {word.value: word for word in AtSoft}
RISE = "each warning is higher than the one before and below soft; hard is not below soft"
INHERITED = "they are inherited; give this quota its own"
IN = {Unit.USD: "dollars", Unit.TOKENS: "tokens", Unit.REQUESTS: "requests"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a level begins, as it was written; `unit` is None for a percentage."""

    at: At
    unit: Unit | None = None

    def size(self, limit: int) -> int:
        """In hundredths, so that a percentage of any limit is exact."""
        return self.at.size * 100 if isinstance(self.at, Amount) else self.at * limit

    def __str__(self) -> str:
        return money.show(self.at.size, self.unit or Unit.USD) if isinstance(self.at, Amount) else f"{self.at} %"


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels as they were written, for quotas that do not say otherwise."""

    warnings: tuple[Mark, ...] = (Mark(70), Mark(90))
    soft: Mark = Mark(100)
    hard: Mark = Mark(120)
    at_soft: Mapping[Kind, AtSoft] = field(default_factory=lambda: dict.fromkeys(Kind, AtSoft.NEEDS_EXCEPTION))

    @property
    def marks(self) -> tuple[Mark, ...]:
        return (*self.warnings, self.soft, self.hard)

    def relative(self) -> bool:
        """Whether all are percentages, which fit any limit."""
        return all(mark.unit is None for mark in self.marks)

    def rise(self, limit: int) -> bool:
        *told, soft, hard = (mark.size(limit) for mark in self.marks)
        return told == sorted(set(told)) and all(warning < soft for warning in told) and soft <= hard

    def __str__(self) -> str:
        warnings = ", ".join(map(str, self.warnings)) or "none"
        return f"warning {warnings}, soft {self.soft}, hard {self.hard}"


def levels(place: Place | None) -> Levels:
    """The `thresholds` section: the levels of every quota that does not say otherwise."""
    if place is None:
        return Levels()
    fields = place.fields(LEVELS, example="{warning: [70 %, 90 %], soft: 100 %, hard: 120 %}")
    read = given(fields, Levels())
    if read.relative() and not read.rise(1):
        (_first(fields) or place).bad(f"thresholds do not rise: {read}", RISE)
    return read


def given(fields: Mapping[str, Place], inherited: Levels) -> Levels:
    """The levels that are given here, and else those inherited. An empty list of warnings is none at all."""
    warnings = [_mark(at) for at in fields["warning"].some("[70 %, 90 %]")] if "warning" in fields else inherited.warnings
    soft = _mark(fields["soft"]) if "soft" in fields else inherited.soft
    hard = _mark(fields["hard"]) if "hard" in fields else inherited.hard
    at_soft = {**inherited.at_soft, **_at_soft(fields["at_soft"])} if "at_soft" in fields else inherited.at_soft
    if soft is None or hard is None or None in warnings:
        return replace(inherited, at_soft=at_soft)
    return Levels(tuple(w for w in warnings if w is not None), soft, hard, at_soft)


def _mark(place: Place) -> Mark | None:
    """ "70 %", or an amount as "$9,000"."""
    counted = amount(place.written.strip())
    if counted is not None:
        return Mark(Amount(counted[0]), counted[1])
    share = percent(place)
    return None if share is None else Mark(share)


def _at_soft(place: Place) -> Mapping[Kind, AtSoft]:
    """One word for every kind of work, or one for each."""
    if isinstance(place.tree, Text):
        return dict.fromkeys(Kind, _word(place))
    fields = place.fields(KINDS, example="{exploratory: deny, production: allow}")
    return {KINDS[kind]: _word(word) for kind, word in fields.items()}


def _word(place: Place) -> AtSoft:
    return choice(place, AT_SOFT, AtSoft.NEEDS_EXCEPTION)


def of(written: Levels, limit: tuple[int, Unit], fields: Mapping[str, Place], place: Place) -> Thresholds:
    """The thresholds of a quota with this limit. `fields` are the levels that it gives itself; its limit stands at `place`."""
    size, unit = limit
    strange = next((mark for mark in written.marks if mark.unit not in (None, unit)), None)
    own = _first(fields)
    if strange is not None:
        at = next((at for at in _places(fields) if _mark(at) == strange), place)
        at.bad(f"a threshold of {strange} does not fit a limit in {IN[unit]}", f"write a percentage, or an amount in {IN[unit]}")
    elif (own is not None or not written.relative()) and not written.rise(size):
        of_limit = "" if written.relative() else f", of {money.show(size, unit)}"
        (own or place).bad(f"thresholds do not rise: {written}{of_limit}", RISE if own else INHERITED)
    return Thresholds(tuple(mark.at for mark in written.warnings), written.soft.at, written.hard.at)


def _first(fields: Mapping[str, Place]) -> Place | None:
    return next((fields[name] for name in MARKS if name in fields), None)


def _places(fields: Mapping[str, Place]) -> Iterable[Place]:
    return (at for name in MARKS if name in fields for at in fields[name].some(""))
