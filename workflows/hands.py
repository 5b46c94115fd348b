"""Hands: what one reader can do with a card now. It decides nothing: a button is shown where a press would be counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.decisions import decide
from workflows.events import Revoke, Undo
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request, State
from workflows.seats import Stage


@dataclass(frozen=True, slots=True)
class Hand:
    """One reader's: whether they decide, and can leave it to others; until when they may take their vote back; whether they may
    ask again after a denial, or end what was granted.

    `stages` are those in which they are asked; `alike` counts the requests that wait for them and can be decided with this one.
    A copy that many read shows what any of them may do.
    """

    decides: bool = True
    passes: bool = True
    undoes: datetime | None = None
    reopens: bool = True
    stages: tuple[Stage, ...] = ()
    alike: int = 0
    revokes: bool = True


ANY = Hand()  # of a copy that many read
NONE = Hand(decides=False, passes=False, reopens=False, revokes=False)  # of somebody who has no part in it any more


def hand(
    request: Request, reader: PersonId, *, covers: bool = False, called: bool = False, within: timedelta, now: datetime
) -> Hand:
    """The hand of somebody who has a copy of their own; `covers` says that they decide in the place of somebody who is away.

    `called` says that they own the quota.
    """
    asked = reader in request.route.approvers()
    silent = request.state is State.PENDING and request.vote_of(reader) is None
    return Hand(
        decides=silent and (asked or covers),
        passes=silent and asked,
        undoes=undoes(request, reader, within=within, now=now),
        reopens=request.state is State.DENIED and request.reopened is None,
        stages=tuple(stage for stage in request.route.stages if reader in stage.approvers),
        revokes=not isinstance(decide(request, Revoke(reader, "any", called), now=now), Refused),
    )


def undoes(request: Request, reader: PersonId, *, within: timedelta, now: datetime) -> datetime | None:
    """Until when somebody may take their vote back; None when it would not be taken back if they asked for it now."""
    vote = request.undoable(reader, within, now)
    refused = isinstance(decide(request, Undo(reader, within), now=now), Refused)
    return None if refused or vote is None else vote.at + within
