"""App Home: where to ask for more, and for operators everything that needs somebody."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.calling import call
from bot.slack.front import Front
from bot.slack.reading import click
from workflows import pausing, switch
from workflows.health import health
from workflows.people import PersonId
from workflows.quotas import Quota

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens for whoever opens it, and to its button to look again."""

    @bolt.event("app_home_opened")
    def opened(body: Body) -> None:
        event = body["event"]
        if event.get("tab", "home") == "home":
            show(front, PersonId(event["user"]))

    @bolt.action("home")
    def again(ack: Ack, body: Body) -> None:
        show(front, click(body).by)
        ack()


def show(front: Front, person: PersonId) -> None:
    """Shows somebody their App Home as it is now."""
    kit, operator = front.kit, pausing.may(front.kit, person) is None
    now = kit.clock.now()
    with kit.reads() as unit:
        found = health(unit, kit.policy, now, lambda quota: _title(front, quota)) if operator else ()
        pause = switch.paused(unit)
    said = {"operator": operator, "found": found, "pause": pause, "now": now, "zone": front.zone_of(person)}
    call(front.client.views_publish, user_id=person, view=front.renderer.render("home.yaml", **said))


def _title(front: Front, quota: Quota) -> str:
    return front.kit.limits.traits(quota).title
