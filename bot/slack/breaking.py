"""Breaking the glass: the command's modal, and the two buttons of its review."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import target
from bot.slack.forms import MOST_OPTIONS, key_of
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import breaking
from workflows.drafting import Typed, clean
from workflows.events import Review
from workflows.glass import BreakGlass
from workflows.people import PersonId
from workflows.quotas import Quota
from workflows.refusals import Refused, Why
from workflows.requests import Request

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The modal as it is to be shown: `chosen` is picked of `quotas`."""

    allowed: BreakGlass
    quotas: Sequence[Quota]
    chosen: Quota


def register(bolt: App, front: Front) -> None:
    """Listens to the modal and to the review."""

    @bolt.view("break-glass")
    def broken(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        done = breaking.break_glass(front.kit, by, _said(front, view), token=view["id"])
        _answer(front, ack, (view, by), done if isinstance(done, tuple) else ())

    @bolt.action("glass-right")
    def right(ack: Ack, body: Body) -> None:
        pressed = click(body)
        _told(front, pressed, breaking.review(front.kit, target(pressed.value)[0], Review(pressed.by, fine=True)))
        ack()

    @bolt.action("glass-wrong")
    def wrong(ack: Ack, body: Body) -> None:
        pressed = click(body)
        request = breaking.may_review(front.kit, target(pressed.value)[0], pressed.by)
        if isinstance(request, Request):
            front.open(pressed.trigger, _modal(front, request, pressed.by))
        _told(front, pressed, request)
        ack()

    @bolt.view("glass-wrong")
    def ended(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        _answer(front, ack, (view, by), _end(front, view, by))


def start(front: Front, pressed: Click, scope: Quota | None) -> Refused | None:
    """Opens the modal, on a quota if one is meant; or why this person may not."""
    allowed = breaking.may_break(front.kit, pressed.by)
    if isinstance(allowed, Refused):
        return allowed
    every = breaking.quotas(front.kit.policy)
    here = [q for q in every if q.channel == pressed.channel]
    ordered = [*here, *(q for q in every if q not in here)]
    if not ordered:
        return Refused(Why.NO_QUOTA_HERE)
    chosen = scope if scope in ordered else ordered[0]
    kept = [chosen, *(q for q in ordered if q != chosen)][:MOST_OPTIONS]
    front.open(pressed.trigger, front.renderer.render("break-glass.yaml", form=Form(allowed, kept, chosen)))
    return None


def _said(front: Front, view: Body) -> Typed:
    """What is typed into the modal, the quota by its key."""
    said = typed(view)
    return {**said, "quota": key_of(str(said.get("quota", "")), [quota.key for quota in front.kit.policy.quotas])}


def _modal(front: Front, request: Request, by: PersonId) -> Body:
    with front.kit.reads() as unit:
        told = front.card(unit, request)
    return front.renderer.render("glass-wrong.yaml", card=told, zone=front.zone_of(by))


def _end(front: Front, view: Body, by: PersonId) -> tuple[Refused, ...]:
    words = clean(str(typed(view).get("words") or "").strip(), "words")
    if isinstance(words, Refused):
        return (words,)
    done = breaking.review(front.kit, target(view["private_metadata"])[0], Review(by, fine=False, words=words))
    return (done,) if isinstance(done, Refused) else ()


def _told(front: Front, pressed: Click, done: Request | Refused) -> None:
    """What went through is seen in the message; a refusal is told to whoever clicked."""
    if isinstance(done, Refused):
        front.answer(pressed, done)


def _answer(front: Front, ack: Ack, said: tuple[Body, PersonId], problems: tuple[Refused, ...]) -> None:
    view, by = said
    if problems:
        ack(response_action="errors", errors=front.errors(problems, view, by))
    else:
        ack()
