"""Returning: the button that gives an override back."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.reading import click
from workflows import returning
from workflows.refusals import Refused

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the button; Slack has asked already whether they mean it."""

    @bolt.action("return")
    def give_back(ack: Ack, body: Body) -> None:
        pressed = click(body)
        done = returning.give_back(front.kit, pressed.value, pressed.by)
        if isinstance(done, Refused):
            front.answer(pressed, done)
        ack()
