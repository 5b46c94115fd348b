"""Whoever is away says who decides in their place: for what waits for them, while they are away, and never further."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.demo import acme
from bot.demo.actor import Ack, buttons, said
from tests.journeys.clicks import press
from tests.journeys.conftest import BOTH
from tests.journeys.test_chasing import has_card, reminders
from tests.journeys.world import AFTER, Person, World, usd, who
from workflows.aways import Away
from workflows.requests import State

TODAY = date(2026, 11, 3)
DAY = timedelta(days=1)


def leaves(person: Person, delegate: Person | None = None, first: int = 0, last: int = 3, reason: str = "Holiday") -> Ack:
    """Somebody says that they are away, from one day from today to another."""
    ack = person.command("away", "team-search")
    assert not ack.error, ack
    days: dict[str, Any] = {"from": (TODAY + first * DAY).isoformat(), "until": (TODAY + last * DAY).isoformat()}
    return person.submit(**days, delegate=delegate.id if delegate else None, reason=reason)


def votes(world: World, by: Person, action: str = "approve") -> None:
    """A press on the request's button, whether or not that person has a card."""
    request = world.search.request
    channel = by.messages("leeway")[-1]["channel"] if by.messages("leeway") else acme.channel("team-search")
    value = f"{request.id}:{request.revision}"
    world.posts(press(world, by, action=action, value=value, where=(channel, "1.1", "")))


@BOTH
def test_a_stand_in_gets_the_card_and_decides_and_it_is_said_for_whom(world: World) -> None:
    assert not leaves(world.bob, world.pat).errors
    world.ada.asks(usd(400))
    assert has_card(world.bob)
    assert "decides in their place" in said(world.pat.card("approve"))
    world.pat.approves()
    request = world.search.request
    assert request.state is State.APPROVED
    (vote,) = request.votes
    assert (vote.by, vote.acting_for) == (world.pat.id, world.bob.id)
    for copy in world.copies(request.id):
        assert f"<@{world.pat.id}> for <@{world.bob.id}>" in said(copy)
    with world.stage.store.reads() as unit:
        chain = unit.record.chain(request.id)
    assert chain[-1].by == world.pat.id
    assert chain[-1].after["votes"][0]["acting_for"] == world.bob.id


@BOTH
def test_who_is_away_may_decide_all_the_same(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400))
    world.bob.approves()
    (vote,) = world.search.request.votes
    assert (vote.by, vote.acting_for) == (world.bob.id, None)
    assert world.search.request.state is State.APPROVED


def test_one_of_the_two_decides_and_the_other_is_told_so(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400), data="confidential")
    world.pat.approves()
    votes(world, world.bob)
    assert "in that seat" in world.bob.whispers("leeway")[-1]
    assert len(world.search.request.votes) == 1


def test_who_leaves_after_the_request_was_made_hands_it_over(world: World) -> None:
    world.ada.asks(usd(400))
    assert not has_card(world.pat)
    leaves(world.bob, world.pat)
    assert has_card(world.pat)
    assert world.pat.denies("Please wait for Bob.").error == ""
    assert world.search.request.state is State.DENIED
    assert f"Denied by <@{world.pat.id}> for <@{world.bob.id}>" in said(world.ada.sees("Denied", channel="leeway"))


def test_an_absence_begins_and_ends_by_itself(world: World) -> None:
    leaves(world.bob, world.pat, first=1, last=1)
    world.ada.asks(usd(400), data="confidential")
    assert not has_card(world.pat)
    votes(world, world.pat)
    assert not world.search.request.votes
    world.time_passes(hours=15)  # Wednesday 00:00
    assert has_card(world.pat)
    world.days_pass(1)
    votes(world, world.pat)
    assert "not among those who are asked" in world.pat.whispers("leeway")[-1]
    assert not world.search.request.votes
    assert "You no longer stand in" in said(world.pat.sees("stand in", channel="leeway"))


@BOTH
def test_who_comes_back_early_says_so(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400))
    ack = world.bob.command("away off", "team-search")
    assert not ack.error
    assert "Welcome back" in world.bob.whispers("team-search")[-1]
    votes(world, world.pat)
    assert not world.search.request.votes
    assert "You no longer stand in" in said(world.pat.sees("stand in", channel="leeway"))
    world.bob.approves()
    assert world.search.request.state is State.APPROVED


def test_who_is_not_away_cannot_come_back(world: World) -> None:
    world.bob.command("away off", "team-search")
    assert "had not said that you are away" in world.bob.whispers("team-search")[-1]


def test_both_are_told_in_their_messages(world: World) -> None:
    leaves(world.bob, world.pat, reason="Holiday in Ireland")
    assert "decides in your place" in said(world.bob.sees("You are away", channel="leeway"))
    told = said(world.pat.sees("named you to decide", channel="leeway"))
    assert "Holiday in Ireland" in told
    assert "Fri 6 Nov" in told


def test_the_modal_shows_what_was_said_before(world: World) -> None:
    leaves(world.bob, world.pat)
    world.bob.command("away", "team-search")
    shown = str(world.bob.modal())
    assert "You are away from Tue 3 Nov to Fri 6 Nov" in shown
    assert "'initial_user': '" + world.pat.id in shown
    assert "'initial_date': '2026-11-06'" in shown


# What is refused.


@pytest.mark.parametrize(
    ("delegate", "first", "last", "place", "words"),
    [
        ("bob", 0, 3, "delegate", "cannot stand in for yourself"),
        ("gus", 0, 3, "delegate", "Only full members"),
        ("pat", -3, -1, "until", "over already"),
        ("pat", 3, 1, "until", "before the first day"),
        ("pat", 0, 200, "until", "at most"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused_beside_its_field(
    world: World, delegate: str, first: int, last: int, place: str, words: str
) -> None:
    ack = leaves(world.bob, getattr(world, delegate), first, last)
    assert words in ack.errors[place]
    with world.stage.store.reads() as unit:
        assert unit.aways.get(acme.person("bob")) is None


def test_somebody_who_is_away_is_not_named_and_a_stand_in_names_nobody(world: World) -> None:
    leaves(world.pat, None)
    assert "so is this person" in leaves(world.bob, world.pat).errors["delegate"]
    leaves(world.sam, world.eve)
    assert "stand in for" in leaves(world.eve, world.cy).errors["delegate"]
    assert not leaves(world.eve, None).errors


# Nobody decides further than that.


def test_no_chain_ever_acts(world: World) -> None:
    """Bob names Cy and Cy names Sam at the same moment, so that neither is refused: nobody decides for Bob."""
    week = {"start": world.now, "end": world.now + 7 * DAY, "reason": "Holiday"}
    with world.stage.store.units() as unit:
        unit.aways.put(Away(who(world.bob), delegate=who(world.cy), **week))
        unit.aways.put(Away(who(world.cy), delegate=who(world.sam), **week))
        unit.commit()
    world.ada.asks(usd(400))
    for person in (world.cy, world.sam):
        assert not has_card(person)
        votes(world, person)
    assert not world.search.request.votes
    world.bob.approves()
    assert world.search.request.state is State.APPROVED


def test_who_is_away_stands_in_for_nobody(world: World) -> None:
    assert not leaves(world.bob, world.pat).errors
    assert not leaves(world.pat, None).errors
    world.ada.asks(usd(400), data="confidential")
    assert not world.search.request.votes
    votes(world, world.pat)
    assert all(vote.acting_for is None for vote in world.search.request.votes)


def test_the_requester_never_decides_as_a_stand_in(world: World) -> None:
    leaves(world.bob, world.ada)
    world.ada.asks(usd(400))
    votes(world, world.ada)
    assert "asked for this yourself" in world.ada.whispers("leeway")[-1]
    assert not world.search.request.votes


def test_who_stands_in_for_the_requester_does_not_decide_on_their_request(world: World) -> None:
    world.ada.asks(usd(400))
    leaves(world.ada, world.bob)
    votes(world, world.bob)
    assert "somebody you stand in for" in world.bob.whispers("leeway")[-1]
    assert not world.search.request.votes


def test_a_stand_in_counts_once_also_where_they_are_asked_themselves(world: World) -> None:
    world.search.spends(usd(9_000))
    leaves(world.cy, world.di)
    world.ada.asks(usd(1_500))  # the manager, and two of finance
    world.bob.approves()
    world.di.approves()
    votes(world, world.di)
    assert "You already said yes" in world.di.whispers("leeway")[-1]
    assert world.search.request.state is State.PENDING
    world.cy.approves()
    assert world.search.request.state is State.APPROVED


def test_a_stand_in_who_is_asked_themselves_fills_their_own_seat_and_the_other_is_not_lost(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400), duration="days:14")  # the manager, and the platform: Pat
    world.pat.approves()
    (vote,) = world.search.request.votes
    assert (vote.seat, world.search.request.state) == (world.pat.id, State.PENDING)
    assert has_card(world.lin)  # Bob is away, and Pat has had their say
    world.lin.approves()
    assert world.search.request.state is State.APPROVED


# Time.


def test_a_stand_in_is_reminded_and_who_is_away_is_not(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400))
    world.time_passes(hours=4)
    assert not reminders(world.bob)
    (told,) = reminders(world.pat)
    assert "In the place of" in told


def test_where_everybody_who_is_asked_is_away_the_next_one_is_asked_at_once(world: World) -> None:
    leaves(world.bob, None)
    world.ada.asks(usd(400))
    assert has_card(world.pat)
    assert "everybody who is asked about" in said(world.ada.sees("asked as well"))
    assert world.search.request.waiting_on() == (world.bob.id, world.pat.id)


def test_a_day_is_that_of_whoever_is_away(world: World) -> None:
    leaves(world.bob, world.pat, last=0)
    with world.stage.store.reads() as unit:
        away = unit.aways.get(acme.person("bob"))
    assert away is not None
    assert away.end == datetime(2026, 11, 4, tzinfo=ZoneInfo(acme.ZONE))


def test_buttons_of_a_stand_in_go_when_it_is_decided(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400))
    world.bob.approves()
    assert all(buttons(copy) <= AFTER for copy in world.copies(world.search.request.id))
    assert "Approved" in said(world.pat.sees("Approved", channel="leeway"))


def test_a_stand_in_may_ask_a_question_and_approve_less_and_cannot_pass_it_on(world: World) -> None:
    leaves(world.bob, world.pat)
    world.ada.asks(usd(400))
    menu = [e["type"] for block in world.pat.card("approve")["blocks"] if block["type"] == "actions" for e in block["elements"]]
    assert "overflow" not in menu
    world.pat.press(world.pat.card("question"), "question")
    assert not world.pat.submit(question="Which queries are they?").errors
    world.pat.press(world.pat.card("less"), "less")
    assert not world.pat.submit(amount="300", duration="same").errors
    (vote,) = world.search.request.votes
    assert (vote.by, vote.acting_for, vote.amount) == (who(world.pat), who(world.bob), usd(300))
    assert world.search.limit == usd(10_300)
