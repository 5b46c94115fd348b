"""Pausing: `/leeway pause reason`, `/leeway resume` and the buttons of the same, for operators."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack import homing
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import pausing
from workflows.refusals import Refused

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the buttons and to the modal that asks why."""

    @bolt.action("pause")
    def pressed(ack: Ack, body: Body) -> None:
        seen = click(body)
        refused = _open(front, seen)
        if refused:
            front.answer(seen, refused)
        ack()

    @bolt.view("pause")
    def paused(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        done = pausing.pause(front.kit, by, str(typed(view).get("reason") or ""))
        if isinstance(done, Refused):
            ack(response_action="errors", errors=front.errors((done,), view, by))
        else:
            homing.show(front, by)
            ack()

    @bolt.action("resume")
    def resumed(ack: Ack, body: Body) -> None:
        seen = click(body)
        done = pausing.resume(front.kit, seen.by)
        if isinstance(done, Refused):
            front.answer(seen, done)
        homing.show(front, seen.by)
        ack()


def command(front: Front, pressed: Click, why: str, *, on: bool) -> Body | None:
    """The answer to `/leeway pause …` or `/leeway resume`; None when a modal was opened that asks why."""
    if on and not why:
        refused = _open(front, pressed)
        return {"text": front.sentence(refused, pressed.by)} if refused else None
    done = pausing.pause(front.kit, pressed.by, why) if on else pausing.resume(front.kit, pressed.by)
    if isinstance(done, Refused):
        return {"text": front.sentence(done, pressed.by)}
    return front.renderer.render("switched.yaml", on=on)


def _open(front: Front, pressed: Click) -> Refused | None:
    refused = pausing.may(front.kit, pressed.by)
    if refused is None:
        front.open(pressed.trigger, front.renderer.render("pause.yaml"))
    return refused
