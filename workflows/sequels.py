"""Sequels: what people are told of a change of a request beside its card, and until when a vote can be taken back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Kit, follow
from workflows.ports import UnitOfWork
from workflows.requests import Request, State
from workflows.wishes import source


class Again(StrEnum):
    """Why a request that was decided is open again."""

    UNDONE = "undone"
    REOPENED = "reopened"


def told(request: Request, before: Request) -> list[Effect]:
    """What a change calls for: questions that are new, answered or no longer open, and that a decision does not hold."""
    return [*_questions(request, before), *_again(request, before)]


def _questions(request: Request, before: Request) -> Iterator[Effect]:
    moved = request.state is not before.state
    for number, question in enumerate(request.questions):
        changed = question not in before.questions[number : number + 1]
        if changed or (moved and question.answered is None):
            yield Effect(Do.SHOW_QUESTION, f"{request.id}/{number}")


def _again(request: Request, before: Request) -> Iterator[Effect]:
    """Keyed so that what is told can be found: the vote that was taken back, or the round that began."""
    if request.state is not State.PENDING or before.state is State.PENDING:
        return
    if request.reopened != before.reopened:
        yield Effect(Do.TELL_AGAIN, f"{request.id}/{Again.REOPENED}/{request.round}")
    else:
        yield Effect(Do.TELL_AGAIN, f"{request.id}/{Again.UNDONE}/{len(request.voided) - 1}")


def settles(request: Request, within: timedelta, now: datetime) -> datetime | None:
    """When the next vote can no longer be taken back; None when none can."""
    if request.state not in (State.PENDING, State.APPROVED, State.DENIED):
        return None
    return min((end for vote in request.votes if (end := vote.at + within) > now), default=None)


def resettle(kit: Kit, unit: UnitOfWork, request: Request, now: datetime) -> None:
    """Sets the alarm at which a card is shown without the button that takes a vote back.

    What was asked in a gateway is answered there when a decision stands.
    """
    end = settles(request, kit.policy.timing.undo_within, now)
    unit.agenda.drop(Alarm(Wake.SETTLED, request.id, now))
    if end is not None:
        follow(unit, now, [], [Alarm(Wake.SETTLED, request.id, end)])
    elif request.state is not State.PENDING and source(request.origin):
        follow(unit, now, [Effect(Do.ANSWER_WISH, request.id)])


def settled(kit: Kit, unit: UnitOfWork, request_id: str, now: datetime) -> None:
    """The alarm rang: the cards follow."""
    request = unit.requests.get(request_id)
    if request is not None:
        resettle(kit, unit, request, now)
        follow(unit, now, [Effect(Do.SHOW_REQUEST, request_id)])
