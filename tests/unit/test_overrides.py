"""An override adds its amount from its verified start up to its end, and ends by itself, for the reason that is true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.cases import Case, Impact, Part, Term
from workflows.granting import Terms, grant, grants
from workflows.money import Unit
from workflows.overrides import (
    LEGAL,
    Event,
    Gone,
    Happened,
    Keep,
    Outcome,
    Override,
    Reason,
    Release,
    Status,
    Stop,
    Verified,
    decide,
    extra,
    main_of,
    rest_of,
    step_of,
    target,
    undone,
)
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RESET = T0 + 7 * DAY
ADA = PersonId("ada")


def given_to_ada(amount: int = 500, term: Term | None = None) -> Override:
    return Override(
        id="O-1",
        request="R-1",
        quota="q",
        amount=amount,
        unit=Unit.USD,
        holder=ADA,
        term=term or Term(span=2 * DAY),
        granted=T0,
        activate_by=T0 + HOUR,
    )


def then(override: Override, event: Event, hours: float) -> Override:
    decided = decide(override, event, now=T0 + hours * HOUR)
    assert isinstance(decided, Override)
    return decided


NEW = given_to_ada()
ACTIVE = then(NEW, Verified(RESET), 1)
ENDS = T0 + HOUR + 2 * DAY
INSTANT = timedelta(microseconds=1)


@st.composite
def lives(draw: st.DrawFn) -> Override:
    """An override and whatever happened to it so far, at any hours, in the order of time."""
    since = st.none() | st.integers(-5, 30).map(lambda n: T0 + n * HOUR)
    span = st.builds(Term, st.integers(0, 30).map(lambda n: n * HOUR), since=since)
    until = st.builds(Term, until=st.integers(-5, 40).map(lambda n: T0 + n * HOUR), since=since)
    override = replace(given_to_ada(draw(st.integers(1, 10**6)), draw(span | until)), held=draw(st.booleans()))
    now = T0
    release = st.integers(0, 40).map(lambda n: Release(T0 + n * HOUR, T0 + 40 * HOUR))
    stop = st.builds(Stop, st.sampled_from(Reason))
    events = st.just(Verified(T0 + 20 * HOUR)) | stop | st.just(Gone()) | st.just(Keep()) | release
    for event in draw(st.lists(events, max_size=4)):
        now += draw(st.integers(0, 12)) * HOUR
        decided = decide(override, event, now=now)
        override = override if isinstance(decided, Refused) else decided
    return override


hours = st.integers(-5, 80).map(lambda n: T0 + n * HOUR)


# Status, events and the table.

LATER = given_to_ada(term=Term(span=DAY, since=T0 + 5 * HOUR))
HELD = replace(NEW, held=True)
STATUSES = [
    ("held back", HELD, T0, "held"),
    ("held back long after", HELD, T0 + 90 * DAY, "held"),
    ("held back and stopped", then(HELD, Stop(Reason.LAPSED), 1), T0 + HOUR, "ending"),
    ("released", then(HELD, Release(T0 + DAY, T0 + 2 * HOUR), 1), T0 + HOUR, "activating"),
    ("to begin later", LATER, T0 + 5 * HOUR - INSTANT, "scheduled"),
    ("due", LATER, T0 + 5 * HOUR, "activating"),
    ("known to be enforced from its beginning", then(LATER, Verified(RESET), 1), T0 + 5 * HOUR - INSTANT, "scheduled"),
    ("begun as it was to", then(LATER, Verified(RESET), 1), T0 + 5 * HOUR, "active"),
    ("to begin later and stopped", then(LATER, Stop(Reason.REVOKED), 1), T0 + HOUR, "ending"),
    ("approved", NEW, T0, "activating"),
    ("approved, its activation deadline over", NEW, T0 + 2 * HOUR, "activating"),
    ("verified", ACTIVE, T0 + HOUR, "active"),
    ("the last moment", ACTIVE, ENDS - INSTANT, "active"),
    ("its end", ACTIVE, ENDS, "ending"),
    ("long after its end", ACTIVE, ENDS + 30 * DAY, "ending"),
    ("stopped", then(ACTIVE, Stop(Reason.RETURNED), 3), T0 + 3 * HOUR, "ending"),
    ("stopped before it began", then(NEW, Stop(Reason.UNAPPLIED), 1), T0 + HOUR, "ending"),
    ("ended", then(ACTIVE, Gone(), 49), ENDS, "ended"),
    ("stopped and ended", then(then(ACTIVE, Stop(Reason.REVOKED), 3), Gone(), 4), T0 + 4 * HOUR, "ended"),
    ("never begun and ended", then(then(NEW, Stop(Reason.UNAPPLIED), 1), Gone(), 2), T0 + 2 * HOUR, "ended"),
]
EVENTS: list[Event] = [
    Verified(RESET),
    Gone(),
    Stop(Reason.RETURNED),
    Release(T0 + 20 * DAY, T0 + 19 * DAY),
    Keep(),
]


@pytest.mark.parametrize(("override", "now", "status"), [s[1:] for s in STATUSES], ids=[s[0] for s in STATUSES])
def test_status_follows_from_facts_and_time(override: Override, now: datetime, status: str) -> None:
    assert override.status(now) == status


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(("override", "now", "status"), [s[1:] for s in STATUSES], ids=[s[0] for s in STATUSES])
def test_an_event_happens_only_where_the_table_says(override: Override, now: datetime, status: str, event: Event) -> None:
    decided = decide(override, event, now=now)
    if type(event) in LEGAL[Status(status)]:
        assert isinstance(decided, Override)
        assert decided.version == override.version + 1
    else:
        assert decided == Refused(Why.ALREADY_DECIDED, {"state": status, "at": override.over_at()})


def test_every_status_is_in_the_table_and_only_ended_has_no_way_on() -> None:
    assert set(LEGAL) == set(Status) == {Status(status) for *_, status in STATUSES}
    assert [status for status in Status if not LEGAL[status]] == [Status.ENDED]
    assert {str(status): {event.__name__ for event in events} for status, events in LEGAL.items()} == {
        "activating": {"Verified", "Stop"},
        "scheduled": {"Verified", "Stop"},
        "held": {"Release", "Stop"},
        "active": {"Stop", "Keep"},
        "ending": {"Gone"},
        "ended": set(),
    }


@given(lives(), hours, st.sampled_from(EVENTS))
def test_what_is_ended_stays_ended_and_what_was_granted_is_never_rewritten(
    override: Override, now: datetime, event: Event
) -> None:
    decided = decide(override, event, now=now)
    if isinstance(decided, Refused):
        return
    assert override.status(now) is not Status.ENDED
    released = ("term", "activate_by") if isinstance(event, Release) else ()
    for fact in {"id", "request", "quota", "amount", "unit", "holder", "term", "granted", "activate_by"}.difference(released):
        assert getattr(decided, fact) == getattr(override, fact)
    for once in ("starts", "ends", "stopped", "why", "gone"):
        assert getattr(override, once) in (None, getattr(decided, once))


# When it begins and ends.


def test_its_clock_starts_when_the_store_is_verified_and_not_when_it_was_approved() -> None:
    late = then(NEW, Verified(RESET), 30)
    assert (late.starts, late.ends) == (T0 + 30 * HOUR, T0 + 30 * HOUR + 2 * DAY)


def test_it_never_outlives_the_window_it_began_in() -> None:
    assert then(NEW, Verified(T0 + 5 * HOUR), 1).ends == T0 + 5 * HOUR


def test_an_end_on_the_calendar_does_not_move_with_the_start() -> None:
    fixed = given_to_ada(term=Term(until=T0 + DAY))
    assert then(fixed, Verified(RESET), 1).ends == then(fixed, Verified(RESET), 20).ends == T0 + DAY


@pytest.mark.parametrize("term", [Term(until=T0 + HOUR), Term(until=T0 - DAY), Term(span=timedelta())])
def test_an_override_verified_after_its_end_never_counts_and_has_expired(term: Term) -> None:
    late = then(given_to_ada(term=term), Verified(RESET), 2)
    now = T0 + 2 * HOUR
    assert late.starts == late.ends == now
    assert late.status(now) is Status.ENDING
    assert late.reason() is Reason.EXPIRED
    assert extra([late], now) == extra([late], now - INSTANT) == 0
    assert target(1000, [late], now) == 1000


def test_a_reset_that_is_over_when_it_is_verified_makes_it_end_at_once() -> None:
    late = then(NEW, Verified(T0), 1)
    assert late.starts == late.ends == T0 + HOUR


# Why it is over.


@pytest.mark.parametrize("why", Reason)
def test_it_is_over_for_the_reason_it_was_stopped_for(why: Reason) -> None:
    assert then(ACTIVE, Stop(why), 3).reason() is why
    assert then(NEW, Stop(why), 3).reason() is why
    assert then(then(ACTIVE, Stop(why), 3), Gone(), 90).reason() is why


def test_it_has_expired_when_nobody_stopped_it() -> None:
    assert ACTIVE.reason() is Reason.EXPIRED
    assert then(ACTIVE, Gone(), 90).reason() is Reason.EXPIRED


def test_it_cannot_be_stopped_once_it_has_expired_nor_twice() -> None:
    assert isinstance(decide(ACTIVE, Stop(Reason.REVOKED), now=ENDS), Refused)
    returned = then(ACTIVE, Stop(Reason.RETURNED), 3)
    assert isinstance(decide(returned, Stop(Reason.REVOKED), now=T0 + 4 * HOUR), Refused)


def test_a_second_stop_is_refused_also_by_a_clock_that_is_behind() -> None:
    returned = then(ACTIVE, Stop(Reason.RETURNED), 3)
    again = decide(returned, Stop(Reason.REVOKED), now=T0 + 3 * HOUR - INSTANT)
    assert again == Refused(Why.ALREADY_DECIDED, {"state": Status.ENDING, "at": T0 + 3 * HOUR})
    assert target(1000, [returned], T0 + 3 * HOUR - INSTANT) == 1000


def test_what_has_ended_is_not_wanted_back_by_a_clock_that_is_behind() -> None:
    ended = then(ACTIVE, Gone(), 49)
    assert ended.status(ENDS - INSTANT) is Status.ENDED
    assert target(1000, [ended], ENDS - INSTANT) == 1000


def test_a_stop_noted_at_or_after_the_end_does_not_take_the_end_nor_its_reason() -> None:
    for late in (ENDS, ENDS + HOUR):
        odd = replace(ACTIVE, stopped=late, why=Reason.REVOKED)
        assert (odd.over_at(), odd.reason()) == (ENDS, Reason.EXPIRED)


def test_a_stop_of_which_only_half_is_noted_is_not_told_as_a_reason() -> None:
    assert replace(ACTIVE, stopped=T0 + 3 * HOUR).reason() is Reason.EXPIRED
    assert replace(NEW, why=Reason.REVOKED).reason() is Reason.EXPIRED


def test_an_override_stopped_before_it_began_was_never_in_force() -> None:
    stopped = then(NEW, Stop(Reason.UNAPPLIED), 1)
    assert stopped.over_at() == T0 + HOUR
    assert isinstance(decide(stopped, Verified(RESET), now=T0 + 2 * HOUR), Refused)
    assert all(extra([stopped], T0 + n * HOUR) == 0 for n in range(-2, 80))
    assert [target(0, [o], T0 + HOUR) for o in (NEW, stopped)] == [500, 0]


def test_when_it_will_be_over_is_not_known_before_it_begins() -> None:
    assert NEW.over_at() is None
    assert ACTIVE.over_at() == ENDS
    assert then(ACTIVE, Stop(Reason.RETURNED), 3).over_at() == T0 + 3 * HOUR


# What begins later, follows, or is held back.


@pytest.mark.parametrize(("verified", "starts"), [(1, 5), (5, 5), (7, 7)])
def test_its_clock_starts_no_sooner_than_it_was_to_begin(verified: float, starts: float) -> None:
    begun = then(LATER, Verified(RESET), verified)
    assert (begun.starts, begun.ends) == (T0 + starts * HOUR, T0 + starts * HOUR + DAY)


def test_what_is_held_back_begins_when_it_is_released_and_ends_when_it_was_said_to() -> None:
    released = then(HELD, Release(T0 + DAY, T0 + 3 * HOUR), 1)
    assert not HELD.wanted(T0) and released.wanted(T0 + HOUR)
    assert (released.term, released.activate_by) == (Term(span=2 * DAY, until=T0 + DAY), T0 + 3 * HOUR)
    assert then(released, Verified(RESET), 2).ends == T0 + DAY


def test_whoever_keeps_it_is_noted_and_nothing_else_changes() -> None:
    kept = then(ACTIVE, Keep(), 3)
    assert kept == replace(ACTIVE, kept=T0 + 3 * HOUR, version=ACTIVE.version + 1)


NEXT = replace(given_to_ada(term=Term(span=DAY, since=ENDS)), id="O-2", follows="O-1")


@pytest.mark.parametrize(
    ("after", "before", "hours", "joins"),
    [
        (NEXT, ACTIVE, 2, True),
        (replace(NEXT, amount=499), ACTIVE, 2, True),
        (replace(NEXT, amount=501), ACTIVE, 2, False),
        (replace(NEXT, follows="O-3"), ACTIVE, 2, False),
        (replace(NEXT, term=Term(span=DAY, since=ENDS + HOUR)), ACTIVE, 2, False),
        (replace(NEXT, term=Term(span=DAY, since=ENDS - HOUR)), ACTIVE, 2, False),
        (NEXT, ACTIVE, 0, False),
        (NEXT, ACTIVE, 49, False),
        (replace(NEXT, term=Term(span=DAY)), NEW, 2, False),
        (NEXT, then(ACTIVE, Stop(Reason.RETURNED), 3), 2, False),
    ],
)
def test_what_follows_carries_on_what_is_in_force_until_then_and_adds_no_more(
    after: Override, before: Override, hours: float, joins: bool
) -> None:
    assert after.carries_on(before, T0 + hours * HOUR) is joins


def test_an_override_follows_nothing_unless_it_was_granted_so() -> None:
    assert (NEW.follows, NEW.held, NEW.grace, NEW.kept, NEW.outset, NEW.back) == ("", False, None, None, 0, 0)


# What it adds.


def test_it_counts_from_its_start_up_to_but_not_at_its_end() -> None:
    assert ACTIVE.starts is not None
    moments = (ACTIVE.starts - INSTANT, ACTIVE.starts, ENDS - INSTANT, ENDS)
    assert [extra([ACTIVE], at) for at in moments] == [0, 500, 500, 0]


def test_it_counts_on_while_its_end_is_not_known() -> None:
    assert extra([replace(ACTIVE, ends=None)], T0 + 90 * DAY) == 500


@given(st.lists(lives(), max_size=3), hours)
def test_the_effective_limit_is_the_base_and_every_override_in_force(overrides: list[Override], at: datetime) -> None:
    in_force = 0
    for o in overrides:
        ends = [moment for moment in (o.ends, o.stopped) if moment is not None]
        if o.starts is not None and o.starts <= at and all(at < end for end in ends):
            in_force += o.amount
    assert extra(overrides, at) == in_force


@given(st.lists(lives(), max_size=2), lives(), hours, hours)
def test_ending_one_changes_the_limit_by_exactly_its_amount(
    others: list[Override], one: Override, at: datetime, now: datetime
) -> None:
    assume(at >= now)
    stopped = decide(one, Stop(Reason.RETURNED), now=now)
    if isinstance(stopped, Refused):
        return
    lost = one.amount if extra([one], at) else 0
    assert extra([*others, one], at) - extra([*others, stopped], at) == lost
    wanted = one.amount if one.wanted(at) else 0
    assert target(1000, [*others, one], at) - target(1000, [*others, stopped], at) == wanted
    before = at - (at - now) - INSTANT
    assert extra([*others, one], before) == extra([*others, stopped], before)


@given(st.lists(lives(), max_size=3), st.integers(0, 10**6), hours, st.data())
def test_order_does_not_matter_and_an_edit_of_the_base_survives(
    overrides: list[Override], base: int, at: datetime, data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(overrides))
    assert extra(mixed, at) == extra(overrides, at)
    assert target(base, mixed, at) - base == target(0, overrides, at)


@given(st.lists(lives(), max_size=3), hours)
def test_the_store_should_enforce_what_counts_and_what_waits_to_be_verified(overrides: list[Override], at: datetime) -> None:
    noted = [(o, (o.starts, o.stopped, o.gone)) for o in overrides]  # and no clock has gone back since
    begun = [o for o, moments in noted if all(moment is None or moment <= at for moment in moments)]
    waiting = sum(o.amount for o in begun if o.status(at) is Status.ACTIVATING)
    assert target(1000, begun, at) == 1000 + extra(begun, at) + waiting


@given(lives(), hours)
def test_it_counts_exactly_while_it_is_active(override: Override, at: datetime) -> None:
    assume(all(at >= noted for noted in (override.starts, override.stopped, override.gone) if noted is not None))
    assert (extra([override], at) > 0) == (override.status(at) is Status.ACTIVE)


# What an approval creates.


def test_an_approval_creates_what_was_asked_for_with_its_own_activation_deadline() -> None:
    case = Case("q", 500, Unit.TOKENS, Term(span=DAY), "because", Impact("tickets", 4, "the dashboard"), Data.PUBLIC)
    request = Request("R-7RR", ADA, case, Route((Stage("manager", (PersonId("bob"),)),)), Limit.SOFT, T0, T0 + DAY)
    made = grant(request, now=T0 + HOUR, within=2 * HOUR)
    assert (made.id, made.request, made.version) == ("O-7RR", "R-7RR", 1)
    assert (made.quota, made.amount, made.unit, made.holder, made.term) == ("q", 500, Unit.TOKENS, ADA, case.term)
    assert (made.granted, made.activate_by) == (T0 + HOUR, T0 + 3 * HOUR)
    assert made.status(T0 + HOUR) is Status.ACTIVATING
    assert grant(replace(request, id="7R"), now=T0, within=HOUR).id == "O7R"


@pytest.mark.parametrize(("until", "activate_by"), [(HOUR, HOUR), (2 * HOUR, 2 * HOUR), (3 * HOUR, 2 * HOUR)])
def test_the_store_need_not_confirm_what_would_be_over(until: timedelta, activate_by: timedelta) -> None:
    case = Case("q", 500, Unit.USD, Term(until=T0 + until), "because", Impact("tickets", 4, "the dashboard"), Data.PUBLIC)
    request = Request("R-1", ADA, case, Route((Stage("manager", (PersonId("bob"),)),)), Limit.SOFT, T0, T0 + until)
    assert grant(request, now=T0, within=2 * HOUR).activate_by == T0 + activate_by


def test_an_approval_grants_on_each_quota_and_a_later_one_has_overrides_of_its_own() -> None:
    above = (Part("above", 700, Unit.USD), Part("tokens", 9, Unit.TOKENS))
    case = Case("q", 500, Unit.USD, Term(span=DAY), "because", Impact("tickets", 4, "me"), Data.PUBLIC, also=above)
    request = Request("R-1", ADA, case, Route((Stage("manager", (PersonId("bob"),)),)), Limit.SOFT, T0, T0 + DAY)
    first, again = (grants(request, Terms(HOUR, before), now=T0) for before in (0, 3))
    assert [override.id for override in (*first, *again)] == ["O-1", "O-1.2", "O-1.3", "O-1.4", "O-1.5", "O-1.6"]
    assert [(o.quota, o.amount, o.unit) for o in first] == [
        ("q", 500, Unit.USD),
        ("above", 700, Unit.USD),
        ("tokens", 9, Unit.TOKENS),
    ]
    assert {(o.request, o.holder, o.term, o.granted, o.activate_by) for o in first} == {("R-1", ADA, case.term, T0, T0 + HOUR)}


@pytest.mark.parametrize(
    ("why", "state", "decided", "told"),
    [
        (Reason.REVOKED, State.PENDING, None, True),
        (Reason.REVOKED, State.DENIED, T0, True),
        (Reason.REVOKED, State.APPROVED, T0 + 4 * HOUR, True),
        (Reason.REVOKED, State.APPROVED, T0 + 3 * HOUR, False),
        (Reason.REVOKED, State.APPROVED, T0, False),
        (Reason.REVOKED, State.APPROVED, None, False),
        (Reason.RETURNED, State.PENDING, None, False),
    ],
)
def test_an_override_is_undone_when_what_granted_it_was_and_not_when_somebody_ended_it(
    why: Reason, state: State, decided: datetime | None, told: bool
) -> None:
    case = Case("q", 500, Unit.USD, Term(span=DAY), "because", Impact("tickets", 4, "me"), Data.PUBLIC)
    request = Request("R-1", ADA, case, Route(), Limit.SOFT, T0, T0 + DAY, state=state, decided=decided)
    assert undone(then(ACTIVE, Stop(why), 3), request) is told
    assert not undone(ACTIVE, request)
    assert not undone(replace(ACTIVE, why=why), request)


# What is stored by its word, and what nobody said.


def test_a_word_that_is_stored_stays_the_word() -> None:
    assert [*Reason] == ["expired", "returned", "revoked", "superseded", "unused", "lapsed", "unapplied"]
    assert [*Happened] == ["yes", "partly", "no", "too_early"]


def test_an_outcome_says_only_what_the_holder_said() -> None:
    told = Outcome("O-1", Happened.NO, T0, ADA)
    assert (told.quantity, told.words, told.link) == (None, "", "")


def test_what_a_request_is_about_is_the_first_of_what_was_granted_last_and_no_rest_and_no_grace() -> None:
    rest = replace(NEW, id="O-1.2", held=True, amount=300)
    step = replace(NEW, id="O-1.3", follows="O-1", granted=T0 + HOUR)
    assert main_of([step, rest, NEW], "q") == NEW
    assert rest_of([step, rest, NEW], NEW) == rest
    assert rest_of([step, rest, NEW], rest) is None
    assert step_of([step, rest, NEW], NEW) == step
    assert main_of([NEW], "another") is None


def test_of_two_grants_of_one_moment_the_one_that_was_not_taken_back_counts() -> None:
    back = replace(NEW, stopped=T0, why=Reason.REVOKED)
    anew = replace(NEW, id="O-1.2")
    assert main_of([back, anew], "q") == anew
    assert rest_of([back, anew], back) is None


def test_a_grace_that_was_replaced_before_it_began_follows_nothing() -> None:
    step = replace(NEW, id="O-1.2", follows="O-1", starts=ENDS, ends=ENDS + DAY, stopped=T0 + DAY, why=Reason.SUPERSEDED)
    assert step_of([NEW, step], NEW) is None
    assert not step.began
    assert ACTIVE.began
