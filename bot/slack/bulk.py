"""Bulk: `/leeway inbox` lists what waits for somebody, and lets them approve several alike requests at once."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import target
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import inbox
from workflows.refusals import Refused, Why

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the card's button and the modal."""

    @bolt.action("inbox")
    def pressed(ack: Ack, body: Body) -> None:
        start(front, click(body))
        ack()

    @bolt.view("inbox")
    def chosen(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        picked = typed(view).get("chosen") or ()
        if not picked:
            ack(response_action="errors", errors=front.errors((Refused(Why.NONE_CHOSEN, place="chosen"),), view, by))
            return
        values = (picked,) if isinstance(picked, str) else picked
        results = inbox.approve(front.kit, by, [target(value) for value in values])
        said = [(result, front.sentence(result.done, by) if isinstance(result.done, Refused) else "") for result in results]
        ack(response_action="update", view=front.renderer.render("inbox-done.yaml", said=said))


def start(front: Front, pressed: Click) -> None:
    """Opens the list."""
    with front.kit.reads() as unit:
        found = inbox.inbox(unit, front.kit.policy, pressed.by, front.kit.clock.now())
    front.open(pressed.trigger, front.renderer.render("inbox.yaml", inbox=found, zone=front.zone_of(pressed.by)))
