"""Every hour sudden rises are found: each is kept and shown once, diagnosed as it is when it is shown. On the in-memory unit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from workflows import spotting, waking
from workflows.causes import Cause
from workflows.effects import Do
from workflows.keeping import Kit
from workflows.metering import record
from workflows.money import usd
from workflows.people import PersonId
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.spend import Tokens, Usage
from workflows.spikes import Basis
from workflows.spotting import Diagnosis

NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)  # a Tuesday, 14:00 in Berlin
TODAY = date(2026, 11, 24)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TEAM, BELOW = "platform/search", "platform/search/retrieval"
BOB, PAT = PersonId("U0BOB"), PersonId("U0PAT")
QUOTAS = (
    Quota("all", "platform", usd(10**6), channel="C0ALL", owner=PAT),
    Quota("team", TEAM, usd(10**5), channel="C0SEARCH", owner=BOB),
    Quota("below", BELOW, usd(10**5)),
)
POLICY = Policy(Organization("Acme", "Europe/Berlin"), QUOTAS)


class Team:
    """A memory, a clock and what is used."""

    def __init__(self) -> None:
        self.memory, self.clock, self.count = Memory(), ManualClock(NOW), 0
        self.kit = Kit(POLICY, self.clock, self.memory.units, self.memory.reads, FakeDirectory(), FakeLimits(self.clock))

    def uses(self, dollars: int, *, back: int = 0, scope: str = TEAM, **said: object) -> None:
        """A call of that cost, so many days ago."""
        self.count += 1
        at = self.clock.now() - back * DAY
        base = Usage(str(self.count).encode(), at, scope, "sonnet", Tokens(10_000, 500), usd(dollars))
        usage = base._replace(**said)  # type: ignore[arg-type]
        record([usage], policy=POLICY, prices={}, units=self.memory.units, now=self.clock.now())

    def was_level(self, dollars: int = 100, days: int = 56, **said: object) -> None:
        for back in range(1, days + 1):
            self.uses(dollars, back=back, **said)  # type: ignore[arg-type]

    def looks(self) -> list[str]:
        """The rises that are to be shown since the last look."""
        self.memory.data.outbox.clear()
        spotting.find(self.kit)
        return [key for do, key in self.memory.data.outbox if do == Do.SHOW_SPIKE]

    def sees(self, key: str) -> Diagnosis | None:
        with self.memory.reads() as unit:
            return spotting.diagnose(unit, POLICY, key, self.clock.now())


@pytest.fixture
def team() -> Team:
    return Team()


def test_a_rise_is_found_once_in_whatever_pieces_it_comes(team: Team) -> None:
    team.was_level()
    found = []
    for _ in range(10):
        team.uses(100)
        found += team.looks()
    assert found == [f"{TODAY}@{TEAM}@"]


def test_a_rise_of_several_days_is_one_and_after_a_calm_day_there_is_another(team: Team) -> None:
    team.was_level()
    found = []
    for dollars in (400, 500, 600, 100, 100, 700, 100):
        team.uses(dollars)
        found.append(len(team.looks()))
        team.clock.forward(DAY)
    assert found == [1, 0, 0, 0, 0, 1, 0]


def test_each_use_case_of_each_scope_is_compared_with_itself(team: Team) -> None:
    team.was_level(use_case="rag")
    team.was_level(use_case="chat")
    team.was_level(scope=BELOW)
    team.uses(1_000, use_case="rag")
    team.uses(100, use_case="chat")
    team.uses(1_000, scope=BELOW)
    assert team.looks() == [f"{TODAY}@{TEAM}@rag", f"{TODAY}@{BELOW}@"]


def test_what_is_small_or_new_is_not_found(team: Team) -> None:
    team.uses(24)
    team.uses(10_000, scope=BELOW)
    assert team.looks() == []


def test_what_was_missed_while_nobody_looked_is_found_the_day_after_and_not_later(team: Team) -> None:
    team.was_level()
    team.uses(500)
    team.clock.forward(DAY)
    assert team.looks() == [f"{TODAY}@{TEAM}@"]
    late = Team()
    late.was_level()
    late.uses(500)
    late.clock.forward(2 * DAY)
    assert late.looks() == []


def test_it_is_looked_at_every_full_hour(team: Team) -> None:
    spotting.plan(team.kit)
    spotting.plan(team.kit)
    asked = []
    for _ in range(4):
        team.memory.data.outbox.clear()
        waking.wake(team.kit)
        asked.append([do for do, _ in team.memory.data.outbox])
        team.clock.forward(HOUR / 2)
    assert asked == [[], [], [Do.FIND_SPIKES], []]


def test_after_a_day_without_us_it_is_looked_at_once(team: Team) -> None:
    spotting.plan(team.kit)
    team.clock.forward(DAY)
    assert waking.wake(team.kit) == 1


def test_a_diagnosis_says_what_is_usual_what_grew_and_why(team: Team) -> None:
    team.was_level(60, model="sonnet")
    team.was_level(40, model="opus")
    team.uses(60, model="sonnet")
    team.uses(340, model="opus", tokens=Tokens(100_000, 500))
    (key,) = team.looks()
    told = team.sees(key)
    assert told is not None and told.likely is not None
    assert (told.spent, told.usual.amount, told.usual.basis, told.today) == (usd(400), usd(100), Basis.WEEKDAY, True)
    assert (told.model, told.share) == ("opus", usd(340))
    assert told.likely.cause is Cause.CONTEXT and told.likely.now / told.likely.usual == 5.5
    assert told.quota == QUOTAS[1]


def test_a_diagnosis_is_of_its_day_also_when_it_is_told_later(team: Team) -> None:
    team.was_level()
    team.uses(500)
    (key,) = team.looks()
    team.clock.forward(DAY)
    team.uses(100)
    told = team.sees(key)
    assert told is not None and (told.spent, told.today, told.at) == (usd(500), False, NOW + DAY)


def test_an_odd_day_among_the_usual_ones_is_left_out_of_the_cause(team: Team) -> None:
    for back in range(1, 57):
        odd = back == 7
        team.uses(1_000 if odd else 100, back=back, requests=1_000 if odd else 10)
    team.uses(400, requests=40)
    (key,) = team.looks()
    told = team.sees(key)
    assert told is not None and told.likely is not None
    assert (told.likely.cause, told.likely.now, told.likely.usual) == (Cause.CALLS, 40, 10)


def test_nothing_is_said_of_a_rise_that_was_corrected_away(team: Team) -> None:
    team.was_level()
    team.uses(500)
    (key,) = team.looks()
    team.uses(-400)
    assert team.sees(key) is None
    assert team.sees("nothing") is None


@pytest.mark.parametrize(
    ("scope", "owner", "home"),
    [(TEAM, BOB, "C0SEARCH"), (BELOW, BOB, "C0SEARCH"), ("platform/unattributed", PAT, "C0ALL"), ("elsewhere", None, "")],
)
def test_a_scope_without_an_owner_is_its_nearest_ancestor_s(scope: str, owner: PersonId | None, home: str) -> None:
    assert (POLICY.owner(scope), POLICY.home(scope)) == (owner, home)


def test_where_nobody_owns_anything_there_is_the_channel() -> None:
    policy = replace(POLICY, quotas=tuple(replace(quota, owner=None) for quota in QUOTAS))
    assert (policy.owner(BELOW), policy.home(BELOW), policy.nearest(f"{BELOW}/x")) == (None, "C0SEARCH", policy.quotas[2])


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.data())
def test_however_usage_comes_in_and_whenever_it_is_looked_at_a_day_is_told_once_at_most(
    pieces: list[int], data: st.DataObject
) -> None:
    team, found = Team(), list[str]()
    team.was_level(days=35)
    for dollars in pieces:
        team.uses(dollars)
        if data.draw(st.booleans()):
            found += team.looks()
    found += team.looks()
    assert len(found) == (sum(pieces) >= 250)
