"""An override is carried on by a request of its own: without a gap, without counting twice, and only so often and so long."""

from datetime import timedelta

import pytest

from bot.demo.actor import Ack, buttons, said, texts
from bot.slack.reading import inputs
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.test_parts import TIGHT, asks_for_both
from tests.journeys.test_returning import returns
from tests.journeys.world import WHY, Person, World, usd
from tests.journeys.world import world as opened
from workflows.overrides import Override, Reason, Status
from workflows.requests import State

STILL = "The evaluation needs the rest of the week."


def granted(world: World, duration: str = "days:3") -> Override:
    world.ada.asks(usd(400), duration=duration)
    world.bob.approves()
    world.time_passes(minutes=1)
    override = world.search.override
    assert override is not None
    return override


def opens(person: Person, channel: str = "leeway") -> None:
    assert not person.press(person.card("extend", channel), "extend").error


def extends(person: Person, channel: str = "leeway", **typed: object) -> Ack:
    opens(person, channel)
    for field in ("duration", "amount"):
        if field in typed:
            person.pick(field, typed[field])
    return person.submit(**{"justification": STILL, **typed})


def limit(world: World) -> int:
    return world.search.limit


@BOTH
def test_one_click_from_the_notice_asks_to_extend_and_the_limit_never_moves(world: World) -> None:
    before = granted(world)
    world.days_pass(2)
    assert not extends(world.ada, "team-search", duration="days:1").errors
    asked = world.search.request
    assert asked.case.extends == before.id and asked.state is State.PENDING
    assert (asked.case.term.since, asked.case.term.until) == (before.ends, (before.ends or world.now) + timedelta(days=1))
    assert limit(world) == usd(10_400)
    card = said(world.bob.card("approve"))
    assert f"Extends `{before.id}`" in card and STILL in card
    world.bob.approves()
    after = world.search.override
    assert after is not None and after.follows == before.id
    assert (after.starts, limit(world)) == (before.ends, usd(10_400))
    assert len(world.told("team-search", "is extended: it goes on without a gap until")) == 1
    for _ in range(3):
        world.time_passes(hours=12)
        assert limit(world) == usd(10_400)
    world.time_passes(hours=12)
    assert limit(world) == usd(10_000)
    with world.stage.store.reads() as unit:
        assert unit.overrides.get(before.id).reason() is Reason.EXPIRED  # type: ignore[union-attr]
    assert len(world.told("team-search", "is over")) == 1
    assert len([m for m in world.ada.messages("leeway") if "report" in buttons(m)]) == 1


def test_the_form_has_what_the_override_has_and_asks_anew_why(world: World) -> None:
    granted(world, "days:1")
    opens(world.ada)
    view = world.ada.modal()["view"]
    first = {
        block["block_id"]: block["element"].get("initial_value") or (block["element"].get("initial_option") or {}).get("value")
        for block in view["blocks"]
        if block["type"] == "input"
    }
    assert first["amount"] == "$400" and first["duration"] == "days:1" and first["metric"] == "queries evaluated"
    assert not first["justification"]
    assert "justification" in inputs(view) and WHY not in str(view)
    assert "carries on *+$400 on Search*" in " ".join(texts(view["blocks"]))
    assert set(world.ada.submit().errors) == {"justification"}


def test_an_extension_has_its_own_route_by_its_length_and_amount(world: World) -> None:
    granted(world, "days:1")
    assert not extends(world.ada, duration="days:14").errors
    stages = [stage.name for stage in world.search.request.route.stages]
    assert stages == ["manager", "platform"]  # over 7 days
    world.bob.approves()
    assert world.search.request.state is State.PENDING


def test_more_than_it_has_is_refused_with_what_to_do_instead(world: World) -> None:
    granted(world)
    sent = extends(world.ada, amount="401", duration="days:1")
    assert "An extension carries on $400 or less of Search. For more, please request another override" in sent.errors["amount"]
    assert not world.ada.submit(amount="300").errors
    world.bob.approves()
    world.days_pass(3)
    assert limit(world) == usd(10_300)


def test_it_is_extended_so_often_and_no_more_and_both_numbers_are_said(world: World) -> None:
    granted(world, "days:1")
    for _ in range(2):
        assert not extends(world.ada, duration="days:1").errors
        world.bob.approves()
        world.days_pass(1)
        assert limit(world) == usd(10_400)
    world.ada.press(world.ada.card("extend"), "extend")
    assert any("It was extended 2 times, and 2 are the most" in one for one in world.ada.whispers("leeway"))
    world.time_passes(hours=23)
    notice = world.told("team-search", "It was extended 2 times, and 2 are the most")
    assert len(notice) == 1 and "extend" not in buttons(notice[0]) and "return" in buttons(notice[0])


def test_it_is_extended_so_long_and_no_longer_and_both_numbers_are_said() -> None:
    with opened(POLICY.replace("time: {", "time: {extended_at_most: 5 days, ")) as world:
        granted(world)
        sent = extends(world.ada, duration="days:3")
        assert "it would last 6 days from when it first began, and 5 days is the most" in sent.errors["duration"]
        world.ada.pick("duration", "days:1")
        assert not world.ada.submit().errors


def test_it_can_be_turned_off() -> None:
    with opened(POLICY.replace("time: {", "time: {extensions: never, ")) as world:
        granted(world)
        world.ada.press(world.ada.card("extend"), "extend")
        assert any("Overrides cannot be extended here" in one for one in world.ada.whispers("leeway"))


def test_there_is_one_extension_at_a_time_and_a_second_click_opens_it(world: World) -> None:
    before = granted(world)
    assert not extends(world.ada, duration="days:1").errors
    asked = world.search.request
    world.ada.press(world.ada.card("extend"), "extend")
    assert "Change your request" in str(world.ada.modal()["view"]["title"])
    world.ada.pick("duration", "days:3")
    assert not world.ada.submit().errors
    assert [r.id for r in world.search.requests if r.case.extends == before.id] == [asked.id]
    assert world.search.request.case.term.until == (before.ends or world.now) + timedelta(days=3)


def test_beside_another_open_request_it_waits(world: World) -> None:
    granted(world)
    world.ada.asks(usd(100))
    world.ada.press(world.ada.card("extend"), "extend")
    assert any("You already asked about this quota" in one for one in world.ada.whispers("leeway"))


@pytest.mark.parametrize("name", ["bob", "eve"])
def test_nobody_else_extends_it(world: World, name: str) -> None:
    granted(world)
    world.days_pass(2)
    person = getattr(world, name)
    person.press(next(m for m in person.messages("team-search") if "extend" in buttons(m)), "extend")
    assert any("Only the person who asked" in one for one in person.whispers("team-search"))
    assert len(world.search.requests) == 1


@BOTH
def test_approved_after_the_old_one_ended_it_begins_then_and_ends_when_it_was_to(world: World) -> None:
    before = granted(world)
    world.days_pass(2)
    assert not extends(world.ada, duration="days:3").errors
    world.time_passes(days=1, hours=2)
    assert limit(world) == usd(10_000)
    world.bob.approves()
    after = world.search.override
    assert after is not None
    assert (after.starts, after.ends, limit(world)) == (world.now, (before.ends or world.now) + timedelta(days=3), usd(10_400))
    assert len(world.told("team-search", "is active until")) == 2


@BOTH
@pytest.mark.parametrize("how", ["returned", "revoked"])
def test_what_carries_it_on_ends_with_it(world: World, how: str) -> None:
    before = granted(world)
    assert not extends(world.ada, duration="days:1").errors
    world.bob.approves()
    if how == "returned":
        old = next(m for m in world.ada.messages("leeway") if "return" in buttons(m) and "then extended until" in said(m))
        assert not world.ada.press(old, "return").error
    else:
        old = next(m for m in world.bob.messages("leeway") if "revoke" in buttons(m) and "then extended until" in said(m))
        assert not world.bob.press(old, "revoke").error
        assert not world.bob.submit(reason="The evaluation is over.").errors
    after = world.search.override
    assert after is not None and after.follows == before.id
    assert after.reason() is Reason(how)
    assert limit(world) == usd(10_000)
    world.days_pass(3)
    assert limit(world) == usd(10_000)
    assert after.starts is not None and not after.in_force(after.starts)


def test_what_nobody_decided_yet_is_withdrawn_when_the_old_one_is_returned(world: World) -> None:
    granted(world)
    assert not extends(world.ada, duration="days:1").errors
    returns(world)
    assert world.search.request.state is State.WITHDRAWN
    assert limit(world) == usd(10_000)


def test_all_parts_are_carried_on() -> None:
    with opened(TIGHT) as world:
        world.mobile.spends(usd(12_100))
        asks_for_both(world)
        for person in (world.bob, world.pat):
            person.approves()
        world.time_passes(minutes=1)
        assert not extends(world.ada, duration="days:1").errors
        for person in (world.bob, world.pat):
            person.approves()
        with world.stage.store.reads() as unit:
            after = unit.overrides.every(world.search.request.id)
            before = {o.id: o for o in unit.overrides.current("platform:usd/month") + unit.overrides.current(world.search.key)}
        assert {(o.quota, before[o.follows].quota, o.amount) for o in after} == {
            (world.search.key, world.search.key, usd(400)),
            ("platform:usd/month", "platform:usd/month", usd(500)),
        }
        world.days_pass(3)
        assert limit(world) == usd(10_400)


def test_over_the_reset_it_carries_on_into_the_new_window(world: World) -> None:
    world.days_pass(24)
    before = granted(world, "days:7")
    assert not extends(world.ada, duration="days:3").errors
    world.bob.approves()
    after = world.search.override
    assert after is not None and after.starts == before.ends
    world.days_pass(4)
    assert (limit(world), world.search.status) == (usd(10_400), Status.ACTIVE)
    world.days_pass(3)
    assert limit(world) == usd(10_000)


def test_the_app_may_be_down_over_the_joint(world: World) -> None:
    granted(world, "days:1")
    assert not extends(world.ada, duration="days:3").errors
    world.bob.approves()
    world.is_down(days=2)
    assert (limit(world), world.search.status) == (usd(10_400), Status.ACTIVE)
    assert not world.told("team-search", "is over")
