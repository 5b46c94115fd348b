"""Two replicas on one PostgreSQL: whatever is due, both knock at the same moment, and people see one Leeway.

Nobody leads: claims are rows that are locked or skipped, so whoever knocks takes what the other has not.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.stage import SIGNING, Stage
from bot.slack.calling import slack
from bot.store import open_store
from bot.wiring import Leeway, assemble
from tests.contract.racing import race
from tests.journeys.test_main_job import test_a_team_asks_gets_it_for_a_while_and_it_ends_by_itself as main_job
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened


class Replicas(Stage):
    """A stage with two apps: usage and clicks reach the first, what is due is done by both."""

    def up(self, config: Path) -> None:
        super().up(config)
        self.second = open_store(self.database, self.clock)
        client = slack(self.client.token or "", f"{self.slack.url}/api/")
        self.other: Leeway = assemble(self.policy, self.second, self.clock, client, signing_secret=SIGNING)
        self.both("begin")

    def down(self) -> None:
        self.second.close()
        super().down()

    def settle(self) -> None:
        self.both("work")

    def both(self, what: str) -> None:
        """Each does this at the same moment."""
        race(*(getattr(each, what) for each in (self.leeway, self.other)))


@pytest.fixture
def world(postgresql: str) -> Iterator[World]:
    with opened(kind=Replicas, database=postgresql) as made:
        yield made


def both(world: World, what: str) -> None:
    assert isinstance(world.stage, Replicas)
    world.stage.both(what)


def story(world: World) -> list[tuple[str, str]]:
    """Every message of the workspace: where it stands and what it says, in no order."""
    rooms = world.stage.sandbox.workspace.rooms.values()
    return sorted((room.id, message.text) for room in rooms for message in room.messages.values())


def test_the_main_job_is_the_story_that_one_replica_tells(world: World) -> None:
    main_job(world)
    assert not world.dead()
    with opened() as alone:
        main_job(alone)
        assert story(world) == story(alone)


def test_a_digest_is_posted_once_a_channel_and_week_however_many_start_and_knock(world: World) -> None:
    for _ in range(2):
        both(world, "begin")
    world.days_pass(6)
    both(world, "begin")
    both(world, "work")
    for channel in ("team-search", "team-mobile", "team-support", "ai-leadership"):
        assert len(world.told(channel, "AI budgets")) == 1
    world.days_pass(7)
    assert len(world.told("team-search", "AI budgets")) == 2


def test_overrides_that_end_at_one_moment_end_once_each(world: World) -> None:
    for asks, approves in ((world.ada, world.bob), (world.bob, world.pat), (world.eve, world.lin)):
        asks.asks(usd(100), duration="hours:4")
        approves.approves()
    assert world.search.limit == usd(10_300)
    world.time_passes(hours=4)
    world.settles(1)
    assert world.search.limit == usd(10_000)
    assert len(world.told("team-search", "is over")) == 3
    assert not world.dead()
