"""Undoing: a voter takes their vote back within some minutes; a requester asks again after a denial, once."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack import appealing
from bot.slack.deciding import respond, target
from bot.slack.forms import presets
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import reopening, reviewing
from workflows.events import Undo
from workflows.people import PersonId
from workflows.quotas import retired
from workflows.refusals import Refused
from workflows.requests import Request

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to both buttons and to the form in which somebody says what is new."""

    @bolt.action("undo")
    def undo(ack: Ack, body: Body) -> None:
        pressed = click(body)
        event = Undo(pressed.by, front.kit.policy.timing.undo_within)
        respond(front, pressed, reviewing.change(front.kit, target(pressed.value)[0], event, pressed.by))
        ack()

    @bolt.action("reopen")
    def again(ack: Ack, body: Body) -> None:
        pressed = click(body)
        respond(front, pressed, _open(front, pressed))
        ack()

    @bolt.view("reopen")
    def reopened(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        done = reopening.reopen(front.kit, target(view["private_metadata"])[0], by, typed(view))
        if isinstance(done, tuple):
            ack(**appealing.answer(front, done, view, by))
        else:
            ack()


def _open(front: Front, pressed: Click) -> Request | Refused:
    request = reopening.may_reopen(front.kit, target(pressed.value)[0], pressed.by)
    if isinstance(request, Request):
        front.open(pressed.trigger, _view(front, request, pressed.by))
    return request


def _view(front: Front, request: Request, by: PersonId) -> Body:
    policy, now = front.kit.policy, front.kit.clock.now()
    quota = policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)
    begins = request.case.term.begin(now)
    resets = policy.resets(quota, begins, policy.bounds.resets)
    ends = [preset for preset in presets(begins, resets, policy.timing.override_at_most) if preset.end is not None]
    kept = reopening.keeps(request, now)
    return front.renderer.render("reopen.yaml", request=request, quota=quota, presets=ends, kept=kept, zone=front.zone_of(by))
