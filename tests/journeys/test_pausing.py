"""The pause switch: while it is on nothing new begins, and whatever ends, ends."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import Ack, buttons, said, texts
from tests.fakes.limits import Fault
from tests.journeys.conftest import BOTH
from tests.journeys.gateway import PLACED, Gateway, gateway
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, usd
from tests.journeys.world import world as opened
from workflows import pausing
from workflows.keeping import Act
from workflows.overrides import Reason, Status
from workflows.refusals import Refused, Why
from workflows.requests import State
from workflows.switch import Paused

OPERATED = POLICY + 'operators: {who: platform, channel: "#ai-platform"}\n'
GLASS = OPERATED.replace("  groups:\n", "  groups:\n    oncall: [ada@acme.example]\n") + (
    "break_glass: {who: oncall, at_most: $500, for_at_most: 4 hours, review: security}\n"
)
AUTO = OPERATED.replace(
    "routing:\n", "routing:\n  - {name: routine, when: {limit: soft, amount: up to $500, duration: up to 3 days}, approve: on}\n"
)
WHY = "LiteLLM is being upgraded until 18:00."


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(OPERATED, database=database) as made:
        yield made


def pauses(person: Person, why: str = WHY) -> Ack:
    return person.command(f"pause {why}", "ai-platform")


@BOTH
def test_an_approval_is_refused_with_who_paused_since_when_and_why_and_a_denial_counts(world: World) -> None:
    pauses(world.pat)
    world.ada.asks(usd(400))
    world.bob.approves()
    told = world.bob.whispers("leeway")[-1]
    assert "New overrides are paused since" in told
    assert f"by <@{world.pat.id}>: “{WHY}”" in told
    assert (world.search.request.state, world.search.request.votes) == (State.PENDING, ())
    world.bob.denies("Not this month.")
    assert world.search.request.state is State.DENIED


@BOTH
def test_resumed_it_can_be_approved_and_operators_are_told_of_both(world: World) -> None:
    pauses(world.pat)
    world.ada.asks(usd(400))
    [told] = world.told("ai-platform", "paused new overrides", WHY)
    assert buttons(told) == {"resume"}
    world.time_passes(hours=2)
    world.pat.press(world.pat.sees("paused new overrides", channel="ai-platform"), "resume")
    assert (
        len(world.told("ai-platform", "let new overrides begin again", "after 2 hours")) == 2
    )  # the message, and the one that told of the pause
    assert not [m for m in world.told("ai-platform", "paused new overrides") if buttons(m)]
    world.bob.approves()
    assert world.search.limit == usd(10_400)


@BOTH
def test_whatever_ends_ends_while_new_overrides_are_paused(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    pauses(world.pat)
    world.days_pass(1)
    assert world.search.limit == usd(10_000)
    assert world.search.status is Status.ENDED


@BOTH
def test_what_was_approved_and_is_not_confirmed_waits_its_card_says_why_and_its_time_begins_anew(database: str) -> None:
    with opened(PLACED, kind=Gateway, database=database) as world:
        world.ada.asks(usd(400))
        gateway(world).faults.append(Fault.LOST)
        world.bob.approves()
        pauses(world.pat)
        world.time_passes(hours=3)
        assert gateway(world).limits[world.search.key] == usd(10_000)
        told = said(world.ada.sees("$400", channel="leeway"))
        assert "new overrides are paused since" in told and WHY in told
        assert world.search.status is Status.ACTIVATING  # the hour in which the store is to confirm it does not run
        assert not world.told("ai-platform", "Stuck")
        world.pat.command("resume", "ai-platform")
        assert world.search.limit == usd(10_400)
        assert world.search.status is Status.ACTIVE
        assert "paused" not in said(world.ada.sees("$400", channel="leeway"))


def test_what_would_be_over_by_now_is_given_up_also_while_paused() -> None:
    with opened(PLACED, kind=Gateway) as world:
        world.days_pass(27)  # until the reset on Tuesday
        world.ada.asks(usd(400), duration="reset")
        gateway(world).faults.append(Fault.LOST)
        world.bob.approves()
        pauses(world.pat)
        world.days_pass(3)
        override = world.search.override
        assert override is not None and override.reason() is Reason.UNAPPLIED


def test_no_rule_approves_while_paused_and_people_decide_afterwards() -> None:
    with opened(AUTO) as world:
        pauses(world.pat)
        world.ada.opens()
        world.ada.pick("amount", "100")
        preview = " ".join(texts(world.ada.modal()["view"]))
        assert "New overrides are paused" in preview and "policy approves this at once" not in preview
        world.ada.asks(usd(100), duration="days:1")
        assert world.search.request.state is State.PENDING
        world.pat.command("resume", "ai-platform")
        assert world.search.request.state is State.PENDING
        world.bob.approves()
        assert world.search.request.state is State.APPROVED


def test_no_glass_is_broken_while_paused() -> None:
    with opened(GLASS) as world:
        world.ada.command("break-glass search", "team-search")
        pauses(world.pat)
        refused = world.ada.submit(amount="400", duration="minutes:60", justification="The shop is down until it is lifted.")
        assert "New overrides are paused" in " ".join(refused.errors.values())
        world.ada.command("break-glass search", "team-search")
        assert "New overrides are paused" in world.ada.whispers("team-search")[-1]
        assert not world.search.requests


def test_only_operators_pause_and_resume_and_a_second_pause_is_told_of_the_first(world: World) -> None:
    world.eve.command("pause Now.", "team-search")
    assert "Only members of platform may pause" in world.eve.whispers("team-search")[-1]
    world.pat.command("resume", "ai-platform")
    assert "not paused, so there is nothing to resume" in world.pat.whispers("ai-platform")[-1]
    pauses(world.pat)
    pauses(world.pat, "Again.")
    assert "paused already, since" in world.pat.whispers("ai-platform")[-1] and WHY in world.pat.whispers("ai-platform")[-1]
    world.eve.command("resume", "team-search")
    assert "Only members of platform" in world.eve.whispers("team-search")[-1]


def test_without_words_it_asks_why(world: World) -> None:
    world.pat.command("pause", "ai-platform")
    assert "reason" in world.pat.submit(reason=" ").errors
    assert not world.pat.submit(reason=WHY).errors
    assert world.told("ai-platform", "paused new overrides", WHY)


def test_without_a_channel_every_operator_is_told() -> None:
    with opened(POLICY + "operators: {who: finance}\n") as world:
        world.cy.command("pause Soon over.", "ai-platform")
        for person in (world.cy, world.di):
            assert "Soon over." in said(person.sees("paused new overrides", channel="leeway"))
        assert not world.told("ai-platform", "paused new overrides")


@BOTH
def test_the_command_line_is_the_same_switch(world: World) -> None:
    """What `leeway pause` and `leeway resume` call, on the database of an app that runs."""
    kit = world.stage.leeway.kit
    by = "root at the command line"
    done = pausing.turn(world.stage.store.units, kit.policy, Act(by, "paused", world.now), WHY)
    assert done == Paused(by, world.now, WHY)
    world.stage.settle()
    assert world.told("ai-platform", "root at the command line paused new overrides")
    refused = pausing.turn(world.stage.store.units, kit.policy, Act(by, "paused", world.now), "  ")
    assert isinstance(refused, Refused) and refused.why is Why.REASON_MISSING
    assert isinstance(pausing.turn(world.stage.store.units, kit.policy, Act(by, "resumed", world.now)), Paused)
    world.stage.settle()
    assert world.told("ai-platform", "root at the command line let new overrides begin again")


def test_a_reason_is_never_parsed(world: World) -> None:
    pauses(world.pat, "<!channel> *now* `x`")
    world.ada.asks(usd(400))
    world.bob.approves()
    everything = [world.bob.whispers("leeway")[-1], *(said(m) for m in world.told("ai-platform", "paused new overrides"))]
    assert all("<!channel>" not in text and "*now*" not in text for text in everything)
