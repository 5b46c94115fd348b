"""App Home: where to ask for more, and for operators everything that needs somebody."""

from typing import Any

import pytest

from bot.demo.actor import texts
from tests.journeys.gateway import PLACED, TITLE, Gateway, gateway
from tests.journeys.world import Person, World, usd
from tests.journeys.world import world as opened


def opens(person: Person) -> str:
    """Opens App Home: what it says."""
    assert person.stage.do("home", as_=person.id)["ok"]
    return shown(person)


def shown(person: Person) -> str:
    return " ".join(texts(home(person)["blocks"]))


def home(person: Person) -> dict[str, Any]:
    return dict(person.stage.sees(person.id)["home"])


def press(person: Person, action: str) -> None:
    done = person.stage.do("act", as_=person.id, view_id=home(person)["id"], action_id=action)
    assert done["ok"], done
    person.stage.settle()


@pytest.fixture
def world() -> Any:
    with opened(PLACED, kind=Gateway) as made:
        yield made


def test_whoever_is_no_operator_can_ask_from_there_and_sees_nothing_of_health(world: World) -> None:
    assert "Health" not in opens(world.ada)
    press(world.ada, "ask")
    assert world.ada.modal()["view"]["callback_id"] == "ask"


def test_operators_see_what_needs_somebody_and_look_again(world: World) -> None:
    world.stage.settle()
    assert "Everything is fine" in opens(world.pat)
    gateway(world).down = True
    world.ada.asks(usd(400))
    world.bob.approves()
    world.settles(6)
    press(world.pat, "home")
    said = shown(world.pat)
    assert f"is not yet enforced by {TITLE}: the gateway is down." in said
    assert f"{TITLE} cannot be brought up to date" in said or "litellm cannot be brought up to date" in said
    assert "What to do:" in said


def test_operators_pause_and_resume_there(world: World) -> None:
    world.stage.settle()
    opens(world.pat)
    press(world.pat, "pause")
    assert not world.pat.submit(reason="An upgrade.").errors
    assert "New overrides are paused" in shown(world.pat) and "Resume new overrides" in shown(world.pat)
    press(world.pat, "resume")
    assert "Everything is fine" in shown(world.pat)
    assert world.told("ai-platform", "let new overrides begin again")
