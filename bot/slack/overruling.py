"""Overruling: Revoke, on the card of what policy approved, with its reason."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import respond, target
from bot.slack.front import Front
from bot.slack.reading import click, person, typed
from workflows import overruling
from workflows.drafting import clean
from workflows.events import Revoke
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the button and the modal of its reason."""

    @bolt.action("revoke")
    def revoke(ack: Ack, body: Body) -> None:
        pressed = click(body)
        request = overruling.may_revoke(front.kit, target(pressed.value)[0], pressed.by)
        if isinstance(request, Request):
            front.open(pressed.trigger, front.renderer.render("revoke.yaml", request=request, zone=front.zone_of(pressed.by)))
        respond(front, pressed, request)
        ack()

    @bolt.view("revoke")
    def revoked(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        problems = _revoke(front, by, view)
        if problems:
            ack(response_action="errors", errors=front.errors(problems, view, by))
        else:
            ack()


def _revoke(front: Front, by: PersonId, view: Body) -> tuple[Refused, ...]:
    reason = clean(str(typed(view).get("reason") or "").strip(), "reason", least=1)
    if isinstance(reason, Refused):
        return (reason,)
    done = overruling.revoke(front.kit, target(view["private_metadata"])[0], Revoke(by, reason))
    return (done,) if isinstance(done, Refused) else ()
