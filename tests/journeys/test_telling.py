"""What came of it: the check-in, and the weekly digest that shows it without ranking anybody."""

from bot.demo.actor import said
from tests.journeys.clicks import press
from tests.journeys.conftest import BOTH
from tests.journeys.world import World, usd


def finished(world: World) -> None:
    world.ada.asks(usd(400), duration="hours:4")
    world.bob.approves()
    world.time_passes(hours=4)


@BOTH
def test_the_check_in_is_answered_once_and_by_its_holder(world: World) -> None:
    finished(world)
    card = world.ada.card("report")
    override = world.search.override
    assert override is not None
    again = press(world, world.ada, action="report", value=override.id, where=(card["channel"], card["ts"], ""))
    assert not world.ada.reports(quantity="7", words="Seven.").errors
    world.posts(again)
    assert "already said what came of it" in world.ada.whispers("leeway")[-1]
    own = world.bob.sees("$400", channel="leeway")
    world.posts(press(world, world.bob, action="report", value=override.id, where=(own["channel"], own["ts"], "")))
    assert "Only the person who asked" in world.bob.whispers("leeway")[-1]
    with world.stage.store.reads() as unit:
        outcome = unit.outcomes.get(override.id)
    assert outcome is not None
    assert outcome.quantity == 7


def test_a_check_in_names_the_field_that_is_wrong(world: World) -> None:
    finished(world)
    assert set(world.ada.reports(quantity="7", words="x" * 10 + " xoxb-1234567890-abcdef").errors) == {"words"}
    assert not world.ada.submit(words="It came about.").errors


@BOTH
def test_the_digest_is_posted_once_a_channel_and_week(world: World) -> None:
    world.days_pass(6)
    for _ in range(3):
        world.stage.leeway.begin()
        world.stage.settle()
    for channel in ("team-search", "team-mobile", "ai-leadership"):
        assert len(world.told(channel, "AI budgets")) == 1
    world.days_pass(7)
    assert len(world.told("team-search", "AI budgets")) == 2


@BOTH
def test_the_digest_comes_late_but_once_after_downtime_over_monday(world: World) -> None:
    world.search.spends(usd(500))
    world.is_down(days=7)
    world.is_down(hours=1)
    (digest,) = world.told("team-search", "AI budgets")
    assert "$500" in said(digest)


@BOTH
def test_the_digest_tells_what_was_asked_and_what_came_of_it(world: World) -> None:
    world.search.spends(usd(9_000))
    finished(world)
    world.ada.reports(quantity="1310", words="No-result queries fell.")
    world.ada.asks(usd(300))
    world.bob.denies("Not this week.")
    world.eve.asks(usd(200))
    world.days_pass(6)
    (digest,) = world.told("team-search", "AI budgets")
    assert all(word in said(digest) for word in ("$400", "1,310", "$300", "denied", "$200", "lapsed"))


def test_what_no_rule_claims_is_told_to_whoever_sees_to_it_and_to_leadership(world: World) -> None:
    world.mobile.spends(usd(100))
    world.uses(usd(25), team="growth", user="ada")
    for person, channel in ((world.pat, "ai-platform"), (world.lin, "team-mobile")):
        person.command("status", channel)
    assert "$25 of $125 this month (20\u00a0%), from team “growth”" in world.pat.whispers("ai-platform")[-1]
    assert "growth" not in world.lin.whispers("team-mobile")[-1]
    world.days_pass(6)
    for channel in ("ai-platform", "ai-leadership"):
        (digest,) = world.told(channel, "AI budgets")
        assert "$25 of $125 in the week (20\u00a0%), from team “growth”" in said(digest)
        assert "<@U0PAT> sees to it" in said(digest)
        assert "U0ADA" not in said(digest)
    (digest,) = world.told("team-mobile", "AI budgets")
    assert "growth" not in said(digest)


def test_the_digest_ranks_nobody(world: World) -> None:
    world.mobile.spends(usd(100), user="lin")
    world.search.spends(usd(1_234), user="ada")
    world.search.spends(usd(777), user="bob")
    world.support.spends(usd(5_000), user="eve")
    world.days_pass(6)
    (digest,) = world.told("ai-leadership", "AI budgets")
    text = said(digest)
    assert "$2,011" in text
    assert "$1,234" not in text
    assert "$777" not in text
    assert not any(f"<@{world.stage.sandbox.workspace.users[u].id}>" in text for u in ("U0ADA", "U0BOB", "U0EVE", "U0LIN"))
    order = [text.index(name) for name in ("Search", "Mobile", "Support")]
    assert order == sorted(order), "the lines stand in the order of app.yaml, whoever spent most"


def test_a_quiet_week_is_one_line(world: World) -> None:
    world.days_pass(6)
    (digest,) = world.told("team-search", "AI budgets")
    assert len(digest["blocks"]) <= 3
