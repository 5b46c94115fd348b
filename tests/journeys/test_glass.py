"""Breaking the glass: little, at once, loudly, and looked at afterwards."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.cli import naming, traced
from bot.cli.stepping import Words
from bot.demo.actor import Ack, buttons, said
from tests.journeys.clicks import press
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, usd, who
from tests.journeys.world import world as opened
from workflows.aways import Away
from workflows.breaking import break_glass, unreviewed
from workflows.overrides import Reason, Status
from workflows.refusals import Why
from workflows.requests import State
from workflows.tracing import trace

GLASS = POLICY.replace("  groups:\n", "  groups:\n    oncall: [ada@acme.example, sam@acme.example]\n") + (
    "break_glass: {who: oncall, at_most: $500, for_at_most: 4 hours, review: security}\n"
)
BECAUSE = "The chat bot of the shop is down until its quota is lifted."


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(GLASS, database=database) as made:
        yield made


def breaks(person: Person, amount: str = "400", *, minutes: int = 120, why: str = BECAUSE, quota: str = "search") -> Ack:
    """Types the command, fills the modal and sends it."""
    ack = person.command(f"break-glass {quota}", "team-search")
    assert not ack.error, ack
    return person.submit(amount=amount, duration=f"minutes:{minutes}", justification=why)


@BOTH
def test_a_broken_glass_is_granted_at_once_and_ends_by_itself(world: World) -> None:
    assert not breaks(world.ada).errors
    request = world.search.request
    assert (request.state, request.votes, request.glass is not None) == (State.APPROVED, (), True)
    assert world.search.limit == usd(10_400)
    world.time_passes(hours=2, minutes=1)
    assert world.search.limit == usd(10_000)
    assert world.search.status is Status.ENDED


@BOTH
def test_channel_owner_and_reviewers_hear_of_it_at_once(world: World) -> None:
    breaks(world.ada)
    for person, channel in ((world.eve, "team-search"), (world.bob, "leeway"), (world.sam, "leeway")):
        told = said(person.sees("broke the glass", channel=channel))
        assert "+$400" in told and BECAUSE in told
        assert "To be reviewed by" in told
    assert not world.told("team-mobile", "glass")
    card = world.ada.sees("Granted without asking", thread=world.ada.sees("Glass broken")["ts"])
    assert buttons(card) == {"revoke"}


@BOTH
def test_once_it_is_active_every_message_says_so(world: World) -> None:
    breaks(world.ada)
    for person, channel in ((world.eve, "team-search"), (world.bob, "leeway"), (world.sam, "leeway")):
        assert "Active until" in said(person.sees("Glass broken", channel=channel))


@BOTH
def test_a_reviewer_says_that_it_was_right_and_it_goes_on(world: World) -> None:
    breaks(world.ada)
    world.max.press(world.max.sees("Glass broken", channel="leeway"), "glass-right")
    glass = world.search.request.glass
    assert glass is not None and (glass.by, glass.fine, glass.at) == (world.max.id, True, world.now)
    assert world.search.status is Status.ACTIVE
    for person, channel in ((world.eve, "team-search"), (world.bob, "leeway"), (world.sam, "leeway"), (world.ada, "leeway")):
        told = person.sees("it was right", channel=channel)
        assert not buttons(told) & {"glass-right", "glass-wrong"}
    world.days_pass(3)
    assert not world.told("ai-leadership", "broke the glass")


@BOTH
def test_a_reviewer_who_says_no_says_why_and_what_is_left_ends(world: World) -> None:
    breaks(world.ada)
    world.time_passes(minutes=30)
    world.sam.press(world.sam.sees("Glass broken", channel="team-search"), "glass-wrong")
    assert "words" in world.sam.submit(words=" ").errors
    assert world.search.status is Status.ACTIVE
    assert not world.sam.submit(words="Mobile had room; ask for a move.").errors
    assert world.search.limit == usd(10_000)
    override = world.search.override
    assert override is not None and override.reason() is Reason.REVOKED
    told = said(world.eve.sees("Glass broken", "it was not right"))
    assert "Mobile had room; ask for a move." in told
    assert "Revoked" in told


@BOTH
def test_only_reviewers_review_and_never_what_they_broke_themselves(world: World) -> None:
    breaks(world.sam)
    loud = world.eve.sees("Glass broken")
    world.eve.press(loud, "glass-right")
    assert "not among those who review this" in world.eve.whispers("team-search")[-1]
    world.sam.press(world.sam.sees("Glass broken"), "glass-wrong")
    assert "somebody else decides it" in world.sam.whispers("team-search")[-1]
    assert not [m for m in world.sam.messages("leeway") if "glass-right" in buttons(m)]
    assert world.search.request.glass is not None and world.search.request.glass.at is None


@BOTH
def test_who_reviews_second_is_told_who_was_first(world: World) -> None:
    breaks(world.ada)
    seen = world.sam.sees("Glass broken", channel="leeway")
    click = press(
        world, world.sam, action="glass-wrong", value=f"{world.search.request.id}:1", where=(seen["channel"], seen["ts"], "")
    )
    world.max.press(world.max.sees("Glass broken", channel="leeway"), "glass-right")
    world.posts(click)
    assert f"reviewed already by <@{world.max.id}>" in world.sam.whispers("leeway")[-1]
    assert world.search.status is Status.ACTIVE


def test_only_those_on_call_may_and_they_are_told_what_to_do_instead(world: World) -> None:
    world.eve.command("break-glass", "team-search")
    assert "Only members of oncall may break the glass" in world.eve.whispers("team-search")[-1]
    assert not world.search.requests


def test_without_the_policy_nobody_may() -> None:
    with opened(POLICY) as world:
        world.ada.command("break-glass", "team-search")
        assert "Nobody may break the glass here" in world.ada.whispers("team-search")[-1]


def test_more_or_longer_than_allowed_is_said_beside_its_field(world: World) -> None:
    assert "$500 at most" in breaks(world.ada, "501").errors["amount"]
    odd = world.ada.submit(amount="some", duration="minutes:60", justification="Why").errors
    assert odd.keys() == {"amount", "justification"}
    assert not world.search.requests
    assert not world.ada.submit(amount="500", duration="minutes:240", justification=BECAUSE).errors
    assert world.search.limit == usd(10_500)


@pytest.mark.parametrize(
    ("duration", "why"),
    [("minutes:241", Why.TOO_LONG), ("minutes:0", Why.MISSING), ("days:1", Why.MISSING), ("", Why.MISSING), ("٣", Why.MISSING)],
)
def test_a_time_that_the_menu_does_not_offer_is_refused_however_it_is_sent(world: World, duration: str, why: Why) -> None:
    typed = {"quota": world.search.key, "amount": "500", "duration": duration, "justification": BECAUSE}
    refused = break_glass(world.stage.leeway.kit, who(world.ada), typed, token="V1")
    assert isinstance(refused, tuple)
    assert [(r.why, r.place) for r in refused] == [(why, "duration")]


@BOTH
def test_one_glass_at_a_time_until_it_is_reviewed(world: World) -> None:
    breaks(world.ada)
    world.time_passes(hours=3)
    world.ada.command("break-glass mobile", "team-mobile")
    assert "not reviewed yet" in world.ada.whispers("team-mobile")[-1]
    assert not breaks(world.sam, quota="mobile").errors  # another person may
    world.max.press(world.max.sees("for Search", channel="leeway"), "glass-right")
    assert not breaks(world.ada, quota="mobile").errors
    assert len(world.mobile.requests) == 2


@BOTH
def test_a_review_is_chased_and_when_it_is_late_leadership_hears_of_it_once(world: World) -> None:
    breaks(world.ada)  # Tuesday, 9:00
    world.time_passes(hours=3, minutes=59)
    assert len(reminders(world.sam)) == 0
    world.time_passes(minutes=1)
    assert len(reminders(world.sam)) == len(reminders(world.max)) == 1
    assert not world.told("ai-leadership", "broke the glass")
    world.time_passes(hours=20)
    assert len(world.told("ai-leadership", "broke the glass", "nobody has reviewed it")) == 1
    assert "overdue" in said(world.eve.sees("Glass broken"))
    world.days_pass(2)
    assert len(world.told("ai-leadership", "broke the glass")) == 1
    late = reminders(world.sam)
    assert len(late) >= 3
    world.sam.press(late[-1], "glass-right")
    world.days_pass(5)
    assert len(reminders(world.sam)) == len(late)


def reminders(person: Person) -> list[dict[str, object]]:
    return [m for m in person.messages("leeway") if "Its review" in said(m) and "Glass broken" not in said(m)]


@BOTH
def test_operators_see_what_nobody_reviewed(world: World) -> None:
    breaks(world.ada)
    with world.stage.store.reads() as unit:
        assert [request.id for request in unreviewed(unit)] == [world.search.request.id]
    world.sam.press(world.sam.sees("Glass broken", channel="leeway"), "glass-right")
    with world.stage.store.reads() as unit:
        assert unreviewed(unit) == []


def test_the_digest_tells_what_was_granted_without_asking(world: World) -> None:
    breaks(world.ada)
    world.cy.asks(usd(100))
    world.days_pass(6)
    told = said(world.lin.sees("Exceptions in the week", channel="ai-leadership"))
    assert "2 asked for and 1 approved (1 by breaking the glass)" in told
    assert "granted without asking; not reviewed yet" in told


def test_who_left_meanwhile_reviews_nothing_and_who_joined_may(world: World) -> None:
    breaks(world.ada)
    seen = world.max.sees("Glass broken", channel="leeway")
    where = (seen["channel"], seen["ts"], "")
    click = press(world, world.max, action="glass-right", value=f"{world.search.request.id}:1", where=where)
    world.leaves(world.max)
    world.posts(click)
    glass = world.search.request.glass
    assert glass is not None and glass.at is None
    world.policy("security: [sam@acme.example, max@acme.example]", "security: [sam@acme.example, lin@acme.example]")
    world.is_down(minutes=1)
    loud = world.eve.sees("Glass broken")
    where = (loud["channel"], loud["ts"], "")
    world.posts(press(world, world.lin, action="glass-right", value=f"{world.search.request.id}:1", where=where))
    glass = world.search.request.glass
    assert glass is not None and glass.by == world.lin.id


def test_where_nobody_can_review_it_nothing_is_granted() -> None:
    with opened(GLASS.replace("fallback: leads", "fallback: security")) as world:
        world.leaves(world.max)
        world.time_passes(minutes=6)  # what is remembered of people is forgotten
        assert "Nobody of security can be asked to review it" in " ".join(breaks(world.sam).errors.values())
        assert not world.search.requests


def test_who_stands_in_for_whoever_broke_it_reviews_nothing(world: World) -> None:
    with world.stage.store.units() as unit:
        unit.aways.put(Away(who(world.ada), world.now, world.now + timedelta(days=1), who(world.sam)))
        unit.commit()
    breaks(world.ada)
    request = world.search.request
    assert request.glass is not None
    assert request.glass.reviewers == (world.max.id,)
    world.sam.press(world.sam.sees("Glass broken"), "glass-right")
    assert "somebody you stand in for" in world.sam.whispers("team-search")[-1]
    assert world.search.request == request


def test_what_came_of_it_the_review_says_and_no_check_in_asks(world: World) -> None:
    breaks(world.ada)
    world.time_passes(hours=2, minutes=1)
    assert world.search.status is Status.ENDED
    assert not [m for m in world.ada.messages("leeway") if "report" in buttons(m)]


def test_explain_tells_who_broke_it_and_what_its_review_says(world: World) -> None:
    breaks(world.ada)
    assert "the glass was broken; to be reviewed by" in explained(world)
    assert "its reviewers are reminded" in explained(world)
    world.sam.press(world.sam.sees("Glass broken", channel="leeway"), "glass-wrong")
    world.sam.submit(words="It could have waited.")
    assert 'it was not right: "It could have waited."' in explained(world)
    assert f"{world.sam.id}: reviewed it: it was not right" in explained(world)


def explained(world: World) -> str:
    """What `leeway explain` says of the request, on one line."""
    with world.stage.store.reads() as unit:
        found = trace(unit, world.stage.policy, world.search.request.id, world.now)
    assert found is not None
    return " ".join(" ".join(traced.text(found, Words(naming.ids, "Europe/Berlin"))).split())
