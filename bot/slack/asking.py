"""Asking: the request's modal, from the button that opens it to the request that it files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.slack import appealing
from bot.slack.forms import Form, key_of, presets
from bot.slack.front import Front, log
from bot.slack.reading import Click, click, person, typed
from workflows import assessing, requesting
from workflows.drafting import Typed
from workflows.explaining import draft
from workflows.metering import standing
from workflows.people import PersonId
from workflows.ports import Rejected
from workflows.quotas import Quota
from workflows.refusals import Refused, Why

Body = dict[str, Any]

CHANGES_ROUTE = ("quota", "amount", "duration", "until", "data", "models", "use_case")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a modal was opened: the notice, if it was a warning's button, and the channel. It travels in the modal."""

    notice: str = ""
    channel: str = ""

    def pack(self) -> str:
        return json.dumps({"notice": self.notice, "channel": self.channel})

    @classmethod
    def unpack(cls, text: str) -> "Origin":
        kept = json.loads(text or "{}")
        return cls(kept.get("notice", ""), kept.get("channel", ""))


def register(bolt: App, front: Front) -> None:
    """Listens to the button, the shortcut, the modal's fields and its submission."""

    @bolt.action({"action_id": "ask", "type": "block_actions"})
    def pressed(ack: Ack, body: Body) -> None:
        start(front, click(body))
        ack()

    @bolt.shortcut("ask")
    def shortcut(ack: Ack, body: Body) -> None:
        start(front, click(body))
        ack()

    for name in CHANGES_ROUTE:

        @bolt.action({"action_id": name, "type": "block_actions"})
        def changed(ack: Ack, body: Body) -> None:
            _refresh(front, click(body))
            ack()

    @bolt.view("ask")
    def submitted(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        origin = Origin.unpack(view["private_metadata"])
        filed = requesting.submit(front.kit, by, _said(front, view), token=view["id"], origin=origin.notice)
        if isinstance(filed, tuple):
            ack(**appealing.answer(front, filed, view, by))
        else:
            ack()


def start(front: Front, pressed: Click) -> None:
    """Opens the modal on the quota that the button names (by a notice or its key), or on the first of the channel."""
    origin = Origin(channel=pressed.channel)
    quota = front.kit.policy.quota(pressed.value)
    if quota is None and pressed.value:
        with front.kit.reads() as unit:
            notice = unit.meter.notice(pressed.value)
        quota = front.kit.policy.quota(notice.quota) if notice else None
        origin = Origin(pressed.value if notice else "", pressed.channel)
    choices = _choices(front, pressed.channel)
    if quota is None and not choices:
        front.answer(pressed, Refused(Why.NO_QUOTA_HERE))
        return
    front.open(pressed.trigger, _view(front, quota or choices[0], {}, by=pressed.by, origin=origin))


def _choices(front: Front, channel: str) -> list[Quota]:
    """Every quota, those of the channel first."""
    here = front.kit.policy.in_channel(channel)
    return [*here, *(q for q in front.kit.policy.quotas if q not in here)]


def _view(front: Front, quota: Quota, said: Typed, *, by: PersonId, origin: Origin) -> Body:
    kit, policy = front.kit, front.kit.policy
    org = assessing.organisation(by, quota, policy, kit.directory)
    with kit.reads() as unit:
        now = kit.clock.now()
        told = draft(unit, policy, quota, said, org=org, now=now)
        choices = [standing(unit, policy, q, now) for q in _choices(front, origin.channel)]
    form = Form(
        choices=choices,
        chosen=told.outlook,
        presets=presets(told.outlook.standing, policy.timing.override_at_most),
        zone=front.zone_of(by),
        typed=told.typed,
        preview=told.preview,
        models=policy.models.named(),
        meta=origin.pack(),
        use_cases=policy.acceptable.on(quota.scope),
    )
    return front.renderer.render("ask.yaml", form=form)


def _said(front: Front, view: Mapping[str, Any]) -> Typed:
    """What is typed into the modal, the quota by its key."""
    said = typed(view)
    keys = [quota.key for quota in front.kit.policy.quotas]
    return {**said, "quota": key_of(str(said.get("quota", "")), keys)}


def _refresh(front: Front, changed: Click) -> None:
    """Something changed that may change who is asked: the preview follows. A later change makes this one moot."""
    view = changed.view
    if view is None:
        return
    said = _said(front, view)
    quota = front.kit.policy.quota(str(said.get("quota", "")))
    if quota is None:
        return
    fresh = _view(front, quota, said, by=changed.by, origin=Origin.unpack(view["private_metadata"]))
    try:
        front.replace(view["id"], view["hash"], fresh)
    except Rejected as rejected:
        if not str(rejected).startswith(("hash_conflict", "not_found", "view_not_found")):
            raise
        log.debug("the modal moved on: %s", rejected)
