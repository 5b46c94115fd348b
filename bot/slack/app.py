"""The Bolt app: which payloads go to which listener, and what a person is told when one fails."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltResponse

from bot.slack import asking, commanding, deciding, reporting
from bot.slack.front import Front
from bot.slack.reading import click, inputs, person
from workflows import reviewing
from workflows.ports import Rejected, Unavailable
from workflows.refusals import Refused, Why

log = logging.getLogger("leeway.slack")


def build(front: Front) -> App:
    """The app, with every listener. Signatures are checked at the door; the token was checked at start."""
    bolt = App(
        client=front.client,
        process_before_response=True,
        request_verification_enabled=False,
        token_verification_enabled=False,
    )
    bolt.use(_members_only(front))
    for part in (asking, deciding, reporting, commanding):
        part.register(bolt, front)
    bolt.error(_failed(front))
    return bolt


def _members_only(front: Front) -> Callable[..., BoltResponse | None]:
    """People of other workspaces, guests, bots and those who left are answered, and go no further."""

    def check(body: dict[str, Any], context: Any, next: Callable[[], BoltResponse]) -> BoltResponse | None:  # noqa: A002
        by = person(body)
        user = body.get("user")
        team = user.get("team_id") if isinstance(user, dict) else None
        known = front.kit.directory.person(by) if by else None
        if known is not None and known.can_decide and team in (None, context.team_id):
            return next()
        subject = click(body).value.partition(":")[0] if isinstance(user, dict) else ""
        return _tell(front, body, front.renderer.sentence(reviewing.turn_away(front.kit, subject, by), front.zone))

    return check


def _failed(front: Front) -> Callable[..., BoltResponse]:
    def handle(error: Exception, body: dict[str, Any]) -> BoltResponse:
        number = secrets.token_hex(3)
        log.error("error %s: %s", number, error, exc_info=error)
        refused = Refused(Why.FAILED, {"number": number})
        try:
            return _tell(front, body, front.renderer.sentence(refused, front.zone))
        except (Unavailable, Rejected):
            log.exception("error %s could not be told", number)
            return BoltResponse(status=200)

    return handle


def _tell(front: Front, body: dict[str, Any], sentence: str) -> BoltResponse:
    """Answers where the person is: in the modal, in the command's answer, or privately in the channel."""
    if body.get("type") == "view_submission":
        errors = dict.fromkeys(inputs(body["view"])[:1], sentence)
        return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})
    if body.get("command"):
        return BoltResponse(status=200, body={"text": sentence})
    pressed = click(body) if isinstance(body.get("user"), dict) else None
    if pressed is not None and pressed.channel:
        front.poster.whisper(pressed.channel, pressed.by, {"text": sentence}, pressed.thread)
    return BoltResponse(status=200)
