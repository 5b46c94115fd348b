"""Passing: an approver leaves a request to the others, or names who is to decide in their place. Neither is a denial."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import respond, target
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import reviewing
from workflows.decisions import stand_ins
from workflows.events import Pass, Reassign
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the card's menu and the modal in which somebody else is named."""

    @bolt.action("more")
    def more(ack: Ack, body: Body) -> None:
        pressed = click(body)
        request_id, _ = target(pressed.value)
        if pressed.value.endswith(":pass"):
            respond(front, pressed, reviewing.says(front.kit, request_id, Pass(pressed.by), pressed.by))
        else:
            respond(front, pressed, _open(front, pressed))
        ack()

    @bolt.view("reassign")
    def reassigned(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        request_id, _ = target(view["private_metadata"])
        named = PersonId(str(typed(view).get("who") or ""))
        done = reviewing.says(front.kit, request_id, Reassign(by, named), by)
        if isinstance(done, Refused):
            ack(response_action="errors", errors=front.errors((done,), view, by))
        else:
            ack()


def _open(front: Front, pressed: Click) -> Request | Refused:
    request_id, _ = target(pressed.value)
    with front.kit.reads() as unit:
        stored = unit.requests.get(request_id)
    others = (front.kit.directory.person(who) for who in (stand_ins(stored, pressed.by) if stored else ()))
    people = [found for found in others if found is not None and found.can_decide]
    trial = Reassign(pressed.by, people[0].id if people else PersonId(""))
    request = reviewing.may(front.kit, request_id, trial, pressed.by)
    if isinstance(request, Request):
        front.open(pressed.trigger, front.renderer.render("reassign.yaml", request=request, people=people))
    return request
