"""Forecast: what each day ahead is expected to spend, when that uses up what is left, and how sure that is.

    days of history    what a day ahead is expected to spend
    fewer than 3       nothing is said: it would be a guess
    3 to 6             the plain average of working days, or of weekends
    7 and more         level and damped growth, in the rhythm of the week
    21 and more        the same, with a range that its own past errors give

The rule is exponential smoothing with a damped trend (Gardner and McKenzie 1985, 1989), the one that short series are hard to
forecast better than; the odd day is first brought back to the days near it, which makes it robust (Gelper, Fried and Croux 2010);
weekday factors are shrunk towards those of working days and weekends (Miller and Williams 2003). Means, and no medians: spend is
skewed, and medians of it add up to too little.

Amounts ten times as large give the same moments, and more spent of a limit never gives a later one. More spent weeks ago may:
what grew less is expected to grow less. What comes on top of other spend less often than every ten days is taken for odd.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from workflows.quotas import Standing
from workflows.times import INSTANT, local_day

WEEK = 7
FEWEST = 3  # days
RANGED = 21  # days; with fewer there are too few weeks to have been wrong about
LONGEST = 56  # days; what was before them says little of what comes

NEAR = 10  # days on either side: most days have another of their own weekday among these
UNDER, WHOLE, OVER = 4, 6, 9  # a day lies at most a half outside those near it; with less room, growth is held back by its past
KIN = 3  # days' worth of its kind in a weekday's factor: with three weeks of history both weigh the same
CALM = (4, 3, 2, 1)  # weights of the last four weeks, newest first
FAR = Fraction(5, 3)  # weeks that lie so far outside all before them are news
BOOST = 4  # and count so much more: a shift is followed at once, and noise averaged
GROWN, TRACED = 4, 6  # weeks: with fewer no growth is seen, and no more are looked at
DAMPING = Fraction(4, 5)  # a week
STEEPEST = Fraction(1, 4)  # of the level, a week
OUTSIDE = 10  # one in so many lies beyond each end of the range
SLACK = Fraction(1, 20)  # more than whole weeks were wrong by: a date also errs within its week

ZERO = Fraction(0)
LAST = datetime.max.replace(tzinfo=UTC)

Seen = tuple[int, int]  # weekday (Monday 0), spent


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of a zone, and what was spent on it."""

    start: datetime
    end: datetime
    spent: int
    zone: str

    @property
    def weekday(self) -> int:
        """Monday 0."""
        return local_day(self.start + (self.end - self.start) / 2, self.zone).weekday()


@dataclass(frozen=True, slots=True)
class Outlook:
    """A standing and where it leads, from `days` complete days of history.

    `expected` is what each local day from today to the reset is expected to spend as a whole, empty when that cannot be said.
    `empties` is when the limit is then reached, None when not before the reset or when it cannot be said; `lacking` is what is
    expected beyond the limit until then. `ranged` says that there is a range in which it lies four times in five: from `soonest`
    to `latest`, each None when not before the reset.
    """

    standing: Standing
    days: int = 0
    expected: tuple[Fraction, ...] = ()
    empties: datetime | None = None
    lacking: int = 0
    ranged: bool = False
    soonest: datetime | None = None
    latest: datetime | None = None


def outlook(standing: Standing, history: Sequence[Day], ahead: Sequence[Day], *, ranged: bool = False) -> Outlook:
    """Where a standing leads; `ranged` also says how surely, where there is history enough, and takes forty times as long.

    `history` are the complete local days before today, oldest first; `ahead` those from today to the window's end.
    """
    seen = [(day.weekday, max(0, day.spent)) for day in history][-LONGEST:]  # corrections can leave a day below nothing
    if len(seen) < FEWEST:
        return Outlook(standing, len(seen), empties=empty_at(standing, ahead, ()))
    expected = tuple(expect(seen, [day.weekday for day in ahead]))
    out = Outlook(standing, len(seen), expected, empty_at(standing, ahead, expected))
    out = replace(out, lacking=lacking_by(out, ahead, standing.window.end))
    found = spread(seen) if ranged and standing.spent < standing.limit else None
    if found is None:
        return out
    early, late = (empty_at(standing, ahead, [times * amount for amount in expected]) for times in reversed(found))
    return replace(out, ranged=True, soonest=early, latest=late)


def lacking_by(out: Outlook, ahead: Iterable[Day], until: datetime) -> int:
    """What is expected beyond the limit until a moment of the window, by an outlook that says what to expect."""
    standing = out.standing
    to_come = sum((rest for _, rest in _rests(standing.at, ahead, out.expected, until)), start=ZERO)
    return max(0, standing.spent + -(-to_come.numerator // to_come.denominator) - standing.limit)


def empty_at(standing: Standing, ahead: Iterable[Day], expected: Iterable[Fraction]) -> datetime | None:
    """When the limit is reached if each day spends what is expected of it; None if not before the reset.

    A limit that is reached is empty now.
    """
    if standing.spent >= standing.limit:
        return standing.at
    left = Fraction(standing.limit - standing.spent)
    for day, amount in _rests(standing.at, ahead, expected):
        if amount >= left:
            start = max(day.start, standing.at)
            empty = start + int((day.end - start) // INSTANT * left / amount) * INSTANT
            return empty if empty < standing.window.end else None
        left -= amount
    return None


def _rests(
    at: datetime, ahead: Iterable[Day], expected: Iterable[Fraction], until: datetime = LAST
) -> Iterable[tuple[Day, Fraction]]:
    """The days that are not over, with what each is expected to spend from now on: evenly, for want of knowing better."""
    for day, amount in zip(ahead, expected, strict=False):
        rest = min(day.end, until) - max(day.start, at)
        if rest > timedelta(0):
            yield day, amount * (rest // INSTANT) / ((day.end - day.start) // INSTANT)


def expect(seen: Sequence[Seen], weekdays: Sequence[int]) -> list[Fraction]:
    """What each of the days that follow is expected to spend, by its weekday; `seen` are FEWEST days or more, oldest first."""
    if len(seen) < WEEK:
        return [_average(seen, weekday) for weekday in weekdays]
    held = _held(seen)
    rhythm = _rhythm(held)
    level, lag = _level(held, rhythm)
    growth = max(-STEEPEST * level, min(STEEPEST * level, _growth(held)))
    levels = [max(ZERO, level + growth * (lag + _way(week))) / WHOLE for week in range(1 + len(weekdays) // WEEK)]
    return [levels[n // WEEK] * rhythm[weekday] for n, weekday in enumerate(weekdays)]


def _average(seen: Sequence[Seen], weekday: int) -> Fraction:
    kind = [spent for day, spent in seen if _kind(day) == _kind(weekday)] or [spent for _, spent in seen]
    return Fraction(sum(kind), len(kind))


def _kind(weekday: int) -> range:
    """The working days, or the weekend, that a day is one of."""
    return range(5) if weekday < 5 else range(5, WEEK)


def _held(seen: Sequence[Seen]) -> list[Seen]:
    """Every day, in WHOLEths, held near the largest and smallest of its kind around it: one odd day then counts for little."""
    held = list[Seen]()
    for n, (weekday, spent) in enumerate(seen):
        around = [*seen[max(0, n - NEAR) : n], *seen[n + 1 : n + 1 + NEAR]]
        near = [amount for day, amount in around if _kind(day) == _kind(weekday)]
        amount = spent * WHOLE
        if len(near) >= FEWEST and any(near):  # where all else is nothing, there is nothing to hold it to
            amount = min(max(amount, min(near) * UNDER), max(near) * OVER)
        held.append((weekday, amount))
    return held


def _rhythm(held: Sequence[Seen]) -> list[Fraction]:
    """Each weekday's factor: what it spent of what the week around it did a day. They add up to WEEK."""
    own, around, count = [0] * WEEK, [0] * WEEK, [0] * WEEK
    for n, (weekday, spent) in enumerate(held):
        first = max(0, min(n - WEEK // 2, len(held) - WEEK))
        own[weekday] += spent * WEEK
        around[weekday] += sum(amount for _, amount in held[first : first + WEEK])
        count[weekday] += 1
    factors = list[Fraction]()
    for weekday in range(WEEK):
        whole = sum(around[day] for day in _kind(weekday))
        usual = Fraction(sum(own[day] for day in _kind(weekday)), whole) if whole else Fraction(1)
        mine = Fraction(own[weekday], around[weekday]) if around[weekday] else usual
        factors.append((mine * count[weekday] + usual * KIN) / (count[weekday] + KIN))
    total = sum(factors)
    return [factor * WEEK / total if total else Fraction(1) for factor in factors]


def _weeks(held: Sequence[Seen], most: int) -> list[int]:
    """What the last whole weeks spent, newest first."""
    ends = range(len(held), WEEK - 1, -WEEK)
    return [sum(spent for _, spent in held[end - WEEK : end]) for end in ends][:most]


def _level(held: Sequence[Seen], rhythm: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """What a day of factor 1 spends, and how many weeks old that is."""
    news = _news(_weeks(held, len(CALM)))
    weights = [weight * BOOST if age < news else weight for age, weight in enumerate(CALM)]
    spent, share = 0, ZERO
    for age, (weekday, amount) in enumerate(reversed(held[-WEEK * len(CALM) :])):
        spent += weights[age // WEEK] * amount
        share += weights[age // WEEK] * rhythm[weekday]
    lag = Fraction(sum(age * weight for age, weight in enumerate(weights)), sum(weights)) + Fraction(1, 2)
    return spent / share, lag


def _news(weeks: Sequence[int]) -> int:
    """How many of the newest weeks lie far outside all before them: since then things are different. 0 for none."""
    cuts = ((weeks[:age], weeks[age:]) for age in range(1, len(weeks)))
    return next((len(new) for new, old in cuts if min(new) > max(old) * FAR or max(new) * FAR < min(old)), 0)


def _growth(held: Sequence[Seen]) -> Fraction:
    """What a day spends more, or less, than a week before: as much as three in four pairs of weeks agree on, else nothing."""
    weeks = _weeks(held, TRACED)
    if len(weeks) < GROWN:
        return ZERO
    pairs = sorted(Fraction(weeks[new] - weeks[old], old - new) for old in range(len(weeks)) for new in range(old))
    few = len(pairs) // 4
    agreed = max(pairs[few], ZERO) + min(pairs[-1 - few], ZERO)
    believed = Fraction(len(weeks) - GROWN + 1, len(weeks) - GROWN + 2)  # a half in four weeks, three quarters in six
    return agreed * believed / WEEK


def _way(week: int) -> Fraction:
    """How many weeks' growth lie between now and the middle of a week ahead (0 the first), each damped more than the last."""
    return sum((DAMPING**n for n in range(1, week + 1)), start=DAMPING ** (week + 1) / 2)


def spread(seen: Sequence[Seen]) -> tuple[Fraction, Fraction] | None:
    """How many times what is expected the days ahead will spend, at least and at most, four times in five.

    As each week of the history did against what was to be expected from the days before it. None with less than RANGED days, or
    where something was spent when nothing was to be expected. A shift that comes later is outside, as often as it comes.
    """
    if len(seen) < RANGED:
        return None
    found = list[Fraction]()
    for end in range(WEEK, len(seen) - WEEK + 1):
        week = seen[end : end + WEEK]
        expected = sum(expect(seen[:end], [weekday for weekday, _ in week]))
        spent = sum(amount for _, amount in week)
        if expected:
            found.append(spent / expected)
        elif spent:
            return None
    found = sorted(found) or [Fraction(1)]
    few = (len(found) + 1) // OUTSIDE
    low, high = found[max(0, few - 1)], found[min(len(found) - 1, len(found) - few)]
    return min(low, Fraction(1)) * (1 - SLACK), max(high, Fraction(1)) * (1 + SLACK)
