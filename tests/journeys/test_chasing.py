"""Whoever is asked is reminded in their working hours, a few times; then others are asked; and the deadline never moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo import acme
from bot.demo.actor import buttons, said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import AFTER, Person, World, usd, world
from workflows import chasing
from workflows.effects import Alarm, Do, Wake
from workflows.requests import State

ASKED = "time: {lapse_after: 5 days"
ROUTING = "  - {name: acknowledge, when: {limit: soft}, ask: manager}\n"
FRIDAY = datetime(2026, 11, 6, 15, tzinfo=ZoneInfo(acme.ZONE)).astimezone(UTC)


def reminders(person: Person) -> list[str]:
    """What somebody was reminded of."""
    return [said(m) for m in person.messages("leeway") if "waits for your decision" in said(m)]


def has_card(person: Person) -> bool:
    return any("approve" in buttons(m) for m in person.messages("leeway"))


@contextmanager
def on(start: datetime, policy: str = POLICY) -> Iterator[World]:
    with world(policy=policy, start=start) as made:
        yield made


@BOTH
def test_who_is_asked_is_reminded_twice_and_then_the_next_one_up_is_asked_as_well(world: World) -> None:
    world.ada.asks(usd(400))
    deadline = world.search.request.deadline
    world.time_passes(hours=3, minutes=59)
    assert not reminders(world.bob)
    world.time_passes(minutes=1)
    assert len(reminders(world.bob)) == 1
    world.time_passes(hours=20)
    assert len(reminders(world.bob)) == 2
    assert not has_card(world.pat)
    world.days_pass(1)
    assert len(reminders(world.bob)) == 2
    assert has_card(world.pat)
    assert "nobody decided" in said(world.ada.sees("asked as well"))
    assert world.search.request.deadline == deadline
    world.pat.approves()
    assert world.search.request.state is State.APPROVED
    assert world.search.limit == usd(10_400)


def test_who_was_asked_first_may_still_decide_when_others_are_asked(world: World) -> None:
    world.ada.asks(usd(400))
    world.days_pass(2)
    assert has_card(world.pat)
    world.bob.approves()
    assert world.search.request.state is State.APPROVED
    assert all(buttons(copy) <= AFTER for copy in world.copies(world.search.request.id))


def test_a_reminder_says_what_waits_since_when_and_what_comes_next(world: World) -> None:
    world.ada.asks(usd(400))
    world.time_passes(hours=4)
    (told,) = reminders(world.bob)
    assert "+$400 on Search for 3 days" in told
    assert "Next reminder" in told
    assert "others are asked as well" in told
    assert "if nobody decides it lapses" in told
    world.time_passes(hours=20)
    assert "Next reminder" not in reminders(world.bob)[-1]


def test_after_the_last_rung_nobody_else_is_asked_and_the_request_lapses(world: World) -> None:
    world.policy(ASKED, "time: {lapse_after: 14 days")
    world.is_down(minutes=1)
    world.ada.asks(usd(400))
    deadline = world.search.request.deadline
    for _ in range(13 * 4):
        world.time_passes(hours=6)
    assert len(reminders(world.bob)) == 6  # two for each time in which nobody decided
    assert has_card(world.lin)
    assert has_card(world.noor)
    assert world.search.request.state is State.PENDING
    world.days_pass(1)
    assert world.search.request.state is State.LAPSED
    assert world.search.request.decided is not None
    assert world.search.request.deadline == deadline
    assert "no denial" in said(world.ada.sees("Lapsed"))


@BOTH
def test_after_a_weekend_in_which_nothing_ran_there_is_one_reminder(database: str) -> None:
    with world(start=FRIDAY, database=database) as acmes:
        acmes.ada.asks(usd(400))
        acmes.is_down(days=3, minutes=30)  # Monday 15:30: both reminders came due meanwhile
        assert len(reminders(acmes.bob)) == 1
        assert "Next reminder" not in reminders(acmes.bob)[0]
        acmes.time_passes(minutes=30)
        assert len(reminders(acmes.bob)) == 1


def test_nobody_is_reminded_on_a_weekend() -> None:
    with on(FRIDAY) as acmes:
        acmes.ada.asks(usd(400))
        acmes.time_passes(days=2, hours=18)  # Monday 09:00
        assert not reminders(acmes.bob)
        acmes.time_passes(hours=2)
        assert len(reminders(acmes.bob)) == 1


def test_nobody_is_reminded_on_a_holiday() -> None:
    policy = POLICY.replace(ASKED, "time: {holidays: [2026-11-09, DE-BE], lapse_after: 5 days")
    with on(FRIDAY, policy) as acmes:
        acmes.ada.asks(usd(400))
        acmes.time_passes(days=3, hours=8)
        assert not reminders(acmes.bob)
        acmes.time_passes(hours=12)  # Tuesday 11:00
        assert len(reminders(acmes.bob)) == 1


def test_each_is_reminded_where_they_are(world: World) -> None:
    world.policy(ROUTING, "  - {name: acknowledge, when: {limit: soft}, ask: finance}\n")
    world.is_down(minutes=0)
    users = world.stage.sandbox.workspace.users
    users[world.di.id] = replace(users[world.di.id], tz="America/New_York")
    world.ada.asks(usd(400))  # 09:00 in Berlin, 03:00 in New York
    world.time_passes(hours=4)
    assert (len(reminders(world.cy)), len(reminders(world.di))) == (1, 0)
    world.time_passes(hours=6)
    assert (len(reminders(world.cy)), len(reminders(world.di))) == (1, 1)


def test_a_new_stage_has_its_own_time(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.time_passes(hours=23)
    world.bob.approves()
    world.time_passes(hours=4)
    assert not reminders(world.sam)
    world.time_passes(hours=1)  # Wednesday 13:00, from 09:00 on: asked at 08:00
    assert len(reminders(world.sam)) == 1
    assert len(reminders(world.bob)) == 1


def test_looking_early_does_nothing(world: World) -> None:
    world.ada.asks(usd(400))
    before = world.search.request
    for _ in range(3):
        chasing.chase(world.stage.leeway.kit, before.id)
        world.time_passes(minutes=1)
    assert world.search.request == before
    assert not reminders(world.bob)
    world.time_passes(hours=4)
    assert len(reminders(world.bob)) == 1


def test_looking_again_reminds_nobody_again(world: World) -> None:
    world.ada.asks(usd(400))
    world.time_passes(hours=4)
    for _ in range(3):
        chasing.chase(world.stage.leeway.kit, world.search.request.id)
        world.time_passes(minutes=1)
    assert len(reminders(world.bob)) == 1


def test_a_decided_request_is_chased_no_more(world: World) -> None:
    world.ada.asks(usd(400))
    world.bob.approves()
    world.days_pass(2)
    assert not reminders(world.bob)
    assert not has_card(world.pat)


def test_an_outage_of_slack_delays_a_reminder_and_does_not_lose_it(world: World) -> None:
    world.ada.asks(usd(400))
    world.trouble("users.info", times=3, error="internal_error")
    world.time_passes(hours=4)
    assert not reminders(world.bob)
    world.settles()
    assert len(reminders(world.bob)) == 1


def test_an_outage_beyond_all_patience_does_not_end_the_chase(world: World) -> None:
    world.ada.asks(usd(400))
    world.trouble("users.info", times=12, error="internal_error")
    world.time_passes(hours=4)
    world.settles(minutes=20)
    assert [errand.effect.do for errand in world.dead()] == [Do.CHASE]
    world.time_passes(hours=1)
    assert len(reminders(world.bob)) == 1
    assert not world.dead()


def test_a_request_from_before_there_were_reminders_is_chased_from_the_next_start(world: World) -> None:
    world.ada.asks(usd(400))
    with world.stage.store.units() as unit:
        unit.agenda.drop(Alarm(Wake.CHASE, world.search.request.id, world.now))
        unit.commit()
    world.time_passes(hours=4)
    assert not reminders(world.bob)
    world.is_down(minutes=1)
    assert len(reminders(world.bob)) == 1


def test_the_waits_of_a_new_policy_hold_from_the_next_start(world: World) -> None:
    world.ada.asks(usd(400))
    world.policy(ASKED, "time: {remind_after: [1 working hour, 2 working days], escalate_after: never, lapse_after: 5 days")
    world.is_down(minutes=30)
    assert not reminders(world.bob)
    world.time_passes(minutes=30)
    assert len(reminders(world.bob)) == 1
    world.days_pass(4)
    assert len(reminders(world.bob)) == 2
    assert not has_card(world.pat)


# Those who cannot be asked any more.


@BOTH
def test_who_left_no_longer_counts_and_the_next_one_is_asked_at_once(world: World) -> None:
    world.ada.asks(usd(400))
    world.leaves(world.bob)
    world.time_passes(hours=4)
    assert world.search.request.waiting_on() == (world.pat.id,)
    assert has_card(world.pat)
    assert "can no longer be asked" in said(world.ada.sees("asked now"))


def test_who_left_is_not_missed_where_enough_are_left(world: World) -> None:
    world.policy(ROUTING, "  - {name: acknowledge, when: {limit: soft}, ask: finance}\n")
    world.is_down(minutes=0)
    world.ada.asks(usd(400))
    world.leaves(world.cy)
    world.time_passes(hours=4)
    assert world.search.request.waiting_on() == (world.di.id,)
    assert not has_card(world.lin)


def test_where_nobody_can_be_asked_any_more_the_requester_hears_it(world: World) -> None:
    world.policy(ROUTING, "  - {name: acknowledge, when: {limit: soft}, ask: platform}\n")
    world.policy("fallback: leads", "fallback: platform")
    world.is_down(minutes=0)
    world.ada.asks(usd(400))
    world.leaves(world.pat)
    world.time_passes(hours=4)
    world.time_passes(hours=4)
    assert len(world.told("team-search", "tell whoever runs Leeway")) == 1
    assert world.search.request.state is State.PENDING


# The requester's nudge.


@BOTH
def test_the_requester_may_remind_those_who_are_asked_now_and_then(world: World) -> None:
    world.ada.asks(usd(400))
    world.ada.press(world.ada.card("nudge"), "nudge")
    assert "not long ago" in world.ada.whispers("leeway")[-1]
    assert not reminders(world.bob)
    world.time_passes(hours=5)
    assert len(reminders(world.bob)) == 1
    world.ada.press(world.ada.card("nudge"), "nudge")
    assert len(reminders(world.bob)) == 2
    assert "asks you to look" in reminders(world.bob)[-1]
    assert "you asked for a reminder" in said(world.ada.card("nudge"))
    world.ada.press(world.ada.card("nudge"), "nudge")
    assert "You can remind them again from" in world.ada.whispers("leeway")[-1]
    assert len(reminders(world.bob)) == 2
    world.time_passes(hours=4)
    world.ada.press(world.ada.card("nudge"), "nudge")
    assert len(reminders(world.bob)) == 3


def test_only_the_requester_reminds(world: World) -> None:
    world.ada.asks(usd(400))
    world.time_passes(hours=5)
    assert not any("nudge" in buttons(m) for m in world.bob.messages("leeway"))
    assert not any("nudge" in buttons(m) for m in world.ada.messages("team-search"))


def test_a_deadline_is_where_it_was_whatever_was_reminded_and_asked(world: World) -> None:
    world.ada.asks(usd(400))
    deadline = world.search.request.deadline
    for _ in range(40):
        world.time_passes(hours=3)
        if world.search.request.state is State.PENDING:
            world.ada.press(world.ada.card("nudge"), "nudge")
        assert world.search.request.deadline == deadline
    assert world.search.request.state is State.LAPSED
    assert world.search.request.decided == max(deadline, world.search.request.submitted + timedelta(days=5))
