"""The gate answers from memory what a look at everything that ever happened would answer.

On the in-memory unit; `edges/test_checking.py` has it behind HTTP on SQLite, with other processes beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.memory import Memory, MemoryGlance
from workflows.admission import Decision, Estimate, Verdict
from workflows.admitting import BACK, Gate
from workflows.cases import Case, Impact, Term
from workflows.holdings import Holding
from workflows.limits import Place
from workflows.metering import record
from workflows.money import Unit
from workflows.overrides import Override, Reason
from workflows.people import PersonId
from workflows.policy import Organization, Policy
from workflows.ports import Changed, Unavailable, UnitOfWork
from workflows.quotas import Amount, At, AtSoft, Quota, Thresholds
from workflows.requests import Request
from workflows.rules import Data, Limit
from workflows.seats import Route
from workflows.spend import Counter, Metered, Tokens, Usage
from workflows.times import Period, window_at

ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCOPES = ("platform", "platform/eng", "platform/eng/search", "platform/eng/mobile", "platform/ops")
MODELS = ("opus-5", "mini")
TEAM = Quota("team", "platform/eng/search", 100)
ANY = Estimate()
POLICY = Policy(Organization("Acme", ZONE), (TEAM, Quota("all", "platform", 1_000)))


def call(number: int, cost: int = 1, at: datetime = NOW, **said: object) -> Usage:
    base = Usage(str(number).encode(), at, TEAM.scope, "mini", Tokens(input=cost), cost=cost)
    return base._replace(**said)  # type: ignore[arg-type]


def granted(name: str, quota: str, amount: int, starts: datetime | None, ends: datetime | None) -> Override:
    return Override(
        f"O{name}", f"R{name}", quota, amount, Unit.USD, PersonId("U1"), Term(span=HOUR), NOW, NOW, starts=starts, ends=ends
    )


@dataclass
class Office:
    """A database, its gate, and everything that happened. `at` is the time."""

    policy: Policy
    at: datetime = NOW
    memory: Memory = field(default_factory=Memory)
    usages: list[Usage] = field(default_factory=list)
    overrides: dict[str, Override] = field(default_factory=dict)
    looks: int = 0
    gone: bool = False
    since: datetime = NOW

    def __post_init__(self) -> None:
        self.gate = Gate(self.policy, self.reads)
        self.memory.listen(self.gate.hear)
        with self.memory.units() as unit:
            for quota in self.policy.quotas:
                unit.meter.know(Metered(quota.key, self.since, ""))
            unit.commit()
        self.gate.refresh(self.at)

    def reads(self) -> UnitOfWork:
        """What the gate looks with; it is counted, and fails while the database is `gone`."""
        if self.gone:
            raise Unavailable("the database does not answer")
        self.looks += 1
        return self.memory.reads()

    def spends(self, *usages: Usage) -> None:
        record(usages, policy=self.policy, prices={}, units=self.memory.units, now=self.at)
        self.usages += usages

    def keeps(self, override: Override) -> None:
        """Adds an override, or saves its next version."""
        case = Case(override.quota, override.amount, override.unit, override.term, "why", Impact("", 1, ""), Data.PUBLIC)
        with self.memory.units() as unit:
            if override.version == 1:
                unit.requests.add(Request(override.request, PersonId(override.id), case, Route(()), Limit.SOFT, NOW, NOW))
                unit.overrides.add(override)
            else:
                unit.overrides.save(override)
            unit.commit()
        self.overrides[override.id] = override

    def stops(self, name: str, *, gone: bool = False) -> None:
        before = self.overrides[name]
        self.keeps(
            replace(before, version=before.version + 1, stopped=self.at, why=Reason.RETURNED, gone=self.at if gone else None)
        )

    def asks(self, scope: str = TEAM.scope, model: str = "mini", estimate: Estimate = ANY) -> Verdict:
        verdict = self.gate.check(scope, model, estimate, now=self.at)
        if verdict is None:
            self.gate.refresh(self.at)
            verdict = self.gate.check(scope, model, estimate, now=self.at)
        assert verdict is not None
        return verdict


def period_of(quota: Quota, at: datetime) -> tuple[int, ...] | date:
    """Which turn of a quota's period a moment is in, by the calendar on the wall."""
    day = at.astimezone(ZoneInfo(ZONE)).date()
    match quota.period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day.isocalendar()[:2]
        case Period.MONTH:
            return day.year, day.month
        case Period.QUARTER:
            return day.year, (day.month - 1) // 3


def amount_of(usage: Usage, unit: Unit) -> int:
    return {Unit.USD: usage.cost or 0, Unit.TOKENS: usage.tokens.total, Unit.REQUESTS: usage.requests}[unit]


def reaches(quota: Quota, scope: str, model: str) -> bool:
    inside = scope == quota.scope or scope.startswith(f"{quota.scope}/")
    return inside and (not quota.models or any(fnmatchcase(model, pattern) for pattern in quota.models))


def spent_in(office: Office, quota: Quota, at: datetime) -> int:
    """What was spent of a quota in the turn of its period that holds a moment."""
    turn = period_of(quota, at)
    here = (u for u in office.usages if reaches(quota, u.scope, u.model) and period_of(quota, u.at) == turn)
    return sum(amount_of(usage, quota.unit) for usage in here)


def added_to(office: Office, quota: Quota) -> int:
    """What a quota has beyond app.yaml's limit: what is left of the turn before, and overrides."""
    begun = window_at(quota.period, ZONE, office.at).start
    carried = min(quota.rollover, max(0, quota.limit - spent_in(office, quota, begun - timedelta(seconds=1))))
    added = carried if office.since < begun else 0
    for o in office.overrides.values():
        if o.quota == quota.key and o.starts is not None and o.ends is not None:
            end = o.ends if o.stopped is None else min(o.ends, o.stopped)
            added += o.amount if o.starts <= office.at < end else 0
    return added


def naive(office: Office, scope: str, model: str, estimate: Estimate) -> Decision:
    """The answer of somebody who looks through everything that ever happened."""
    here = (quota for quota in office.policy.quotas if reaches(quota, scope, model))
    return max((answer(office, quota, estimate) for quota in here), key=list(Decision).index, default=Decision.ALLOW)


def answer(office: Office, quota: Quota, estimate: Estimate) -> Decision:
    added = added_to(office, quota)
    would = {Unit.USD: estimate.cost, Unit.TOKENS: estimate.tokens, Unit.REQUESTS: estimate.requests}[quota.unit]
    last = spent_in(office, quota, office.at) + (would or 1) - 1

    def past(at: At) -> bool:
        return last >= at.size + added if isinstance(at, Amount) else last * 100 >= (quota.limit + added) * at

    if past(quota.thresholds.hard):
        return Decision.DENY
    return Decision(quota.at_soft.replace(" ", "_")) if past(quota.thresholds.soft) else Decision.ALLOW


limits = st.integers(0, 60)
quotas = st.builds(
    Quota,
    key=st.just(""),
    scope=st.sampled_from(SCOPES),
    limit=limits,
    unit=st.sampled_from(Unit),
    period=st.sampled_from(Period),
    models=st.sampled_from([(), ("opus-*",), ("gpt-*", "mini")]),
    thresholds=st.sampled_from(
        [Thresholds(), Thresholds((50,), 80, 80), Thresholds((), Amount(20), 150), Thresholds((), 100, Amount(90))]
    ),
    at_soft=st.sampled_from(AtSoft),
    rollover=st.sampled_from([0, 0, 15, 1_000]),
)
trees = st.lists(quotas, min_size=1, max_size=6).map(
    lambda found: Policy(Organization("Acme", ZONE), tuple(replace(quota, key=f"q{n}") for n, quota in enumerate(found)))
)
estimates = st.builds(Estimate, st.integers(0, 30), st.integers(0, 30))
steps = st.lists(st.sampled_from(["spend", "spend", "grant", "stop", "wait", "forget", "refresh"]), max_size=14)


def happens(what: str, office: Office, data: st.DataObject, number: int) -> None:
    match what:
        case "spend":
            back = timedelta(minutes=data.draw(st.sampled_from([-4, 0, 10, 3 * 60, 3 * 24 * 60, 20 * 24 * 60])))
            scope, model = data.draw(st.sampled_from(SCOPES)), data.draw(st.sampled_from(MODELS))
            office.spends(call(number, data.draw(st.integers(0, 40)), office.at - back, scope=scope, model=model))
        case "grant":
            quota = data.draw(st.sampled_from(office.policy.quotas)).key
            begins = office.at + data.draw(st.integers(-2, 2)) * HOUR
            amount, hours = data.draw(limits), data.draw(st.integers(0, 40))
            office.keeps(granted(str(number), quota, amount, begins, begins + hours * HOUR))
        case "stop":
            running = [o.id for o in office.overrides.values() if o.stopped is None]
            if running:
                office.stops(data.draw(st.sampled_from(running)), gone=data.draw(st.booleans()))
        case "wait":
            office.at += timedelta(minutes=data.draw(st.sampled_from([1, 60, 12 * 60, 8 * 24 * 60])))
        case "forget":
            office.gate.forget()
        case "refresh":
            office.gate.refresh(office.at)


@given(trees, steps, st.data())
@settings(max_examples=4 * settings.default.max_examples)  # type: ignore[union-attr]
def test_whatever_happened_the_gate_answers_as_one_who_looks_through_it_all(
    policy: Policy, happened: list[str], data: st.DataObject
) -> None:
    """Also after the memory was dropped, at any time, and across resets and the ends of overrides."""
    office = Office(policy, since=NOW - data.draw(st.sampled_from([timedelta(), timedelta(days=400)])))
    for number, what in enumerate(happened):
        happens(what, office, data, number)
        scope, model, estimate = data.draw(st.sampled_from(SCOPES)), data.draw(st.sampled_from(MODELS)), data.draw(estimates)
        assert office.asks(scope, model, estimate).decision == naive(office, scope, model, estimate)


def test_an_override_counts_from_its_start_until_just_before_its_end() -> None:
    office = Office(POLICY)
    office.spends(call(1, 100))
    office.keeps(granted("1", "team", 50, NOW, NOW + HOUR))
    instant = timedelta(microseconds=1)
    found = {}
    for office.at in (NOW - instant, NOW, NOW + HOUR - instant, NOW + HOUR):
        found[office.at] = office.asks().decision
    assert [str(decision) for decision in found.values()] == ["needs_exception", "allow", "allow", "needs_exception"]


def test_an_override_that_the_store_has_not_confirmed_counts_for_nothing() -> None:
    office = Office(POLICY)
    office.spends(call(1, 100))
    office.keeps(granted("1", "team", 50, None, None))
    assert office.asks().decision is Decision.NEEDS_EXCEPTION
    office.keeps(replace(office.overrides["O1"], version=2, starts=office.at, ends=office.at + HOUR))
    assert office.asks().decision is Decision.ALLOW


def test_what_this_process_commits_is_known_without_another_look() -> None:
    office = Office(POLICY)
    office.spends(call(1, 100))
    assert office.asks().decision is Decision.NEEDS_EXCEPTION
    office.keeps(granted("1", "team", 50, NOW, NOW + HOUR))
    assert office.asks().decision is Decision.ALLOW
    office.stops("O1")
    assert office.asks().decision is Decision.NEEDS_EXCEPTION
    assert office.looks == 1


def test_what_others_commit_is_known_after_the_next_look() -> None:
    office = Office(POLICY)
    office.memory.listeners.clear()
    office.spends(call(1, 100))
    office.keeps(granted("1", "team", 50, NOW, NOW + HOUR))
    office.gate.refresh(NOW)
    assert (office.asks().findings[0].standing.spent, office.asks().findings[0].standing.extra) == (100, 50)
    office.stops("O1", gone=True)
    office.gate.refresh(NOW)
    assert office.asks().findings[0].standing.extra == 0


def test_old_news_changes_nothing() -> None:
    office = Office(POLICY)
    window = POLICY.window(TEAM, NOW)
    begun = granted("1", "team", 50, NOW, NOW + HOUR)
    office.gate.hear(Changed([Counter("team", window, 90, 3)], [replace(begun, version=3, stopped=NOW), begun]))
    office.gate.hear(Changed([Counter("team", window, 40, 2)], [replace(begun, version=2)]))
    assert (office.asks().findings[0].standing.spent, office.asks().findings[0].standing.extra) == (90, 0)


class During(MemoryGlance):
    """A look after which something happens before it is made use of."""

    def __init__(self, memory: Memory, then: Callable[[], None]) -> None:
        super().__init__(memory)
        self.then = then

    def __exit__(self, *_: object) -> None:
        self.then()


@pytest.mark.parametrize("forgotten", [False, True])
def test_what_is_committed_while_the_gate_looks_is_not_lost(forgotten: bool) -> None:
    office = Office(POLICY)

    def happen() -> None:
        office.spends(call(1, 100))
        office.keeps(granted("1", "team", 50, NOW, NOW + HOUR))
        if forgotten:
            office.gate.forget()

    office.gate = gate = Gate(POLICY, lambda: During(office.memory, happen))
    office.memory.listen(gate.hear)
    gate.refresh(NOW)
    assert gate.check(TEAM.scope, "mini", Estimate(), now=NOW) == office.asks()
    assert (office.asks().findings[0].standing.spent, office.asks().findings[0].standing.extra) == (100, 50)


def test_while_the_database_does_not_answer_what_is_known_goes_on_counting() -> None:
    office = Office(POLICY)
    office.spends(call(1, 100))
    office.gone = True
    with pytest.raises(Unavailable):
        office.gate.refresh(NOW + HOUR)
    office.at += HOUR
    assert office.asks().decision is Decision.NEEDS_EXCEPTION
    office.gone = False
    office.spends(call(2, 20))
    assert office.asks().decision is Decision.DENY


def test_what_was_counted_ahead_of_a_reset_counts_after_it() -> None:
    office = Office(POLICY, at=datetime(2026, 11, 30, 22, 58, tzinfo=UTC))
    office.spends(call(1, 120, at=datetime(2026, 11, 30, 23, 1, tzinfo=UTC)))
    office.gate.forget()
    assert office.asks().decision is Decision.ALLOW
    office.at = datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert office.asks().decision is Decision.DENY


def test_a_clock_that_is_set_back_finds_the_window_that_it_comes_back_to() -> None:
    office = Office(POLICY, at=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))
    office.spends(call(1, 120, at=office.at))
    after = datetime(2026, 11, 30, 23, 10, tzinfo=UTC)
    office.gate.refresh(after)
    assert office.asks().decision is Decision.DENY
    assert office.looks == 2
    office.gate.refresh(after + 2 * BACK)
    assert office.gate.check(TEAM.scope, "mini", Estimate(), now=office.at) is None
    assert office.asks().decision is Decision.DENY


def test_a_limit_that_was_edited_counts_from_the_next_start() -> None:
    office = Office(POLICY)
    office.spends(call(1, 100))
    office.gate = Gate(replace(POLICY, quotas=(replace(TEAM, limit=200), *POLICY.quotas[1:])), office.memory.reads)
    assert office.asks().decision is Decision.ALLOW


def test_what_is_carried_over_follows_late_usage_at_once() -> None:
    carrying = replace(POLICY, quotas=(replace(TEAM, rollover=50), *POLICY.quotas[1:]))
    october, november = datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC)
    office = Office(carrying, at=october, since=october - timedelta(days=60))
    office.spends(call(1, 70, at=october))
    office.at = november
    assert office.asks().findings[0].standing.base == 130
    office.spends(call(2, 20, at=october))
    assert office.asks().findings[0].standing.base == 110
    office.gate.refresh(november)
    office.spends(call(3, 5, at=october))
    assert office.asks().findings[0].standing.base == 105
    assert office.looks == 2
    office.gate.forget()
    assert office.asks().findings[0].standing.base == 105


def test_a_limit_that_was_adopted_in_its_store_counts_until_app_yaml_says_another() -> None:
    placed = replace(TEAM, place=Place("litellm", (("team", "search"),)))
    office = Office(Policy(Organization("Acme", ZONE), (placed,)))
    office.spends(call(1, 110))
    assert office.asks().decision is Decision.NEEDS_EXCEPTION
    adopted = Holding(TEAM.key, TEAM.limit, adopted=500)
    with office.memory.units() as unit:
        unit.holdings.save(adopted)
        unit.commit()
    assert office.asks().findings[0].standing.base == 500
    office.gate.forget()
    assert office.asks().decision is Decision.ALLOW
    with office.memory.units() as unit:
        unit.holdings.save(replace(adopted, adopted=None, version=2))
        unit.commit()
    office.gate.refresh(NOW)
    assert office.asks().findings[0].standing.base == TEAM.limit
    later = Gate(Policy(Organization("Acme", ZONE), (replace(placed, limit=200),)), office.reads)
    later.refresh(NOW)
    verdict = later.check(TEAM.scope, "mini", ANY, now=NOW)
    assert verdict is not None and verdict.findings[0].standing.base == 200
