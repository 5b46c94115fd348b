"""Commanding: `/leeway` and the Details button."""

from typing import Any

from slack_bolt import Ack, App

from bot.slack import asking, breaking, bulk, leaving, pausing
from bot.slack.front import Front
from bot.slack.reading import Click, click
from workflows.explaining import details, loose_this_month
from workflows.people import PersonId
from workflows.quotas import Quota
from workflows.refusals import Refused, Why

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the command and the Details button."""

    @bolt.action("details")
    def show(ack: Ack, body: Body) -> None:
        pressed = click(body)
        quota = front.kit.policy.quota(pressed.value)
        if quota is None:
            front.answer(pressed, Refused(Why.NO_SUCH_QUOTA))
        else:
            front.poster.whisper(pressed.channel, pressed.by, _details(front, quota, pressed.by), pressed.thread)
        ack()

    @bolt.command("/leeway")
    def command(ack: Ack, body: Body) -> None:
        said = _command(front, body)
        if said is None:
            ack()
        else:
            ack(**said)


def _command(front: Front, body: Body) -> Body | None:
    """The answer to `/leeway …`; None when a modal was opened instead."""
    by, channel = PersonId(body["user_id"]), body["channel_id"]
    word, _, rest = str(body.get("text") or "status").strip().partition(" ")
    match word.lower():
        case "request" | "ask":
            pressed = Click(by, body.get("team_id", ""), _key(front, rest.strip()), body["trigger_id"], channel=channel)
            asking.start(front, pressed)
            return None
        case "break-glass":
            named = _matching(front, rest.strip())
            pressed = Click(by, body.get("team_id", ""), "", body["trigger_id"], channel=channel)
            refused = breaking.start(front, pressed, named[0] if named else None)
            return {"text": front.sentence(refused, by)} if refused else None
        case "inbox":
            bulk.start(front, Click(by, body.get("team_id", ""), "", body["trigger_id"], channel=channel))
            return None
        case "away":
            pressed = Click(by, body.get("team_id", ""), "", body["trigger_id"], channel=channel)
            return leaving.command(front, pressed, rest.strip().lower())
        case "pause" | "resume":
            pressed = Click(by, body.get("team_id", ""), "", body["trigger_id"], channel=channel)
            return pausing.command(front, pressed, rest.strip(), on=word.lower() == "pause")
        case "status":
            return _status(front, rest.strip(), channel, by)
        case _:
            return front.renderer.render("help.yaml", said="" if word.lower() == "help" else word)


def _key(front: Front, scope: str) -> str:
    """The quota that a person means by a scope, by the end of its path, or by its key."""
    matching = _matching(front, scope)
    return matching[0].key if matching else ""


def _matching(front: Front, scope: str) -> list[Quota]:
    quotas = front.kit.policy.quotas
    return [q for q in quotas if scope and (scope in (q.scope, q.key) or q.scope.endswith(f"/{scope}"))]


def _status(front: Front, scope: str, channel: str, by: PersonId) -> Body:
    policy = front.kit.policy
    quotas = _matching(front, scope) if scope else list(policy.in_channel(channel)) or list(policy.quotas)
    if not quotas:
        return {"text": front.sentence(Refused(Why.NO_SUCH_QUOTA), by)}
    now = front.kit.clock.now()
    with front.kit.reads() as unit:
        told = [details(unit, policy, quota, now) for quota in quotas]
        whole = any(quota.scope in (policy.root, policy.unattributed) for quota in quotas)
        ends = loose_this_month(unit, policy, now) if whole else None
    return front.renderer.render("status.yaml", details=told, loose=ends, zone=front.zone_of(by))


def _details(front: Front, quota: Quota, by: PersonId) -> Body:
    with front.kit.reads() as unit:
        told = details(unit, front.kit.policy, quota, front.kit.clock.now(), ranged=True)
    return front.renderer.render("details.yaml", details=told, zone=front.zone_of(by))
