"""The digest tells what was spent and what came of it, in the order of app.yaml: it ranks nothing and names no spender."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.cases import Case, Impact, Term
from workflows.digest import Digest, Exceptional, Line, compose, weeks
from workflows.money import LARGEST, Unit
from workflows.overrides import Happened, Outcome, Override, Reason
from workflows.people import PersonId
from workflows.quotas import Quota, Standing
from workflows.requests import Request, State
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage
from workflows.times import Window

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Window(MONDAY, MONDAY + 7 * DAY)
NOW = WEEK.end + timedelta(hours=9)
ADA = PersonId("ada")
INSTANT = timedelta(microseconds=1)


def line(name: str, spent: int = 0, before: int | None = 0) -> Line:
    return Line(Standing(Quota(name, name, 1000), WEEK, NOW, spent, 1000), spent, before)


def asked(at: datetime, state: State = State.PENDING, decided: datetime | None = None, name: str = "R-1") -> Request:
    case = Case("q", 500, Unit.USD, Term(span=DAY), "because", Impact("tickets", 4, "the dashboard"), Data.PUBLIC)
    route = Route((Stage("manager", (PersonId("bob"),)),))
    return Request(name, ADA, case, route, Limit.SOFT, at, at + 5 * DAY, state=state, decided=decided)


def given_at(
    starts: datetime | None, ends: datetime | None, stopped: datetime | None = None, gone: datetime | None = None
) -> Override:
    why = Reason.RETURNED if stopped else None
    granted = starts or MONDAY - 20 * DAY
    term = Term(span=DAY)
    return Override(
        "O-1",
        "R-1",
        "q",
        500,
        Unit.USD,
        ADA,
        term,
        granted,
        granted,
        starts=starts,
        ends=ends,
        stopped=stopped,
        why=why,
        gone=gone,
    )


def digest(lines: list[Line], cases: list[Exceptional], at: datetime = NOW, window: Window = WEEK) -> Digest:
    return compose("C1", "2026-W47", window, at=at, lines=lines, cases=cases)


LONG_AGO = MONDAY - 30 * DAY
spends = st.integers(0, LARGEST // 2)


# Lines.


@given(st.lists(st.tuples(spends, spends), max_size=6), st.data())
def test_the_order_of_lines_is_app_yamls_whatever_was_spent(amounts: list[tuple[int, int]], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(amounts))
    one = digest([line(f"q{n}", *spent) for n, spent in enumerate(amounts)], [])
    two = digest([line(f"q{n}", *spent) for n, spent in enumerate(mixed)], [])
    assert [ln.standing.quota.key for ln in one.lines] == [ln.standing.quota.key for ln in two.lines]
    assert [(ln.spent, ln.before) for ln in two.lines] == list(mixed)


@given(st.lists(st.tuples(st.integers(-40, 20), st.integers(0, 10**9)), max_size=5), st.data())
def test_the_order_of_exceptions_is_theirs_whatever_was_asked(given_: list[tuple[int, int]], data: st.DataObject) -> None:
    def cases(amounts: list[int]) -> list[Exceptional]:
        requests = [asked(MONDAY + day * DAY, name=f"R-{n}") for n, (day, _) in enumerate(given_)]
        return [Exceptional(replace(r, case=replace(r.case, amount=a))) for r, a in zip(requests, amounts, strict=True)]

    plain = [amount for _, amount in given_]
    one, two = digest([], cases(plain)), digest([], cases(data.draw(st.permutations(plain))))
    assert [e.request.id for e in one.exceptions] == [e.request.id for e in two.exceptions]


def test_a_line_is_about_a_quota_and_has_no_room_for_a_person() -> None:
    assert [f.name for f in fields(Line)] == ["standing", "spent", "before"]
    assert [f.name for f in fields(Standing)] == ["quota", "window", "at", "spent", "base", "extra"]


@given(spends, spends)
@example(LARGEST // 2, LARGEST // 4 + 1)
@example(2 * 10**17 - 1, 10**17)
def test_a_change_is_said_in_whole_percent_that_were_reached(spent: int, before: int) -> None:
    change = line("q", spent, before).change
    if not before:
        assert change is None
        return
    assert change is not None
    exact = Fraction(spent - before, before) * 100
    assert abs(change) <= abs(exact) < abs(change) + 1
    assert change * exact >= 0


@pytest.mark.parametrize(
    ("spent", "before", "change"), [(3, 2, 50), (2, 3, -33), (0, 5, -100), (5, 5, 0), (199, 100, 99), (0, 0, None)]
)
def test_changes_are_rounded_toward_nothing(spent: int, before: int, change: int | None) -> None:
    assert line("q", spent, before).change == change


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({}, (0, 0)),
        ({16: 5, 22: 7, 23: 100}, (12, 0)),
        ({9: 1, 15: 2, 16: 5}, (5, 3)),
        ({10: 1, 15: 2, 16: 5}, (5, None)),
        ({8: 1, 10: 2, 16: 5}, (5, 2)),
        ({9: 0, 10: 2, 16: 5}, (5, None)),
    ],
)
def test_a_week_in_which_counting_began_is_not_compared_with(days: dict[int, int], told: tuple[int, int | None]) -> None:
    assert weeks({date(2026, 11, day): spent for day, spent in days.items()}, MONDAY.date()) == told
    assert line("q", 5, None).change is None


# Which exceptions touched the week.

TOUCHED = [
    ("asked in it", Exceptional(asked(MONDAY)), True),
    ("asked at its last moment", Exceptional(asked(WEEK.end - INSTANT)), True),
    ("asked at its end", Exceptional(asked(WEEK.end)), False),
    ("asked before, and still waiting", Exceptional(asked(MONDAY - INSTANT)), False),
    ("denied in it", Exceptional(asked(LONG_AGO, State.DENIED, MONDAY + DAY)), True),
    ("denied after it", Exceptional(asked(LONG_AGO, State.DENIED, WEEK.end)), False),
    ("over in it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(LONG_AGO, MONDAY)), True),
    ("over before it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(LONG_AGO, MONDAY - INSTANT)), False),
    ("returned in it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(LONG_AGO, NOW + DAY, MONDAY + DAY)), True),
    (
        "returned before it",
        Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(LONG_AGO, NOW + DAY, MONDAY - DAY)),
        False,
    ),
    ("running all through it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(LONG_AGO, NOW + DAY)), True),
    ("begun in it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(MONDAY + DAY, NOW + DAY)), True),
    ("begun after it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(WEEK.end, NOW + DAY)), False),
    ("never begun, given up in it", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(None, None, MONDAY)), True),
    ("not begun yet", Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(None, None)), False),
]


@pytest.mark.parametrize(("case", "touched"), [t[1:] for t in TOUCHED], ids=[t[0] for t in TOUCHED])
def test_an_exception_is_told_when_it_touched_the_week(case: Exceptional, touched: bool) -> None:
    assert digest([], [case]).exceptions == ((case,) if touched else ())


def test_what_came_of_an_exception_goes_with_it() -> None:
    outcome = Outcome("O-1", Happened.PARTLY, MONDAY, ADA, quantity=30)
    case = Exceptional(asked(MONDAY, State.APPROVED, MONDAY), given_at(MONDAY, MONDAY + DAY), outcome)
    assert digest([], [case]).exceptions[0].outcome == outcome


# Counts.


def test_counts_are_of_what_was_asked_and_decided_in_the_week() -> None:
    cases = [
        Exceptional(
            asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(LONG_AGO, MONDAY + DAY)
        ),  # approved a month ago, over now
        Exceptional(asked(MONDAY, State.APPROVED, MONDAY + DAY)),
        Exceptional(asked(LONG_AGO, State.DENIED, MONDAY)),
        Exceptional(asked(MONDAY, State.LAPSED, MONDAY + 5 * DAY)),
        Exceptional(asked(MONDAY + DAY)),
        Exceptional(asked(MONDAY + DAY, State.APPROVED, WEEK.end)),  # decided since: the next digest counts it
    ]
    told = digest([], cases)
    assert told.exceptions == tuple(cases)
    assert told.asked == 4
    assert {state: told.count(state) for state in State} == {
        "pending": 1,
        "approved": 1,
        "denied": 1,
        "withdrawn": 0,
        "lapsed": 1,
    }


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 20), st.sampled_from(State)), max_size=8))
def test_every_request_and_every_decision_is_counted_in_exactly_one_week(lives: list[tuple[int, int, State]]) -> None:
    cases = []
    for day, later, state in lives:
        decided = None if state is State.PENDING else MONDAY + (day + later) * DAY
        cases.append(
            Exceptional(asked(MONDAY + day * DAY, state, decided), given_at(decided, NOW + 90 * DAY) if decided else None)
        )
    weeks = [Window(MONDAY + 7 * n * DAY, MONDAY + 7 * (n + 1) * DAY) for n in range(-4, 8)]
    told = [digest([], cases, window=week) for week in weeks]
    assert sum(d.asked for d in told) == len(lives)
    for state in set(State) - {State.PENDING}:
        assert sum(d.count(state) for d in told) == sum(1 for *_, end in lives if end is state)


# Ending soon, and quiet weeks.


@pytest.mark.parametrize(
    ("override", "told"),
    [
        (given_at(LONG_AGO, NOW + 7 * DAY), True),
        (given_at(LONG_AGO, NOW + 7 * DAY + INSTANT), False),
        (given_at(LONG_AGO, NOW + INSTANT), True),
        (given_at(LONG_AGO, NOW), False),
        (given_at(LONG_AGO, NOW + DAY, NOW - DAY), False),
        (given_at(LONG_AGO, NOW - DAY, gone=NOW), False),
        (given_at(None, None), False),
    ],
)
def test_an_override_that_ends_within_seven_days_is_told_beforehand(override: Override, told: bool) -> None:
    case = Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), override)
    assert digest([], [case]).ending == ((override,) if told else ())


def test_a_week_is_quiet_when_nothing_was_spent_and_nobody_asked() -> None:
    assert digest([line("q"), line("r")], []).quiet
    assert digest([], [Exceptional(asked(LONG_AGO))]).quiet
    assert not digest([line("q"), line("r", spent=1)], []).quiet
    assert not digest([line("q", before=1)], []).quiet
    assert not digest([line("q")], [Exceptional(asked(MONDAY))]).quiet
    soon = Exceptional(asked(LONG_AGO, State.APPROVED, LONG_AGO), given_at(WEEK.end, NOW + DAY))
    assert not digest([line("q")], [soon]).quiet


def test_a_digest_says_whose_and_when_it_is() -> None:
    told = digest([], [])
    assert (told.channel, told.week, told.window, told.at) == ("C1", "2026-W47", WEEK, NOW)
