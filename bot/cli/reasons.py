"""The reasons of a baseline, in words: what was spent, what was left out and why, and how a number came about.

Names of teams, use cases and environments are senders' words: whoever prints them keeps them on one line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.config.problems import tame
from workflows.baseline import SPAN, USUAL_DAY, Facts, History, Proposal, Verdict, needed
from workflows.money import NANO, Unit, show
from workflows.policy import Policy
from workflows.proposing import Baseline, Cohorts, Unclaimed
from workflows.times import Period

SHOWN = 6  # values of one dimension, and scopes in one line
NAME = 40  # characters of a sender's word
WORDS = {"team": "team", "use_case": "use case", "environment": "environment"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the reasons are about."""

    policy: Policy
    history: History
    headroom: int


def days(number: int) -> str:
    return f"{number} day{'s' if number != 1 else ''}"


def shown(amount: int, unit: Unit) -> str:
    """An amount, in whole dollars from a hundred on: a reason is not an account."""
    whole = unit is Unit.USD and abs(amount) >= 100 * NANO
    return show(round(Fraction(amount, NANO)) * NANO if whole else amount, unit)


def limit(proposal: Proposal) -> str:
    """As app.yaml writes it."""
    return f"{show(proposal.limit, proposal.quota.unit)} a {proposal.quota.period}"


def head(found: Baseline, told: Told) -> Iterable[str]:
    """What stands above the section."""
    first, last = told.history.first, told.history.last
    zone = told.policy.organization.zone
    yield f"Proposed by leeway baseline from {first} to {last}, whole days in {zone}, with {told.headroom} % headroom."
    yield "Put this in place of the section quotas of app.yaml, look at each number, and run leeway check."
    for scope, number in list(found.waiting.items())[:SHOWN]:
        yield f"No budget for {scope}: too little history ({days(number)})."
    if len(found.waiting) > SHOWN:
        yield f"And none for {len(found.waiting) - SHOWN} scopes more, for the same reason."
    if found.unclaimed is not None:
        yield from _unclaimed(found.unclaimed, told.policy.unattributed)
    events, cost = found.unpriced
    if events:
        yield f"{events:,} calls to models without a known price count as {shown(cost, Unit.USD)}, by models.fallback_price."


def _unclaimed(unclaimed: Unclaimed, scope: str) -> Iterable[str]:
    spent = shown(unclaimed.total, Unit.USD)
    yield f"{scope}: {spent} in {days(unclaimed.days)} that no rule of attribution claims; it has no budget, it needs rules."
    yield from cohorts(unclaimed.cohorts, Unit.USD)


def why(proposal: Proposal, found: Baseline, told: Told) -> list[str]:
    """The reasons for one number, a line each."""
    known, unit = proposal.facts, proposal.quota.unit
    if not known.enough:
        return [*_left(proposal), *(_below(proposal) if proposal.verdict is Verdict.RAISE or proposal.pinned else [])]
    return [
        f"{_verdict(proposal)}: {_spent(known, proposal.quota.period, unit)}",
        _sum(proposal, told.headroom),
        *_exceptions(known, unit),
        *_below(proposal),
        *cohorts(found.cohorts.get(proposal.quota.key, {}), unit),
    ]


def _verdict(proposal: Proposal) -> str:
    current = shown(proposal.current or 0, proposal.quota.unit)
    if proposal.pinned:
        return f"left at {current} (its thresholds are amounts: set them and the limit together)"
    match proposal.verdict:
        case Verdict.NEW:
            return "new, it has no budget yet"
        case Verdict.KEEP:
            return f"keep {current}"
        case verdict:
            return f"{verdict}, from {current}"


def _left(proposal: Proposal) -> Iterable[str]:
    current, known = shown(proposal.current or 0, proposal.quota.unit), proposal.facts
    some = f"nothing in most of {len(known.weeks)} weeks" if known.weeks else f"too little history ({days(known.days)})"
    some = some if known.days else "nothing was spent in it"
    verb = "left at" if proposal.verdict is Verdict.LEAVE else "raised, from"
    yield f"{verb} {current}: {some}"


def _spent(known: Facts, period: Period, unit: Unit) -> str:
    weeks = f"{len(known.weeks)} weeks, median week {shown(known.median, unit)}, busiest {shown(known.busiest, unit)}"
    if period is Period.DAY:
        return f"{weeks}; {USUAL_DAY.numerator} of {USUAL_DAY.denominator} days at most {shown(known.usual, unit)}"
    return f"{weeks}; three of four at most {shown(known.usual, unit)}"


def _sum(proposal: Proposal, headroom: int) -> str:
    known, unit, period = proposal.facts, proposal.quota.unit, proposal.quota.period
    level, need = shown(_whole(known.level), unit), shown(_whole(needed(known, period)), unit)
    rising = f"rising by about {shown(_whole(known.slope), unit)} a week: {level} half a {period} ahead; " if known.slope else ""
    span = {Period.DAY: "", Period.WEEK: ""}.get(period, f"{need} in {SPAN[period]} days, ")
    return f"{rising}{span or f'{need}, '}{shown(proposal.need, unit)} with {headroom} % headroom"


def _whole(amount: Fraction) -> int:
    return round(amount)


def _exceptions(known: Facts, unit: Unit) -> Iterable[str]:
    if known.excepted:
        yield f"without {shown(known.excepted, unit)} that was spent under overrides"
    if known.beyond and known.counted:
        times = f"in {known.over_weeks} of {len(known.weeks)} weeks, so that it is no exception"
        yield f"with {shown(known.beyond, unit)} that was spent beyond the limit without an override, {times}"
    elif known.beyond:
        yield f"without {shown(known.beyond, unit)} that was spent beyond the limit without an override"


def _below(proposal: Proposal) -> Iterable[str]:
    if proposal.below > proposal.need:
        yield f"at least the {shown(proposal.below, proposal.quota.unit)} that the quotas below it add up to"


def cohorts(found: Cohorts, unit: Unit) -> Iterable[str]:
    """A line for each dimension, names in their own order: this is no ranking."""
    for dimension, values in found.items():
        some = [f"{tame(name, NAME) or 'not said'} {shown(spent, unit)}" for name, spent in list(values.items())[:SHOWN]]
        more = f", and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
        yield f"median week by {WORDS[dimension]}: {', '.join(some)}{more}"


def plain(found: Baseline, told: Told) -> dict[str, object]:
    """As JSON values; amounts are integers in the quota's unit."""
    unclaimed = found.unclaimed
    lost = {"total": unclaimed.total, "days": unclaimed.days, **unclaimed.cohorts} if unclaimed else None
    return {
        "from": told.history.first.isoformat(),
        "to": told.history.last.isoformat(),
        "headroom": told.headroom,
        "quotas": [_proposal(proposal, found, told) for proposal in found.proposals],
        "too_little": [{"scope": scope, "days": number} for scope, number in found.waiting.items()],
        "unattributed": lost,
        "unpriced": {"events": found.unpriced[0], "cost": found.unpriced[1]},
    }


def _proposal(proposal: Proposal, found: Baseline, told: Told) -> dict[str, object]:
    quota, known = proposal.quota, proposal.facts
    named = {"key": quota.key, "scope": quota.scope, "unit": quota.unit, "period": quota.period, "models": list(quota.models)}
    number = {"verdict": proposal.verdict, "current": proposal.current, "proposed": proposal.limit, "text": limit(proposal)}
    grounds = {
        "days": known.days,
        "weeks": list(known.weeks),
        "usual": known.usual,
        "need": proposal.need,
        "below": proposal.below,
    }
    left = {"under_overrides": known.excepted, "beyond": known.beyond, "beyond_counted": known.counted}
    cohort: Mapping[str, object] = found.cohorts.get(quota.key, {})
    return {**named, **number, **grounds, **left, "reasons": why(proposal, found, told), "cohorts": cohort}
