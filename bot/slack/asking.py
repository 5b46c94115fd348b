"""Asking: the request's modal, from the button that opens it to the request that it files, or changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.slack import appealing
from bot.slack.forms import Form, Preset, key_of, offers, part_of, presets
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import extending, requesting
from workflows.drafting import Typed, accounts
from workflows.drafting import start as started
from workflows.metering import standing
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.previewing import Sheet, draft
from workflows.quotas import Quota, Standing
from workflows.refusals import Refused, Why
from workflows.requesting import Seen
from workflows.requests import Request

Body = dict[str, Any]

CHANGES_ROUTE = ("quota", "amount", "start", "since", "duration", "until", "data", "models", "use_case", "behalf", "also")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a modal was opened: the notice, if it was a warning's button, and the channel. It travels in the modal.

    `seen` is the request that it changes, as it was shown; None for a new one. `extends` is the override that it carries on.
    """

    notice: str = ""
    channel: str = ""
    seen: Seen | None = None
    extends: str = ""

    def pack(self) -> str:
        said: dict[str, object] = {"notice": self.notice, "channel": self.channel}
        if self.seen is not None:
            said |= {"request": f"{self.seen.request}:{self.seen.revision}", "yes": self.seen.yes}
        return json.dumps(said | {"extends": self.extends} if self.extends else said)

    @classmethod
    def unpack(cls, text: str) -> "Origin":
        kept = json.loads(text or "{}")
        request, _, revision = str(kept.get("request", "")).partition(":")
        seen = Seen(request, int(revision or 0), int(kept.get("yes", 0))) if request else None
        return cls(kept.get("notice", ""), kept.get("channel", ""), seen, kept.get("extends", ""))


def register(bolt: App, front: Front) -> None:
    """Listens to the buttons, the shortcut, the modal's fields and its submission."""

    @bolt.action({"action_id": "ask", "type": "block_actions"})
    def pressed(ack: Ack, body: Body) -> None:
        start(front, click(body))
        ack()

    @bolt.shortcut("ask")
    def shortcut(ack: Ack, body: Body) -> None:
        start(front, click(body))
        ack()

    @bolt.action({"action_id": "edit", "type": "block_actions"})
    def edit(ack: Ack, body: Body) -> None:
        _change(front, click(body))
        ack()

    @bolt.action("extend")
    def extend(ack: Ack, body: Body) -> None:
        _extend(front, click(body))
        ack()

    for name in CHANGES_ROUTE:

        @bolt.action({"action_id": name, "type": "block_actions"})
        def changed(ack: Ack, body: Body) -> None:
            pressed = click(body)
            front.follow(pressed, partial(_fresh, front, pressed.by))
            ack()

    @bolt.view("ask")
    def submitted(ack: Ack, body: Body) -> None:
        ack(**_sent(front, body["view"], person(body)))


def start(front: Front, pressed: Click) -> None:
    """Opens the modal on the quota that the button names (by a notice or its key), or on the first of the channel.

    Where this person has an open request on it, that one is opened to be changed: there is one at a time.
    """
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
    quota = quota or choices[0]
    with front.kit.reads() as unit:
        mine = unit.requests.open(quota.key, pressed.by)
    front.open(pressed.trigger, _view(front, Ask(pressed.by, quota, {}, origin, mine)))


def _change(front: Front, pressed: Click) -> None:
    """Opens the modal on a request of one's own, as it is."""
    request_id, _, revision = pressed.value.partition(":")
    seen = Seen(request_id, int(revision) if revision.isdigit() else 0)
    request = requesting.to_edit(front.kit, pressed.by, seen)
    if isinstance(request, Refused):
        front.answer(pressed, request)
        return
    quota = front.kit.policy.quota(request.case.quota)
    if quota is None:
        front.answer(pressed, Refused(Why.NO_SUCH_QUOTA))
        return
    front.open(pressed.trigger, _view(front, Ask(pressed.by, quota, {}, Origin(channel=pressed.channel), request)))


def _extend(front: Front, pressed: Click) -> None:
    """Opens the modal on what carries an override on; where that was asked for already, on that request."""
    found = extending.may_extend(front.kit, pressed.value, pressed.by)
    quota = front.kit.policy.quota(
        found.case.quota if isinstance(found, Request) else "" if isinstance(found, Refused) else found.quota
    )
    if isinstance(found, Refused) or quota is None:
        front.answer(pressed, found if isinstance(found, Refused) else Refused(Why.NO_SUCH_QUOTA))
    elif isinstance(found, Request):
        front.open(pressed.trigger, _view(front, Ask(pressed.by, quota, {}, Origin(channel=pressed.channel), found)))
    else:
        with front.kit.reads() as unit:
            said = extending.form(unit, front.kit.policy, found)
        origin = Origin(channel=pressed.channel, extends=found.id)
        front.open(pressed.trigger, _view(front, Ask(pressed.by, quota, said, origin)))


@dataclass(frozen=True, slots=True)
class Ask:
    """A form that is to be laid out: for whom, on which quota, what is typed so far, where it was opened, and what it changes.

    `again` is why they see it once more: they have asked already, or it was changed since.
    """

    by: PersonId
    quota: Quota
    said: Typed
    origin: Origin
    editing: Request | None = None
    again: Why | None = None


def _sent(front: Front, view: Mapping[str, Any], by: PersonId) -> Body:
    """What Slack is told to do with a form that was handed in: nothing, say what is wrong, or show what is there already."""
    origin, said = Origin.unpack(view["private_metadata"]), _said(front, view)
    if origin.seen is None:
        done, moved_on = requesting.submit(front.kit, by, said, token=view["id"], origin=origin.notice), Why.OPEN_REQUEST
    else:
        done, moved_on = requesting.edit(front.kit, by, said, origin.seen), Why.CHANGED_SINCE
    if not isinstance(done, tuple):
        return {}
    if moved_on in (problem.why for problem in done) and (fresh := _as_it_is(front, by, said, origin)):
        return {"response_action": "update", "view": fresh}
    return appealing.answer(front, done, view, by)


def _as_it_is(front: Front, by: PersonId, said: Typed, origin: Origin) -> Body | None:
    """The form of one's open request with what was typed now; None when there is none any more, or it cannot be changed."""
    quota = front.kit.policy.quota(str(said.get("quota", "")))
    with front.kit.reads() as unit:
        mine = unit.requests.get(origin.seen.request) if origin.seen else unit.requests.open(quota.key, by) if quota else None
    if quota is None or mine is None or isinstance(requesting.to_edit(front.kit, by, Seen(mine.id, mine.revision)), Refused):
        return None
    return _view(front, Ask(by, quota, said, origin, mine, Why.CHANGED_SINCE if origin.seen else Why.OPEN_REQUEST))


def _choices(front: Front, channel: str) -> list[Quota]:
    """Every quota, those of the channel first."""
    here = front.kit.policy.in_channel(channel)
    return [*here, *(q for q in front.kit.policy.quotas if q not in here)]


def _view(front: Front, ask: Ask) -> Body:
    kit, policy, before = front.kit, front.kit.policy, ask.editing
    org = requesting.organised(kit, ask.by, ask.quota, ask.said)
    with kit.reads() as unit:
        now = kit.clock.now()
        told = draft(unit, kit, Sheet(ask.by, ask.quota, ask.said, org, before), now)
        extends = before.case.extends if before else ask.origin.extends
        whole = [ask.quota] if extends else _choices(front, ask.origin.channel)
        choices = [standing(unit, policy, quota, now) for quota in whole]
        had = unit.overrides.get(extends) if extends else None
    seen = Seen(before.id, before.revision, len(before.approved_by())) if before else None
    form = Form(
        choices=choices,
        chosen=told.outlook,
        presets=terms(policy, told.outlook.standing, told.typed, had),
        zone=front.zone_of(ask.by),
        typed=told.typed,
        preview=told.preview,
        models=policy.models.named(),
        meta=replace(ask.origin, seen=seen, extends=extends).pack(),
        use_cases=policy.acceptable.on(ask.quota.scope),
        offers=offers(() if extends else told.preview.barriers, told.preview.also, policy) if told.preview else (),
        accounts=accounts(ask.by, ask.quota, policy),
        editing=before,
        again=ask.again,
        extends=had,
        ahead=policy.timing.start_within,
    )
    return front.renderer.render("ask.yaml", form=form)


def terms(policy: Policy, stands: Standing, typed: Typed, had: Override | None = None) -> tuple[Preset, ...]:
    """The durations to choose from: from when it is to begin by what is typed, or from the end of what is carried on."""
    since = had.over_at() if had else started(typed, policy, stands.at)
    begins = max(since, stands.at) if isinstance(since, datetime) else stands.at
    return presets(begins, policy.resets(stands.quota, begins, policy.bounds.resets), policy.timing.override_at_most)


def _said(front: Front, view: Mapping[str, Any]) -> Typed:
    """What is typed into the modal, quotas by their keys."""
    said = typed(view)
    keys = [quota.key for quota in front.kit.policy.quotas]
    ticked = said.get("also") or ()
    parts = [part_of(value, keys) for value in ((ticked,) if isinstance(ticked, str) else ticked)]
    said = {**said, "extends": Origin.unpack(view["private_metadata"]).extends}
    return {**said, "quota": key_of(str(said.get("quota", "")), keys), "also": tuple(part for part in parts if part)}


def _fresh(front: Front, by: PersonId, view: Mapping[str, Any]) -> Body | None:
    """The form after something changed that may change who is asked: the preview follows."""
    said, origin = _said(front, view), Origin.unpack(view["private_metadata"])
    quota = front.kit.policy.quota(str(said.get("quota", "")))
    return _view(front, Ask(by, quota, said, origin, _edited(front, origin))) if quota else None


def _edited(front: Front, origin: Origin) -> Request | None:
    if origin.seen is None:
        return None
    with front.kit.reads() as unit:
        return unit.requests.get(origin.seen.request)
