"""Questions: an approver asks, the requester answers, each in a modal. Where they are read is `telling`'s."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import respond, target
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import questions
from workflows.refusals import Refused
from workflows.requests import Request

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to both buttons and both modals."""

    @bolt.action("question")
    def ask(ack: Ack, body: Body) -> None:
        pressed = click(body)
        respond(front, pressed, _open_question(front, pressed))
        ack()

    @bolt.action("answer")
    def reply(ack: Ack, body: Body) -> None:
        pressed = click(body)
        opened = _open_answer(front, pressed)
        if isinstance(opened, Refused):
            front.answer(pressed, opened)  # not as on a card: this message is a copy of none
        ack()

    @bolt.view("question")
    def asked(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        _ack(ack, front, body, questions.ask(front.kit, target(view["private_metadata"])[0], by, typed(view)))

    @bolt.view("answer")
    def answered(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        request_id, number = target(view["private_metadata"])
        _ack(ack, front, body, questions.answer(front.kit, request_id, number, by=by, typed=typed(view)))


def _ack(ack: Ack, front: Front, body: Body, done: Request | Refused) -> None:
    if isinstance(done, Refused):
        ack(response_action="errors", errors=front.errors((done,), body["view"], person(body)))
    else:
        ack()


def _open_question(front: Front, pressed: Click) -> Request | Refused:
    request = questions.may_ask(front.kit, target(pressed.value)[0], pressed.by)
    if isinstance(request, Request):
        front.open(pressed.trigger, front.renderer.render("ask-question.yaml", request=request))
    return request


def _open_answer(front: Front, pressed: Click) -> Request | Refused:
    """The button carries the request and the question's number where others carry a revision."""
    request_id, number = target(pressed.value)
    request = questions.may_answer(front.kit, request_id, number, pressed.by)
    if isinstance(request, Request):
        front.open(pressed.trigger, front.renderer.render("answer.yaml", request=request, number=number))
    return request
