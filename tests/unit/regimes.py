"""Daily spend as teams cause it, made up: what a forecast is tried on. The same name and seed give the same days."""

from collections.abc import Callable, Sequence
from math import exp
from random import Random

Seen = tuple[int, int]  # weekday (Monday 0), spent

PAST, AHEAD = 56, 28  # days
A_DAY = 10**11  # nano-dollars


def _noise(random: Random, size: float) -> float:
    return exp(random.gauss(0, size) - size * size / 2)  # of mean 1, as spend is: seldom much more, often a little less


def _rhythm(random: Random, spread: float = 0.15) -> list[float]:
    weekend = random.uniform(0.05, 0.4)
    return [*(random.uniform(1 - spread, 1 + spread) for _ in range(5)), weekend, weekend * random.uniform(0.7, 1.3)]


def rhythmic(random: Random) -> list[float]:
    """Every weekday has its own size."""
    rhythm = _rhythm(random, 0.5)
    return [rhythm[day % 7] * _noise(random, 0.2) for day in range(PAST + AHEAD)]


def growing(random: Random) -> list[float]:
    """Three to twelve percent more each week."""
    rhythm, rate = _rhythm(random), random.uniform(0.03, 0.12)
    return [rhythm[day % 7] * exp(rate * day / 7) * _noise(random, 0.2) for day in range(PAST + AHEAD)]


def shifted(random: Random) -> list[float]:
    """On one day of the last three weeks or the next it changes for good."""
    rhythm, times, on = _rhythm(random), random.choice([0.4, 0.5, 1.8, 2.5]), random.randrange(PAST - 21, PAST + 7)
    return [rhythm[day % 7] * (times if day >= on else 1) * _noise(random, 0.2) for day in range(PAST + AHEAD)]


def noisy(random: Random) -> list[float]:
    """One day is twice the other for no reason."""
    rhythm = _rhythm(random)
    return [rhythm[day % 7] * _noise(random, 0.6) for day in range(PAST + AHEAD)]


def holiday(random: Random) -> list[float]:
    """Now and then nobody works."""
    rhythm, off = _rhythm(random), {random.randrange(PAST + AHEAD) for _ in range(3)} | {random.randrange(PAST - 14, PAST)}
    return [rhythm[day % 7] * (0.1 if day in off else 1) * _noise(random, 0.2) for day in range(PAST + AHEAD)]


def odd(random: Random) -> list[float]:
    """In the last fortnight somebody let a job run."""
    rhythm, on = _rhythm(random), random.randrange(PAST - 14, PAST)
    return [rhythm[day % 7] * (random.uniform(4, 12) if day == on else 1) * _noise(random, 0.2) for day in range(PAST + AHEAD)]


Regime = Callable[[Random], list[float]]
REGIMES: tuple[Regime, ...] = (rhythmic, growing, shifted, noisy, holiday, odd)


def days(regime: Regime, seed: int) -> Sequence[Seen]:
    """PAST days, and the AHEAD that follow; the first is any day of the week."""
    first = seed % 7
    made = regime(Random(f"{regime.__name__} {seed}"))
    return [((first + day) % 7, int(A_DAY * amount)) for day, amount in enumerate(made)]
