"""Idling: the proposal to end an override of which nothing is used, and "Keep it"."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.posting import Spot
from bot.slack.reading import click
from workflows import idle
from workflows.effects import Do
from workflows.idle import Now
from workflows.refusals import Refused

Body = dict[str, Any]
Handler = Callable[[str], None]


def register(bolt: App, front: Front) -> None:
    """Listens to the button that keeps it."""

    @bolt.action("keep")
    def keep(ack: Ack, body: Body) -> None:
        pressed = click(body)
        done = idle.keep(front.kit, pressed.value, pressed.by)
        if isinstance(done, Refused):
            front.answer(pressed, done)
        ack()


class Idling:
    """Delivers the proposal."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def handlers(self) -> dict[Do, Handler]:
        """What each kind of effect is delivered by."""
        return {Do.PROPOSE_END: self.propose}

    def propose(self, key: str) -> None:
        """The holder has the proposal as it stands: with its buttons while it is open, and what became of it after."""
        kit, poster, thing = self._front.kit, self._front.poster, f"idle:{key}"
        with kit.reads() as unit:
            told = idle.proposal(unit, kit.policy, key, kit.clock.now())
        if told is None or (told.now is not Now.OPEN and not poster.find(thing, "dm")):
            return
        holder = told.override.holder
        message = self._front.renderer.render("idle.yaml", told=told, zone=self._front.zone_of(holder))
        poster.put(Spot(thing, "dm", poster.im(holder)), message)
