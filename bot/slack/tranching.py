"""Tranching: the check-in that releases what is held back of an override, its form, and the question half-way."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.posting import Spot
from bot.slack.reading import click, person, typed
from workflows import tranches
from workflows.effects import Do
from workflows.overrides import Override
from workflows.refusals import Refused

Body = dict[str, Any]
Handler = Callable[[str], None]


def register(bolt: App, front: Front) -> None:
    """Listens to the button and to the form."""

    @bolt.action("progress")
    def pressed(ack: Ack, body: Body) -> None:
        at = click(body)
        override = tranches.may_check_in(front.kit, at.value, at.by)
        if isinstance(override, Override):
            with front.kit.reads() as unit:
                asking = tranches.asking(unit, override.id, front.kit.clock.now())
            front.open(at.trigger, front.renderer.render("progress.yaml", asking=asking, zone=front.zone_of(at.by)))
        else:
            front.answer(at, override)
        ack()

    @bolt.view("progress")
    def said(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        done: Override | tuple[Refused, ...] = tranches.check_in(front.kit, view["private_metadata"], by, typed(view))
        if isinstance(done, tuple):
            ack(response_action="errors", errors=front.errors(done, view, by))
        else:
            ack()


class Tranching:
    """Delivers the question how it goes."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def handlers(self) -> dict[Do, Handler]:
        """What each kind of effect is delivered by."""
        return {Do.ASK_PROGRESS: self.ask}

    def ask(self, key: str) -> None:
        """The holder has the question; when it is answered, or is too late, it says so."""
        kit, poster = self._front.kit, self._front.poster
        with kit.reads() as unit:
            asking = tranches.asking(unit, key, kit.clock.now())
        thing = f"progress:{key}"
        if asking is None or not (asking.open or poster.find(thing, "dm")):
            return
        holder = asking.override.holder
        message = self._front.renderer.render("halfway.yaml", asking=asking, zone=self._front.zone_of(holder))
        poster.put(Spot(thing, "dm", poster.im(holder)), message)
