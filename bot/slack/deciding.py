"""Deciding: Approve, with the amount typed again where it is large, Deny with its reason, and Withdraw."""

import json
from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import reviewing
from workflows.ballots import Verdict, Vote
from workflows.confirming import retyped, to_confirm
from workflows.drafting import clean
from workflows.effects import Do, Effect
from workflows.keeping import attempt, follow
from workflows.people import PersonId
from workflows.ports import Post
from workflows.refusals import Refused, Why
from workflows.requests import Request, State

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the buttons of the decision card."""

    @bolt.action("approve")
    def approve(ack: Ack, body: Body) -> None:
        pressed = click(body)
        respond(front, pressed, _approve(front, pressed))
        ack()

    @bolt.view("confirm")
    def confirmed(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        done = _confirmed(front, by, view)
        if isinstance(done, Refused):
            ack(response_action="errors", errors=front.errors((done,), view, by))
        else:
            ack()

    @bolt.action("deny")
    def deny(ack: Ack, body: Body) -> None:
        pressed = click(body)
        request_id, revision = target(pressed.value)
        trial = Vote(pressed.by, Verdict.DENY, front.kit.clock.now(), revision)
        request = reviewing.may_vote(front.kit, request_id, trial)
        if isinstance(request, Request):
            front.open(pressed.trigger, front.renderer.render("deny.yaml", request=request, zone=front.zone_of(pressed.by)))
        respond(front, pressed, request)
        ack()

    @bolt.view("deny")
    def denied(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        problems = _deny(front, by, view)
        if problems:
            ack(response_action="errors", errors=front.errors(problems, view, by))
        else:
            ack()

    @bolt.action("withdraw")
    def withdraw(ack: Ack, body: Body) -> None:
        pressed = click(body)
        request_id, _ = target(pressed.value)
        respond(front, pressed, reviewing.withdraw(front.kit, request_id, pressed.by))
        ack()


def target(value: str) -> tuple[str, int]:
    """A request's id and the revision that was shown, from what a button or a modal carries ("R-…:1", or "R-…:1:pass")."""
    text = json.loads(value)["request"] if value.startswith("{") else value
    request_id, _, rest = text.partition(":")
    revision = rest.partition(":")[0]
    return request_id, int(revision) if revision.isdigit() else 0


def _approve(front: Front, pressed: Click) -> Request | Refused:
    """Counts a yes; or asks for the amount again, in a modal, where it is large."""
    request_id, revision = target(pressed.value)
    cast = Vote(pressed.by, Verdict.APPROVE, front.kit.clock.now(), revision)
    with front.kit.reads() as unit:
        request = unit.requests.get(request_id)
    if request is None or not to_confirm(front.kit.policy, request):
        return reviewing.vote(front.kit, request_id, cast)
    asked = reviewing.may_vote(front.kit, request_id, cast)
    if isinstance(asked, Request):
        front.open(pressed.trigger, front.renderer.render("confirm.yaml", request=asked, zone=front.zone_of(pressed.by)))
    return asked


def _confirmed(front: Front, by: PersonId, view: Body) -> Request | Refused:
    said, (request_id, revision) = typed(view), target(view["private_metadata"])
    with front.kit.reads() as unit:
        request = unit.requests.get(request_id)
    # What changed since is told before what was typed for the request as it was.
    stale = request is None or request.revision != revision or request.state is not State.PENDING
    wrong = None if request is None or stale else retyped(request, str(said.get("amount") or ""))
    cast = Vote(by, Verdict.APPROVE, front.kit.clock.now(), revision)
    return wrong or reviewing.vote(front.kit, request_id, cast)


def _deny(front: Front, by: PersonId, view: Body) -> tuple[Refused, ...]:
    said, (request_id, revision) = typed(view), target(view["private_metadata"])
    reason, instead = (clean(str(said.get(name) or "").strip(), name) for name in ("reason", "instead"))
    problems = tuple(part for part in (reason, instead) if isinstance(part, Refused))
    if problems:
        return problems
    cast = Vote(by, Verdict.DENY, front.kit.clock.now(), revision, reason=str(reason), instead=str(instead))
    done = reviewing.vote(front.kit, request_id, cast)
    return (done,) if isinstance(done, Refused) else ()


def respond(front: Front, pressed: Click, done: Request | Refused) -> None:
    """A refusal is told to the person who clicked; what went through is seen on the card."""
    if not isinstance(done, Refused):
        _converge(front, pressed, done.id)
        return
    if done.why is not Why.NO_SUCH_REQUEST:
        _converge(front, pressed, target(pressed.value)[0], behind=True)
    front.answer(pressed, done)


def _converge(front: Front, pressed: Click, request_id: str, *, behind: bool = False) -> None:
    """A click may have come from a copy that we did not know of, a refused one also from a card that is behind."""
    found = front.poster.adopt(Post(f"request:{request_id}", "copy", pressed.channel, pressed.ts, ""))
    if found or behind:
        now = front.kit.clock.now()
        attempt(front.kit.units, lambda unit: follow(unit, now, [Effect(Do.SHOW_REQUEST, request_id)]))
