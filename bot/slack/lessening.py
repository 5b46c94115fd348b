"""Lessening: "Approve less…", from its button to the vote, with what it would grant told while it is typed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import respond, target
from bot.slack.forms import Preset
from bot.slack.front import Front
from bot.slack.reading import Click, click, person, typed
from workflows import lessening, reviewing
from workflows.ballots import Verdict, Vote
from workflows.drafting import PRESETS, Typed
from workflows.lessening import Less
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request

Body = dict[str, Any]

OURS = "less_"  # how the fields are called here: the request's own form has an amount and a duration, too


def register(bolt: App, front: Front) -> None:
    """Listens to the button, the modal's fields and its submission."""

    @bolt.action("less")
    def pressed(ack: Ack, body: Body) -> None:
        started = click(body)
        respond(front, started, _open(front, started))
        ack()

    for name in ("less_amount", "less_first", "less_duration"):

        @bolt.action({"action_id": name, "type": "block_actions"})
        def changed(ack: Ack, body: Body) -> None:
            pressed = click(body)
            front.follow(pressed, partial(_fresh, front, pressed.by))
            ack()

    @bolt.view("less")
    def submitted(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        problems = _cast(front, by, view)
        if problems:
            ack(response_action="errors", errors=front.errors(problems, view, by))
        else:
            ack()


def _open(front: Front, pressed: Click) -> Request | Refused:
    request_id, revision = target(pressed.value)
    cast = Vote(pressed.by, Verdict.APPROVE, front.kit.clock.now(), revision)
    request = reviewing.may_vote(front.kit, request_id, cast)
    if isinstance(request, Request):
        front.open(pressed.trigger, _view(front, request, {}, by=pressed.by))
    return request


def _said(view: Mapping[str, Any]) -> Typed:
    return {name.removeprefix(OURS): value for name, value in typed(view).items()}


def _fresh(front: Front, by: PersonId, view: Mapping[str, Any]) -> Body | None:
    request_id, revision = target(view["private_metadata"])
    with front.kit.reads() as unit:
        request = unit.requests.get(request_id)
    # Of a request that is another one now nothing is told here; whoever sends the form is told why it does not count.
    if request is None or request.revision != revision:
        return None
    return _view(front, request, _said(view), by=by)


def _cast(front: Front, by: PersonId, view: Mapping[str, Any]) -> tuple[Refused, ...]:
    request_id, revision = target(view["private_metadata"])
    now = front.kit.clock.now()
    with front.kit.reads() as unit:
        request = unit.requests.get(request_id)
    cast: Vote | tuple[Refused, ...] = Vote(by, Verdict.APPROVE, now, revision)
    if request is not None and request.revision == revision:
        cast = lessening.cast(request, _said(view), by=by, at=now, revision=revision)
    done = reviewing.vote(front.kit, request_id, cast) if isinstance(cast, Vote) else cast
    return (done,) if isinstance(done, Refused) else done if isinstance(done, tuple) else ()


def _view(front: Front, request: Request, said: Typed, *, by: PersonId) -> Body:
    with front.kit.reads() as unit:
        less = lessening.form(unit, front.kit.policy, request, said, now=front.kit.clock.now())
    zone = front.zone_of(by)
    return front.renderer.render("less.yaml", less=less, presets=presets(less), zone=zone)


def presets(less: Less) -> list[Preset]:
    """The durations to choose from, shortest first, with where each would end."""
    reset = less.reset
    ends = {word: term.end(less.begins, reset) for word, term in less.terms.items()}
    return [Preset(word, PRESETS.get(word) or less.terms[word].span, end, end == reset) for word, end in ends.items()]
