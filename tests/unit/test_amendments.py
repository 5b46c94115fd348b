"""What was told is kept; what turned out another is told beside it once in its own message and once in the next digest."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memory import Memory
from workflows import digesting
from workflows.amending import PAUSE
from workflows.amendments import Report, amend, untold
from workflows.audit import broken
from workflows.correcting import correct
from workflows.corrections import Correction
from workflows.digest import Amended, Change, Digest, Line, Recount
from workflows.effects import Do
from workflows.keeping import Kit
from workflows.metering import record
from workflows.money import Unit, usd
from workflows.outcomes import Made, Produced, Worth
from workflows.policy import DigestPlan, Organization, Policy
from workflows.ports import UnitOfWork
from workflows.producing import produce
from workflows.quotas import Quota, Standing
from workflows.spend import Tokens, Usage
from workflows.times import Window, week_name, week_window

ZONE = "Europe/Berlin"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WEEK = "2026-W47"
WINDOW = week_window(WEEK, ZONE)
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # nine in Berlin: the digest of the week before is due
LATE = MONDAY - 3 * DAY
SEARCH, MOBILE = "platform/search", "platform/mobile"
QUOTAS = (
    Quota("all", "platform", usd(9_000), channel="C0ALL"),
    Quota("search", SEARCH, usd(100), channel="C0SEARCH"),
    Quota("opus", SEARCH, usd(50), models=("opus",), channel="C0SEARCH"),
    Quota("tokens", SEARCH, 10**9, unit=Unit.TOKENS, channel="C0SEARCH"),
    Quota("mobile", MOBILE, usd(100), channel="C0MOBILE"),
)
POLICY = Policy(Organization("Acme", ZONE), QUOTAS, digest=DigestPlan(leadership="C0LEAD"))
KEY = f"C0SEARCH/{WEEK}"


def spend(key: object, cost: int, at: datetime, **said: Any) -> Usage:
    return Usage(str(key).encode(), at, SEARCH, "mini", Tokens(1), cost)._replace(**said)


def count(memory: Memory, *usages: Usage, now: datetime = MONDAY) -> None:
    record(usages, policy=POLICY, prices={}, units=memory.units, now=now)


def asked(memory: Memory) -> dict[str, datetime | None]:
    """The digests that are to be shown, and when."""
    return {key: row.due for (do, key), row in memory.data.outbox.items() if do is Do.SHOW_DIGEST}


def tell(memory: Memory, channel: str = "C0SEARCH", week: str = WEEK, now: datetime = MONDAY) -> Digest:
    """The digest is computed, posted and kept."""
    with memory.units() as unit:
        told = digesting.compute(unit, POLICY, f"{channel}/{week}", now)
        digesting.keep(unit, told)
        unit.commit()
    delivered(memory)
    return told


def delivered(memory: Memory) -> None:
    memory.data = replace(memory.data, outbox={})


def looked_at(memory: Memory, now: datetime, key: str = KEY) -> Report:
    """What the digest says once it was looked at again, and kept when it says something else."""
    with memory.units() as unit:
        report = unit.reports.get(key)
        assert report
        amended = digesting.again(unit, POLICY, report, now)
        if amended is not report:
            digesting.keep_amended(unit, amended, now)
            unit.commit()
    return amended


def changes(report: Report) -> dict[str, tuple[int, int, int]]:
    """What its message says was said, came late and was corrected, by quota."""
    amended = report.shown.amended if report.shown else None
    return {c.quota: (c.said, c.late, c.corrected) for c in amended.changes} if amended else {}


# Who looks again, and when.


def test_usage_of_a_week_that_was_told_has_its_digests_looked_at_again_in_a_minute() -> None:
    memory = Memory()
    count(memory, spend(1, usd(5), LATE))
    tell(memory)
    tell(memory, "C0LEAD")
    count(memory, spend(2, usd(7), LATE), spend(3, usd(7), LATE + DAY), now=MONDAY + DAY)
    assert asked(memory) == {KEY: MONDAY + DAY + PAUSE, f"C0LEAD/{WEEK}": MONDAY + DAY + PAUSE}


def test_a_week_that_nobody_was_told_of_is_not_told_by_late_usage() -> None:
    memory = Memory()
    tell(memory)
    count(memory, spend(1, usd(5), LATE - 7 * DAY), spend(2, usd(5), LATE, scope=MOBILE), spend(3, usd(5), MONDAY))
    assert asked(memory) == {}


def test_usage_that_was_counted_before_changes_nothing() -> None:
    memory = Memory()
    count(memory, spend(1, usd(5), LATE))
    tell(memory)
    count(memory, spend(1, usd(5), LATE), now=MONDAY + DAY)
    assert asked(memory) == {}


class Blind:
    """Units without any reports: whoever asks for one fails."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def units(self) -> UnitOfWork:
        return _Blinded(self.memory.units())  # type: ignore[return-value]


class _Blinded:
    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    def __enter__(self) -> UnitOfWork:
        unit = self.unit.__enter__()
        del unit.reports
        return unit

    def __exit__(self, *error: Any) -> None:
        self.unit.__exit__(*error)


@pytest.mark.parametrize("back", [timedelta(), timedelta(hours=8, minutes=59)])
def test_usage_of_the_week_that_runs_asks_for_no_report(back: timedelta) -> None:
    units = Blind(Memory()).units
    assert record([spend(1, usd(5), MONDAY - back)], policy=POLICY, prices={}, units=units, now=MONDAY).accepted == 1
    with pytest.raises(AttributeError, match="reports"):
        record([spend(2, usd(5), MONDAY - timedelta(hours=9, minutes=1))], policy=POLICY, prices={}, units=units, now=MONDAY)


def test_what_was_produced_in_a_week_that_was_told_is_looked_at_too() -> None:
    memory = Memory()
    tell(memory)
    made = Produced(b"1", LATE, SEARCH, "tickets", 40)
    produce([made], policy=POLICY, units=memory.units, now=MONDAY + DAY)
    assert asked(memory) == {KEY: MONDAY + DAY + PAUSE}
    delivered(memory)
    produce([made], policy=POLICY, units=memory.units, now=MONDAY + DAY)
    assert asked(memory) == {}


def kit(memory: Memory, now: datetime) -> Kit:
    class Still:
        def now(self) -> datetime:
            return now

    nobody: Any = None
    return Kit(POLICY, Still(), memory.units, memory.reads, nobody, nobody)


def test_what_was_counted_while_a_digest_was_posted_is_found_when_it_was_kept() -> None:
    """The digest is computed; then late usage comes, of which nobody can know that it was told; then the digest is kept."""
    memory = Memory()
    with memory.reads() as unit:
        told = digesting.compute(unit, POLICY, KEY, MONDAY)
    count(memory, spend(1, usd(5), LATE))
    assert asked(memory) == {}
    with memory.units() as unit:
        digesting.keep(unit, told)
        unit.commit()
    assert asked(memory) == {KEY: MONDAY}
    assert changes(looked_at(memory, MONDAY + MINUTE)) == {"search": (0, usd(5), 0), "tokens": (0, 1, 0)}


def test_an_hourly_look_back_finds_what_nobody_asked_to_be_looked_at() -> None:
    memory = Memory()
    tell(memory)
    digesting.look_back(kit(memory, MONDAY + DAY))
    assert asked(memory) == {}
    count(memory, spend(1, usd(5), LATE))
    delivered(memory)
    digesting.look_back(kit(memory, MONDAY + 30 * DAY))
    assert asked(memory) == {KEY: MONDAY + 30 * DAY}
    delivered(memory)
    digesting.look_back(kit(memory, MONDAY + 60 * DAY))
    assert asked(memory) == {}, "weeks that are long over are looked at only when somebody changes them"


# What is said then.


def test_late_usage_is_told_as_a_difference_to_what_was_said_of_each_quota() -> None:
    memory = Memory()
    count(memory, spend(1, usd(8), LATE))
    told = tell(memory)
    count(memory, spend(2, usd(3), LATE, model="opus"), now=MONDAY + DAY)
    report = looked_at(memory, MONDAY + 2 * DAY)
    assert changes(report) == {"search": (usd(8), usd(3), 0), "opus": (0, usd(3), 0), "tokens": (1, 1, 0)}
    assert report.said == told
    assert report.shown and report.shown.amended and report.shown.amended.at == MONDAY + 2 * DAY
    assert [line.spent for line in report.shown.lines] == [usd(11), usd(3), 2]
    assert [line.standing for line in report.shown.lines] == [line.standing for line in told.lines], "read when it was told"


def test_a_correction_is_told_apart_from_what_came_late() -> None:
    memory = Memory()
    count(memory, spend(1, usd(8), LATE), spend(2, usd(4), LATE))
    early = Correction(b"c0", (b"2",), "c0", "finance", "before it was told", cost=usd(5))
    correct([early], policy=POLICY, prices={}, units=memory.units, now=MONDAY - MINUTE)
    tell(memory)
    count(memory, spend(3, usd(3), LATE), now=MONDAY + DAY)
    void = Correction(b"c1", (b"1",), "c1", "finance", "billed twice", void=True)
    correct([void], policy=POLICY, prices={}, units=memory.units, now=MONDAY + DAY)
    assert asked(memory) == {KEY: MONDAY + DAY + PAUSE}
    assert changes(looked_at(memory, MONDAY + DAY)) == {"search": (usd(13), usd(3), -usd(8))}


def test_what_is_looked_at_again_without_news_stays_as_it_is_and_keeps_its_day() -> None:
    memory = Memory()
    tell(memory)
    assert looked_at(memory, MONDAY + DAY).shown is None
    count(memory, spend(1, usd(5), LATE))
    first = looked_at(memory, MONDAY + 2 * DAY)
    assert looked_at(memory, MONDAY + 3 * DAY) == first
    count(memory, spend(2, usd(1), LATE))
    second = looked_at(memory, MONDAY + 4 * DAY)
    assert changes(second)["search"] == (0, usd(6), 0)
    assert second.shown and second.shown.amended and second.shown.amended.at == MONDAY + 4 * DAY
    assert (first.version, second.version) == (2, 3)


def test_a_week_that_comes_back_to_what_was_said_says_so() -> None:
    memory = Memory()
    tell(memory)
    count(memory, spend(1, usd(5), LATE))
    looked_at(memory, MONDAY + DAY)
    correct(
        [Correction(b"c1", (b"1",), "c1", "ops", "not ours", void=True)],
        policy=POLICY,
        prices={},
        units=memory.units,
        now=MONDAY + DAY,
    )
    report = looked_at(memory, MONDAY + 2 * DAY)
    assert report.shown and report.shown.amended == Amended(WINDOW, MONDAY + 2 * DAY)


def test_a_quota_that_is_counted_in_another_way_since_is_not_said_to_have_late_usage() -> None:
    """app.yaml was edited, and the quota was counted again from what its window holds."""
    memory = Memory()
    count(memory, spend(1, usd(8), LATE))
    told = tell(memory)
    memory.data.kept.days["opus", LATE.date()] = usd(8)
    others = replace(POLICY, quotas=tuple(replace(q, models=("mini",)) if q.key == "opus" else q for q in QUOTAS))
    fewer = replace(POLICY, quotas=tuple(q for q in QUOTAS if q.key != "opus"))
    moved = replace(POLICY, organization=Organization("Acme", "Pacific/Auckland"))
    with memory.reads() as unit:
        for policy in (others, fewer, moved):
            assert digesting.again(unit, policy, Report(told), MONDAY) == Report(told)
        assert changes(digesting.again(unit, POLICY, Report(told), MONDAY)) == {"opus": (0, usd(8), 0)}


def test_outcomes_that_come_late_are_told_as_a_count_and_stand_next_to_the_spend() -> None:
    memory = Memory()
    count(memory, spend(1, usd(8), LATE))
    tell(memory)
    produce([Produced(b"1", LATE, SEARCH, "tickets", 40)], policy=POLICY, units=memory.units, now=MONDAY + DAY)
    report = looked_at(memory, MONDAY + DAY)
    assert report.said.worth == (Worth(SEARCH, "", usd(8)),)
    assert report.shown and report.shown.worth == (Worth(SEARCH, "", usd(8), (Made("tickets", 40),)),)
    assert report.shown.amended and report.shown.amended.recounts == (Recount(SEARCH, "", "tickets", 0, 40),)


def test_what_was_told_and_amended_is_in_the_record() -> None:
    memory = Memory()
    count(memory, spend(1, usd(8), LATE))
    tell(memory)
    count(memory, spend(2, usd(3), LATE))
    report = looked_at(memory, MONDAY + DAY)
    with memory.reads() as unit:
        chain = unit.record.chain(f"report:{KEY}")
    assert [(e.did, e.by, e.after["spent"]["search"]) for e in chain] == [  # type: ignore[index]
        ("told", "leeway", usd(8)),
        ("amended", "leeway", usd(11)),
    ]
    assert not broken(chain) and chain[-1].after == report.figures()


# The next digest.


def next_week(memory: Memory, weeks: int = 1) -> Digest:
    now = MONDAY + weeks * 7 * DAY
    return tell(memory, week=week_name(now - 7 * DAY, ZONE), now=now)


def said(told: Digest) -> list[tuple[Window, dict[str, tuple[int, int]]]]:
    return [(a.window, {c.quota: (c.said, c.now) for c in a.changes}) for a in told.earlier]


def test_the_next_digest_tells_of_it_once() -> None:
    memory = Memory()
    count(memory, spend(1, usd(8), LATE))
    tell(memory)
    count(memory, spend(2, usd(3), LATE), now=MONDAY + DAY)
    looked_at(memory, MONDAY + DAY)
    assert said(next_week(memory)) == [(WINDOW, {"search": (usd(8), usd(11)), "tokens": (1, 2)})]
    assert said(next_week(memory, 2)) == []


def test_what_changes_once_more_is_told_once_more_from_what_was_told_last() -> None:
    memory = Memory()
    tell(memory)
    for week, cost in ((1, 3), (2, 4)):
        now = MONDAY + (week * 7 - 5) * DAY
        count(memory, spend(week, usd(cost), LATE), now=now)
        looked_at(memory, now)
        assert said(next_week(memory, week))[0][1]["search"] == ((0, usd(3)) if week == 1 else (usd(3), usd(7)))
    void = Correction(b"c1", (b"1",), "c1", "ops", "not ours", void=True)
    correct([void], policy=POLICY, prices={}, units=memory.units, now=MONDAY + 15 * DAY)
    looked_at(memory, MONDAY + 15 * DAY)
    (again,) = next_week(memory, 3).earlier
    assert [(c.said, c.now, c.corrected, c.late) for c in again.changes if c.quota == "search"] == [(usd(7), usd(4), -usd(3), 0)]


def line(quota: str, spent: int) -> Line:
    return Line(Standing(Quota(quota, quota, 1000), WINDOW, MONDAY, spent, 1000), spent, 0)


def told_of(week: int, spent: Sequence[int], made: int, earlier: Iterable[Amended] = ()) -> Digest:
    worth = (Worth("q0", "", spent[0], (Made("tickets", made),)),) if made else (Worth("q0", "", spent[0]),)
    lines = tuple(line(f"q{n}", amount) for n, amount in enumerate(spent))
    window = Window(WINDOW.start + week * 7 * DAY, WINDOW.end + week * 7 * DAY)
    head = ("C1", f"2026-W{40 + week}", window, MONDAY + week * 7 * DAY)
    return Digest(*head, lines, (), (), worth=worth, earlier=tuple(earlier))


amounts = st.tuples(st.integers(0, 3), st.integers(0, 3))
looks = st.lists(st.tuples(amounts, st.integers(0, 2), st.booleans()), min_size=1, max_size=12)


@given(amounts, looks)
def test_whatever_changes_and_whenever_it_is_told_the_tellings_add_up_to_what_is_so(
    first: tuple[int, int], story: list[tuple[tuple[int, int], int, bool]]
) -> None:
    """A week changes time and again; sometimes the next digest comes. What digests told in turn leads from said to now."""
    reports = [Report(told_of(0, first, 0))]
    running = {"q0": first[0], "q1": first[1], "tickets": 0}
    for number, (spent, made, next_comes) in enumerate(story):
        at = MONDAY + number * MINUTE
        worth = told_of(0, spent, made).worth
        reports[0] = amend(reports[0], {"q0": spent[0], "q1": spent[1]}, worth, corrected={}, at=at)
        if next_comes:
            earlier = untold(reports)
            reports.append(Report(told_of(number + 1, (0, 0), 0, earlier)))
            for amended in earlier:
                for change in amended.changes:
                    assert running[change.quota] == change.said != change.now
                    running[change.quota] = change.now
                for recount in amended.recounts:
                    assert running[recount.metric] == recount.said != recount.now
                    running[recount.metric] = recount.now
            assert running == {"q0": spent[0], "q1": spent[1], "tickets": made}
            assert untold(reports) == ()
    (final, _, _) = story[-1]
    shown = reports[0].shown or reports[0].said
    assert [ln.spent for ln in shown.lines] == list(final)
    own = shown.amended.changes if shown.amended else ()
    assert {c.quota: (c.said, c.now) for c in own} == {f"q{n}": (first[n], final[n]) for n in range(2) if first[n] != final[n]}
    assert reports[0].said == told_of(0, first, 0)


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9))
def test_a_change_is_what_came_late_and_what_was_corrected(late: int, corrected: int, was: int) -> None:
    change = Change("q", Unit.USD, was, was + late + corrected, corrected)
    assert (change.late, change.said + change.late + change.corrected) == (late, change.now)


# Any history.

times = st.integers(-30, 3).map(lambda days: MONDAY + days * DAY)
events = st.lists(
    st.tuples(times, st.integers(0, 5), st.sampled_from([SEARCH, MOBILE, "platform"]), st.sampled_from(["mini", "opus"])),
    max_size=12,
)


@given(events, st.data())
def test_however_usage_arrives_a_told_week_ends_up_saying_what_it_comes_to(
    usages: list[tuple[datetime, int, str, str]], data: st.DataObject
) -> None:
    made = [spend(n, usd(cost), at, scope=scope, model=model) for n, (at, cost, scope, model) in enumerate(usages)]
    memory, late = Memory(), data.draw(st.permutations(made))
    cut = data.draw(st.integers(0, len(late)))
    count(memory, *late[:cut])
    tell(memory)
    rest = list(late[cut:])
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        count(memory, *rest[:size], now=MONDAY + DAY)
        rest = rest[size:]
        if asked(memory):
            looked_at(memory, MONDAY + DAY)
            delivered(memory)
    whole = Memory()
    count(whole, *made)
    with memory.reads() as unit, whole.reads() as expected:
        report = unit.reports.get(KEY)
        assert report
        told = report.shown or report.said
        fresh = digesting.compute(expected, POLICY, KEY, MONDAY)
    assert [ln.spent for ln in told.lines] == [ln.spent for ln in fresh.lines]
    assert told.worth == fresh.worth
    assert memory.data.kept.days == whole.data.kept.days


def test_a_week_is_of_local_days() -> None:
    memory = Memory()
    tell(memory)
    first = date(2026, 11, 16)
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=1)
    count(memory, spend(1, usd(1), midnight - timedelta(microseconds=1)), spend(2, usd(2), midnight))
    assert changes(looked_at(memory, MONDAY))["search"] == (0, usd(2), 0)
