"""The Bolt app: which payloads go to which listener, and what a person is told when one fails."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from bot.slack import (
    appealing,
    asking,
    breaking,
    bulk,
    commanding,
    deciding,
    homing,
    idling,
    leaving,
    lessening,
    overruling,
    passing,
    pausing,
    pointing,
    questions,
    reminding,
    reporting,
    returning,
    tranching,
    undoing,
)
from bot.slack.front import Front
from bot.slack.home import Home
from bot.slack.reading import asked, inputs, sender
from workflows import reviewing
from workflows.ports import Rejected, Unavailable
from workflows.refusals import Refused, Why

log = logging.getLogger("leeway.slack")

PARTS = (
    asking,
    appealing,
    deciding,
    overruling,
    lessening,
    questions,
    passing,
    undoing,
    bulk,
    reminding,
    returning,
    reporting,
    tranching,
    idling,
    leaving,
    breaking,
    commanding,
    pointing,
    pausing,
    homing,
)


def build(front: Front) -> App:
    """The app, with every listener. Signatures are checked at the door; the token was checked at start."""
    bolt = App(
        client=front.client,
        process_before_response=True,
        request_verification_enabled=False,
        token_verification_enabled=False,
        raise_error_for_unhandled_request=True,
    )
    bolt.use(_members_only(front))
    for part in PARTS:
        part.register(bolt, front)
    bolt.error(_failed(front))
    return bolt


def _members_only(front: Front) -> Callable[..., BoltResponse | None]:
    """People of other workspaces, guests, bots and those who left are answered, and go no further."""

    def check(body: dict[str, Any], context: Any, next: Callable[[], BoltResponse]) -> BoltResponse | None:  # noqa: A002
        found, by = context.authorize_result, sender(body)
        home = Home(found.team_id or "", found.enterprise_id or "")
        known = front.kit.directory.person(by.by) if by.by else None
        if known is not None and known.can_decide and home.holds(by.team, by.enterprise):
            return next()
        return _tell(front, body, reviewing.turn_away(front.kit, by.value.partition(":")[0], by.by))

    return check


def _failed(front: Front) -> Callable[..., BoltResponse]:
    """Whatever a payload or a listener breaks, Slack gets an answer and the person a number that is in the log."""

    def handle(error: Exception, body: dict[str, Any]) -> BoltResponse:
        unheard = isinstance(error, BoltUnhandledRequestError)
        if unheard and not asked(body):
            return BoltResponse(status=200, body="")
        number = secrets.token_hex(3)
        log.error("error %s: %s", number, error, exc_info=None if unheard else error)
        return _tell(front, body, Refused(Why.FAILED, {"number": number}))

    return handle


def _tell(front: Front, body: dict[str, Any], refused: Refused) -> BoltResponse:
    """Answers where the person is: in the modal, in the command's answer, or privately in the channel. It never raises."""
    fields = inputs(body.get("view")) if body.get("type") == "view_submission" else []
    if fields:
        errors = {fields[0]: front.renderer.sentence(refused, front.zone, plain=True)}
        return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})
    message = _message(front, refused)
    if body.get("command"):
        return BoltResponse(status=200, body=message)
    try:
        by = sender(body)
        if by.by:
            front.poster.tell(by.by, message, by.channel, by.thread)
    except (Unavailable, Rejected) as error:
        log.warning("%s could not be told %s: %s", by.by, refused.why, error)
    return BoltResponse(status=200, body="")


def _message(front: Front, refused: Refused) -> dict[str, Any]:
    if refused.why is Why.FAILED:
        return front.renderer.render("oops.yaml", error=refused.facts["number"])
    return {"text": front.renderer.sentence(refused, front.zone)}
