"""Reporting: the check-in's button and its modal."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.reading import click, person, typed
from workflows import reporting
from workflows.people import PersonId
from workflows.refusals import Refused

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the answer to "what came of it?"."""

    @bolt.action("report")
    def report(ack: Ack, body: Body) -> None:
        pressed = click(body)
        override = reporting.may_report(front.kit, pressed.value, pressed.by)
        if isinstance(override, Refused):
            front.answer(pressed, override)
        else:
            front.open(pressed.trigger, _modal(front, override.id, override.request, pressed.by))
        ack()

    @bolt.view("outcome")
    def outcome(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        stored = reporting.report(front.kit, view["private_metadata"], by, typed(view))
        if isinstance(stored, tuple):
            ack(response_action="errors", errors=front.errors(stored, view, by))
        else:
            ack()


def _modal(front: Front, override_id: str, request_id: str, by: PersonId) -> Body:
    with front.kit.reads() as unit:
        override, request = unit.overrides.get(override_id), unit.requests.get(request_id)
    return front.renderer.render("outcome.yaml", override=override, request=request, zone=front.zone_of(by))
