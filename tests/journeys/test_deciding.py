"""Deciding: once, by those who were asked, on what they saw, and everybody reads the same afterwards."""

from bot.demo import acme
from bot.demo.actor import buttons, said
from tests.journeys.clicks import Kept, Seen, press
from tests.journeys.conftest import BOTH
from tests.journeys.world import Person, World, usd
from workflows.requests import State


def mine(world: World, person: Person, action: str = "approve", revision: int = 1) -> dict[str, object]:
    """A press on that person's own copy of the newest request's card, whether or not it has the button still."""
    request = world.search.request
    with world.stage.store.reads() as unit:
        post = unit.posts.get(f"request:{request.id}", f"dm:{person.id}")
    assert post is not None
    return press(world, person, action=action, value=f"{request.id}:{revision}", where=(post.channel, post.ts, ""))


@BOTH
def test_every_copy_of_a_decided_card_says_so_and_cannot_be_decided_again(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(1_500))
    for person in (world.bob, world.cy, world.di):
        person.approves()
    copies = world.copies(world.search.request.id)
    assert len(copies) == 5  # the thread's, ada's, bob's, cy's, di's
    assert all("Active until" in said(copy) for copy in copies)
    assert sorted(sorted(buttons(copy)) for copy in copies) == [["extend", "return"], ["revoke"], *[["revoke", "undo"]] * 3]
    world.time_passes(minutes=10)
    copies = world.copies(world.search.request.id)
    assert sorted(sorted(buttons(copy)) for copy in copies) == [["extend", "return"], *[["revoke"]] * 4]


@BOTH
def test_the_same_click_delivered_twice_counts_once(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    click = mine(world, world.bob)
    seen = Seen.by(world.bob, world)
    world.posts(click)
    world.posts(click)
    assert len(world.search.request.votes) == 1
    assert Seen.by(world.bob, world).whispers == seen.whispers + 1
    assert "that vote counts" in world.bob.whispers("leeway")[-1]


@BOTH
def test_a_retried_delivery_of_an_approval_grants_once(world: World) -> None:
    world.ada.asks(usd(400))
    world.trouble("deliver")
    world.bob.approves()
    assert world.search.limit == usd(10_400)
    assert len(world.search.request.votes) == 1


def test_a_click_on_what_is_no_longer_asked_changes_nothing(world: World) -> None:
    world.ada.asks(usd(400))
    before = Kept.now(world, world.search)
    world.posts(mine(world, world.bob, revision=2))
    assert "changed after this card was shown" in world.bob.whispers("leeway")[-1]
    assert Kept.now(world, world.search) == before


def test_a_denial_needs_a_reason_and_the_requester_reads_it(world: World) -> None:
    world.ada.asks(usd(400))
    assert world.bob.denies(" ").errors
    assert world.search.request.state is State.PENDING
    sent = world.bob.submit(reason="The budget is for retrieval.", instead="$200 for a day.")
    assert not sent.errors
    assert world.search.request.state is State.DENIED
    card = said(world.ada.sees("Denied", channel="leeway"))
    assert "The budget is for retrieval." in card
    assert "$200 for a day." in card
    assert world.search.limit == usd(10_000)


@BOTH
def test_who_opened_the_denial_too_late_is_told_who_was_first(world: World) -> None:
    world.search.spends(usd(12_500))
    world.ada.asks(usd(100))
    world.bob.approves()
    world.pat.approves()
    world.cy.press(world.cy.card("deny"), "deny")
    world.di.approves()
    late = world.cy.submit(reason="Too much.")
    assert "already approved" in late.errors["reason"]
    assert world.search.request.state is State.APPROVED


def test_an_approver_of_a_later_stage_may_agree_early(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    card = world.sam.sees("$400")
    world.sam.press(card, "approve")
    assert world.search.request.state is State.PENDING
    world.bob.approves()
    assert world.search.request.state is State.APPROVED


@BOTH
def test_a_withdrawn_request_can_be_made_again(world: World) -> None:
    world.ada.asks(usd(400))
    world.ada.withdraws()
    assert world.search.request.state is State.WITHDRAWN
    assert not any(buttons(copy) for copy in world.copies(world.search.request.id))
    world.posts(mine(world, world.bob))
    assert "already withdrawn" in world.bob.whispers("leeway")[-1]
    assert world.search.limit == usd(10_000)
    assert not world.ada.asks(usd(300)).errors


@BOTH
def test_what_nobody_decides_lapses_at_its_deadline_and_is_called_no_denial(world: World) -> None:
    world.ada.asks(usd(400))
    world.time_passes(days=4, hours=23, minutes=59)
    assert world.search.request.state is State.PENDING
    world.time_passes(minutes=1)
    assert world.search.request.state is State.LAPSED
    card = said(world.ada.sees("Lapsed"))
    assert "no denial" in card
    assert "Denied" not in card
    world.posts(mine(world, world.bob))
    assert "lapsed" in world.bob.whispers("leeway")[-1]
    assert world.search.limit == usd(10_000)


@BOTH
def test_a_vote_at_the_deadline_is_too_late_even_before_the_lapse_is_noted(world: World) -> None:
    world.ada.asks(usd(400))
    late = mine(world, world.bob)
    world.stage.clock.jump(world.search.request.deadline)
    world.posts(late)
    assert "time for deciding is over" in world.bob.whispers("leeway")[0]
    assert not world.search.request.votes


def test_a_reply_in_the_thread_decides_nothing(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    thread = world.ada.sees("90 % warning")["ts"]
    world.stage.do("say", as_=world.bob.id, channel=acme.channel("team-search"), text="approve", thread_ts=thread)
    world.stage.settle()
    assert world.search.request.state is State.PENDING


def test_somebody_who_left_a_moment_ago_decides_nothing(world: World) -> None:
    world.ada.asks(usd(400))
    world.leaves(world.bob)
    world.posts(mine(world, world.bob))
    assert world.search.request.state is State.PENDING
