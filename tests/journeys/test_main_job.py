"""The main job, from the warning to the digest."""

from bot.demo.actor import buttons, said
from tests.journeys.conftest import BOTH
from tests.journeys.world import World, usd
from workflows.overrides import Status
from workflows.requests import State


@BOTH
def test_a_team_asks_gets_it_for_a_while_and_it_ends_by_itself(world: World) -> None:
    world.search.spends(usd(9000))
    warning = world.ada.sees("Search reached its 90 % warning")
    world.ada.asks(usd(400))
    card = world.ada.sees("$400", thread=warning["ts"])
    assert {"approve", "deny"} <= buttons(card)
    assert world.search.limit == usd(10_000)

    world.bob.approves()
    assert world.search.request.state is State.APPROVED
    assert world.search.status is Status.ACTIVE
    assert world.search.limit == usd(10_400)
    assert world.ada.sees("is active until", thread=warning["ts"])

    world.days_pass(2.9)
    assert world.search.limit == usd(10_400)
    world.days_pass(0.2)
    assert world.search.limit == usd(10_000)
    assert world.search.status is Status.ENDED
    assert world.ada.sees("ended on time", thread=warning["ts"])

    world.ada.reports(quantity="1310", words="No-result queries fell by a third.")
    assert "1,310" in said(world.ada.sees("1,310", thread=warning["ts"]))
    world.days_pass(7)
    digest = world.ada.sees("AI budgets")
    assert "1,310" in said(digest)
    assert "1,310" in said(world.bob.sees("AI budgets", channel="ai-leadership"))
