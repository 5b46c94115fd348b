"""An override is active when the store was read to enforce it, and ends on time whatever else happened."""

from datetime import timedelta

import pytest

from bot.demo.actor import Missing, said
from bot.demo.stage import SIGNING, Stage
from bot.wiring import Leeway, assemble
from tests.fakes.limits import FakeLimits, Fault
from tests.journeys.conftest import BOTH
from tests.journeys.world import World, form, usd, world
from workflows import switch
from workflows.keeping import Act, attempt
from workflows.overrides import Reason, Status


class Gateway(Stage):
    """A stage whose limits a gateway enforces; it outlives the app."""

    limits: FakeLimits | None = None

    def assembled(self) -> Leeway:
        self.limits = self.limits or FakeLimits(self.clock)
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=self.limits)


def gateway(world: World) -> FakeLimits:
    assert isinstance(world.stage, Gateway)
    assert world.stage.limits is not None
    return world.stage.limits


def ended(world: World) -> int:
    """How often the channel was told that an override is over."""
    return len(world.told("team-search", "is over"))


@pytest.mark.parametrize("fault", [Fault.IGNORED, Fault.LOST, Fault.LATE, Fault.REFUSED])
def test_active_is_not_said_before_the_store_was_read_back(fault: Fault) -> None:
    with world(kind=Gateway) as acme:
        acme.ada.asks(usd(400))
        gateway(acme).faults.append(fault)
        acme.bob.approves()
        assert acme.search.status is Status.ACTIVATING
        assert not acme.told("team-search", "active until")
        assert "Activating" in said(acme.ada.sees("$400", channel="leeway"))
        gateway(acme).settle()
        acme.settles(1)
        assert acme.search.status is Status.ACTIVE
        assert acme.search.limit == usd(10_400)
        assert len(acme.told("team-search", "is active until")) == 1


@BOTH
def test_a_write_that_was_carried_out_without_an_answer_is_not_done_twice(database: str) -> None:
    with world(kind=Gateway, database=database) as acme:
        acme.ada.asks(usd(400))
        gateway(acme).faults.append(Fault.UNANSWERED)
        acme.bob.approves()
        acme.settles(1)
        assert acme.search.status is Status.ACTIVE
        assert acme.search.limit == usd(10_400)


def test_its_clock_starts_when_the_store_confirms_it() -> None:
    with world(kind=Gateway) as acme:
        acme.ada.asks(usd(400), duration="days:1")
        gateway(acme).down = True
        acme.bob.approves()
        acme.time_passes(minutes=50)
        gateway(acme).down = False
        acme.time_passes(minutes=2)
        override = acme.search.override
        assert override is not None
        assert override.starts == acme.now
        assert override.ends == acme.now + timedelta(days=1)


@BOTH
def test_what_the_store_never_confirms_is_given_up_told_and_healed(database: str) -> None:
    with world(kind=Gateway, database=database) as acme:
        acme.search.spends(usd(9_000))
        acme.ada.asks(usd(400))
        gateway(acme).faults.append(Fault.LATE)
        acme.bob.approves()
        gateway(acme).down = True
        acme.time_passes(hours=1, minutes=1)
        assert acme.told("team-search", "could not be applied")
        gateway(acme).down = False
        gateway(acme).settle()
        assert acme.search.limit == usd(10_400)
        acme.settles(2)
        assert acme.search.limit == usd(10_000)
        override = acme.search.override
        assert override is not None
        assert override.reason() is Reason.UNAPPLIED
        assert ended(acme) == 0
        with pytest.raises(Missing):
            acme.ada.card("report")


@BOTH
def test_it_ends_on_time(world: World) -> None:
    world.ada.asks(usd(400), duration="hours:4")
    world.bob.approves()
    world.time_passes(hours=3, minutes=59, seconds=59)
    assert world.search.limit == usd(10_400)
    world.time_passes(seconds=1)
    assert world.search.limit == usd(10_000)
    assert ended(world) == 1
    world.days_pass(1)
    assert ended(world) == 1


@BOTH
def test_it_ends_after_the_app_was_down_over_the_end(world: World) -> None:
    world.ada.asks(usd(400), duration="hours:4")
    world.bob.approves()
    world.is_down(days=3)
    assert world.search.limit == usd(10_000)
    assert world.search.status is Status.ENDED
    assert ended(world) == 1
    world.is_down(hours=1)
    assert ended(world) == 1


@BOTH
def test_an_override_nobody_was_told_of_before_it_ended_is_told_as_ended_once(world: World) -> None:
    world.ada.asks(usd(400), duration="hours:4")
    world.trouble("chat.postMessage", 3, error="internal_error")
    world.bob.approves()
    world.is_down(days=1)
    world.settles(2)
    assert ended(world) == 1
    assert not world.told("team-search", "is active until")


@BOTH
def test_two_overrides_end_each_by_its_own_amount(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    world.eve.asks(usd(250), duration="days:3")
    world.lin.approves()
    assert world.search.limit == usd(10_650)
    world.days_pass(1)
    assert world.search.limit == usd(10_250)
    world.days_pass(2)
    assert world.search.limit == usd(10_000)


def test_an_edit_of_the_base_survives_the_end(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    world.policy("$10,000", "$12,000")
    world.is_down(hours=1)
    assert world.search.limit == usd(12_400)
    world.days_pass(1)
    assert world.search.limit == usd(12_000)


def test_the_end_asks_no_policy_no_person_and_no_switch(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    attempt(world.stage.store.units, lambda unit: switch.turn(unit, True, Act("pat", "paused", world.now), "to look"))
    world.policy("  - {name: acknowledge, when: {limit: soft}, ask: manager}\n", "")
    world.policy("override_at_most: 30 days", "override_at_most: 1 hour")
    world.policy("    ada@acme.example: bob@acme.example\n", "")
    world.leaves(world.ada)
    world.leaves(world.bob)
    world.is_down(days=3)
    assert world.search.limit == usd(10_000)
    assert ended(world) == 1


def test_it_ends_also_when_app_yaml_no_longer_has_the_quota(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    request = world.search.request
    line = '  platform/search: {limit: "$10,000 a month", channel: "#team-search", owner: bob@acme.example}\n'
    world.policy(line, "")
    world.is_down(days=2)
    with world.stage.store.reads() as unit:
        override = unit.overrides.of(request.id)
    assert override is not None
    assert override.status(world.now) is Status.ENDED
    assert not world.dead()
    assert "ended on time" in said(world.ada.sees("came of it", channel="leeway"))


@BOTH
def test_an_override_until_a_moment_is_not_applied_after_it(database: str) -> None:
    with world(kind=Gateway, database=database) as acme:
        until = acme.now + timedelta(minutes=30)
        acme.ada.opens()
        acme.ada.pick("duration", "custom")
        acme.ada.submit(**{**form(), "amount": "400", "duration": "custom", "until": int(until.timestamp())})
        gateway(acme).faults.extend([Fault.IGNORED] * 10)
        acme.bob.approves()
        acme.time_passes(minutes=31)
        gateway(acme).faults.clear()
        acme.settles(1)
        assert acme.search.limit == usd(10_000)
        assert not acme.told("team-search", "active until")
        assert len(acme.told("team-search", "could not be applied")) == 2  # the card, and the news below it


def test_it_never_outlives_the_month(world: World) -> None:
    world.days_pass(26)
    world.ada.asks(usd(400), duration="days:7")
    world.bob.approves()
    world.days_pass(3)
    assert world.search.limit == usd(10_000)
    assert ended(world) == 1


@BOTH
def test_a_limit_that_was_changed_by_another_door_is_put_right_within_the_hour(database: str) -> None:
    with world(kind=Gateway, database=database) as acme:
        acme.ada.asks(usd(400))
        acme.bob.approves()
        gateway(acme).limits[acme.search.key] = usd(99_000)
        acme.stage.leeway.begin()  # what the engine does every hour
        acme.stage.settle()
        assert acme.search.limit == usd(10_400)
