"""What is left is carried over once, when the quota says so; and every reset arms the warnings anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from workflows import enforcing, recounting, waking
from workflows.effects import Do
from workflows.keeping import Kit
from workflows.metering import base_of, record, standing
from workflows.money import usd
from workflows.policy import Organization, Policy
from workflows.quotas import Amount, Level, Quota, Thresholds
from workflows.spend import Tokens, Usage
from workflows.times import Period

BERLIN = ZoneInfo("Europe/Berlin")
OCTOBER, NOVEMBER = datetime(2026, 10, 5, 12, tzinfo=UTC), datetime(2026, 11, 5, 12, tzinfo=UTC)
TEAM = Quota("team", "platform/search", usd(100), channel="C1", rollover=usd(100))


class Office:
    """Metering in memory on a clock that is moved, as the app does it: alarms ring, and limits are brought up to date."""

    def __init__(self, *quotas: Quota, at: datetime = OCTOBER, zone: str = "Europe/Berlin") -> None:
        self.memory, self.clock, self.count = Memory(), ManualClock(at), 0
        self.limits = FakeLimits(self.clock)
        self.kit = self.made(*quotas, zone=zone)
        self.starts()

    def made(self, *quotas: Quota, zone: str = "Europe/Berlin") -> Kit:
        policy = Policy(Organization("Acme", zone), quotas)
        return Kit(policy, self.clock, self.memory.units, self.memory.reads, FakeDirectory(()), self.limits)

    def starts(self) -> None:
        recounting.recount(self.kit)
        enforcing.sync_all(self.kit)
        self.works()

    def works(self) -> None:
        """What is due is done; what is to be shown stays."""
        waking.wake(self.kit)
        for do, key in [name for name in self.memory.data.outbox if name[0] == Do.SYNC_LIMIT]:
            del self.memory.data.outbox[do, key]
            enforcing.sync(self.kit, key)

    def moves(self, at: datetime) -> None:
        self.clock.at = at
        self.works()

    def spends(self, dollars: int, at: datetime | None = None, model: str = "mini", scope: str = TEAM.scope) -> None:
        self.count += 1
        call = Usage(b"%d" % self.count, at or self.clock.at, scope, model, Tokens(1), usd(dollars))
        record([call], policy=self.kit.policy, prices={}, units=self.memory.units, now=self.clock.at)
        self.works()

    def base(self, key: str = "team") -> int:
        quota = self.kit.policy.by_key[key]
        with self.memory.units() as unit:
            return standing(unit, self.kit.policy, quota, self.clock.at).base

    def told(self) -> list[str]:
        return [key.split("@", 1)[1] for do, key in self.memory.data.outbox if do == Do.SHOW_WARNING]


@pytest.mark.parametrize(("most", "carried"), [(0, 0), (usd(100), 60), (usd(25), 25)])
def test_what_a_month_left_is_added_to_the_next_when_the_quota_says_so(most: int, carried: int) -> None:
    office = Office(replace(TEAM, rollover=most))
    office.spends(40)
    office.moves(NOVEMBER)
    assert office.base() == office.limits.limits["team"] == usd(100 + carried)


def test_a_month_that_left_nothing_takes_nothing_from_the_next() -> None:
    office = Office(TEAM)
    office.spends(140)
    office.moves(NOVEMBER)
    assert office.base() == usd(100)


def test_what_is_carried_over_is_not_carried_on() -> None:
    office = Office(TEAM)
    office.moves(NOVEMBER)
    assert office.base() == usd(200)
    office.moves(datetime(2026, 12, 5, tzinfo=UTC))
    assert office.base() == usd(200)


def test_a_quota_begins_with_its_own_month_and_not_with_a_double_one() -> None:
    office = Office(replace(TEAM, key="other"))
    office.spends(5)
    office.moves(NOVEMBER)
    office.kit = office.made(TEAM)
    office.starts()
    office.spends(1, at=OCTOBER)  # a late event makes a counter in October, and no quota
    assert office.base() == office.limits.limits["team"] == usd(100)
    office.moves(datetime(2026, 12, 5, tzinfo=UTC))
    assert office.base() == usd(200)


def test_a_quota_that_was_gone_for_a_while_begins_again() -> None:
    office = Office(TEAM)
    office.kit = office.made(replace(TEAM, key="other"))
    office.starts()
    office.moves(NOVEMBER)
    office.kit = office.made(TEAM)
    office.starts()
    assert office.base() == usd(100)


def test_the_store_enforces_the_new_limit_from_the_moment_of_the_reset() -> None:
    office = Office(TEAM)
    office.spends(40)
    midnight = datetime(2026, 11, 1, tzinfo=BERLIN).astimezone(UTC)
    office.moves(midnight - timedelta(seconds=1))
    assert office.limits.limits["team"] == usd(100)
    office.moves(midnight)
    assert office.limits.limits["team"] == usd(160)
    office.moves(datetime(2026, 12, 1, tzinfo=BERLIN).astimezone(UTC))
    assert office.limits.limits["team"] == usd(200)


def test_a_quota_that_carries_nothing_over_rings_no_alarm() -> None:
    office, rings = Office(replace(TEAM, rollover=0)), [("reconcile", "all")]
    assert list(office.memory.data.agenda) == rings
    office.kit = office.made(TEAM)
    office.starts()
    assert sorted(office.memory.data.agenda) == [*rings, ("reset", "team")]
    office.kit = office.made(replace(TEAM, rollover=0))
    office.moves(NOVEMBER)
    assert list(office.memory.data.agenda) == rings


def test_a_late_event_takes_from_what_was_carried_over_and_tells_of_a_level_that_is_reached_by_it() -> None:
    office = Office(TEAM)
    office.moves(NOVEMBER)
    office.spends(139)
    assert (office.base(), office.told()) == (usd(200), [])
    office.spends(1, at=OCTOBER)
    assert (office.limits.limits["team"], office.told()) == (usd(199), [])
    office.spends(20, at=OCTOBER)
    assert office.base() == office.limits.limits["team"] == usd(179)
    assert office.told() == ["20261031T2300@warning70@125300000000"]


def test_thresholds_of_both_kinds_move_with_what_was_carried_over() -> None:
    office = Office(replace(TEAM, thresholds=Thresholds((50,), Amount(usd(90)), Amount(usd(95)))))
    office.moves(NOVEMBER)
    for dollars in (99, 1, 89, 1, 4, 1):
        office.spends(dollars)
    start = "20261031T2300"
    marks = [f"{start}@warning50@{usd(100)}", f"{start}@soft@{usd(190)}", f"{start}@hard@{usd(195)}"]
    assert office.told() == marks


spends = st.lists(st.tuples(st.integers(0, 75), st.integers(0, 60)), max_size=12)


@given(spends, st.integers(0, 120), st.data())
def test_a_base_is_the_limit_and_what_the_window_before_left_whatever_came_in_which_order(
    calls: list[tuple[int, int]], most: int, data: st.DataObject
) -> None:
    """From the definition: each month by itself, spends in any order and late ones too."""
    quota = replace(TEAM, rollover=usd(most))
    office = Office(quota, at=datetime(2026, 9, 1, 12, tzinfo=UTC))
    office.clock.at = datetime(2026, 11, 20, tzinfo=UTC)
    first = datetime(2026, 9, 5, 12, tzinfo=UTC)
    for back, dollars in data.draw(st.permutations(calls)):
        office.spends(dollars, at=first + timedelta(days=back))
    spent = {month: sum(usd(n) for back, n in calls if (first + timedelta(days=back)).month == month) for month in (9, 10, 11)}
    with office.memory.units() as unit:
        for month in (9, 10, 11, 12):
            window = office.kit.policy.window(quota, datetime(2026, month, 15, tzinfo=UTC))
            left = min(usd(most), max(0, usd(100) - spent[month - 1])) if month > 9 else 0
            assert base_of(unit, office.kit.policy, quota, window) == usd(100) + left


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Africa/Cairo", "Pacific/Auckland", "America/Havana"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("period", list(Period))
def test_a_reset_arms_the_warnings_anew_at_local_midnight_over_a_change_of_clocks(zone: str, period: Period) -> None:
    """A year of windows: each warns once, also those that are an hour shorter or longer, and not before its first moment."""
    quota = replace(TEAM, rollover=0, period=period)
    office = Office(quota, at=datetime(2026, 1, 15, 12, tzinfo=UTC), zone=zone)
    seen = list[str]()
    for _ in range({Period.DAY: 370, Period.WEEK: 53, Period.MONTH: 12, Period.QUARTER: 4}[period]):
        window = office.kit.policy.window(quota, office.clock.at)
        office.clock.at = window.end - timedelta(seconds=1)
        office.spends(70)
        office.spends(1)
        seen += office.told()[len(seen) :]
        assert seen[-1].startswith(f"{window.start:%Y%m%dT%H%M}@warning70")
        office.clock.at = window.end
        with office.memory.units() as unit:
            assert standing(unit, office.kit.policy, quota, office.clock.at).level is Level.OK
        assert office.clock.at.astimezone(ZoneInfo(zone)).hour == 0 or zone in ("Africa/Cairo", "America/Havana")
    assert len(seen) == len(set(seen)) == {Period.DAY: 370, Period.WEEK: 53, Period.MONTH: 12, Period.QUARTER: 4}[period]
