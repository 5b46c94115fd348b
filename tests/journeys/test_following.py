"""A form follows what is typed in it: of several changes on their way at once it shows the last."""

from copy import deepcopy
from typing import Any

import pytest

from bot.sandbox import payloads
from tests.journeys.world import World


def typed(world: World, amount: str, at: str) -> dict[str, Any]:
    """What Slack sends when ada types an amount into the form as it is now."""
    ws = world.stage.sandbox.workspace
    held = ws.modals.views[world.ada.modal()["id"]]
    action = {"type": "plain_text_input", "block_id": "amount", "action_id": "amount", "value": amount, "action_ts": at}
    sent = deepcopy(payloads.view_action(ws, held, actions=[action], trigger=ws.modals.trigger(world.ada.id)))
    sent["view"]["state"]["values"].setdefault("amount", {})["amount"] = {"type": "plain_text_input", "value": amount}
    return sent


@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_amounts_on_their_way_at_once_the_form_shows_the_last(world: World, swapped: bool) -> None:
    world.ada.command("request search", "team-search")
    both = [typed(world, "400", "1795511520.000100"), typed(world, "900", "1795511520.000200")]
    for sent in reversed(both) if swapped else both:
        assert world.posts(sent).status_code == 200
    assert "With +$900" in str(world.ada.modal())
    assert "With +$400" not in str(world.ada.modal())
