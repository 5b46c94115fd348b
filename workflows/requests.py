"""An exception request as it is: what was asked, who may decide, what they said. What may happen to it is `decisions`.

The state follows from the set of votes that were counted, not from their order: one denial denies, else the request is approved
when every seat of every stage is filled by a person of its own, else it is pending.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce

from workflows.appeals import Appeal
from workflows.automatic import Automatic, Revoked
from workflows.ballots import Question, Verdict, Vote
from workflows.cases import Case, Part, Term
from workflows.people import PersonId
from workflows.rules import Facts, Limit
from workflows.seats import Route, Stage, filled, seated


class State(StrEnum):
    """Where a request is."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Way:
    """How a case is decided, compiled from the `policy` (a hash) of that day: later policies leave it alone.

    `excluded` may never decide: for whom it is, and whoever stands in for them or for the requester.
    """

    route: Route
    limit: Limit
    facts: Facts | None = None
    policy: str = ""
    excluded: tuple[PersonId, ...] = ()
    auto: Automatic | None = None
    appeal: Appeal | None = None


@dataclass(frozen=True, slots=True)
class Glass:
    """A broken glass: granted without asking, and to be reviewed by one of `reviewers` before `due`. `fine` is what they said."""

    reviewers: tuple[PersonId, ...]
    due: datetime
    by: PersonId | None = None
    at: datetime | None = None
    fine: bool | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `version` counts every change, `revision` changes of what is decided: a click on an older one does not count.

    `round` counts how often it was open: again after a decision was undone or a denial reopened. `since` is when the stage that
    is open began to be asked, None for when it was submitted. `origin` is the key of the notice it was asked from, "" when it
    came another way. `voided` are votes that no longer count, because the request was changed or opened again.
    """

    id: str
    requester: PersonId
    case: Case
    route: Route
    limit: Limit
    submitted: datetime
    deadline: datetime
    policy: str = ""
    origin: str = ""
    version: int = 1
    revision: int = 1
    state: State = State.PENDING
    votes: tuple[Vote, ...] = ()
    decided: datetime | None = None
    facts: Facts | None = None
    excluded: tuple[PersonId, ...] = ()
    auto: Automatic | None = None
    glass: Glass | None = None
    round: int = 1
    since: datetime | None = None
    passed: tuple[PersonId, ...] = ()
    voided: tuple[Vote, ...] = ()
    questions: tuple[Question, ...] = ()
    nudged: datetime | None = None
    reopened: datetime | None = None
    appeal: Appeal | None = None
    revoked: Revoked | None = None

    @property
    def by_policy(self) -> bool:
        """Whether it was approved inside guardrails, and not by people."""
        return self.state is State.APPROVED and self.auto is not None and self.auto.approves and not self.complete()

    @property
    def asked_since(self) -> datetime:
        """Since when the open stage is asked."""
        return self.since or self.submitted

    def vote_of(self, person: PersonId) -> Vote | None:
        """That person's vote, or the one that was cast in their place."""
        return next((vote for vote in self.votes if person in (vote.by, vote.seat)), None)

    def approved_by(self) -> tuple[PersonId, ...]:
        """Whose authority said yes, in the order of the votes."""
        return tuple(vote.seat for vote in self.yes())

    def yes(self) -> tuple[Vote, ...]:
        """The votes that fill a seat, or could."""
        return tuple(vote for vote in self.votes if vote.verdict is Verdict.APPROVE and not vote.over)

    def denial(self) -> Vote | None:
        """The vote that denied it."""
        return next((vote for vote in self.votes if vote.verdict is Verdict.DENY), None)

    def offered(self) -> tuple[int, Term]:
        """What a grant would be now: the smallest amount and the shortest term that anybody who said yes agreed to."""
        votes = [vote for vote in self.votes if vote.verdict is Verdict.APPROVE]
        terms = (vote.term for vote in votes if vote.term is not None)
        amounts = [self.case.amount, *(vote.amount for vote in votes if vote.amount is not None)]
        return min(amounts), reduce(Term.within, terms, self.case.term)

    def first(self) -> int | None:
        """How much of it a grant would release at first: the least that anybody who said yes wants to; None for all of it."""
        amount, _ = self.offered()
        return min((vote.first for vote in self.yes() if vote.first is not None and vote.first < amount), default=None)

    def parts(self) -> tuple[Part, ...]:
        """What would be granted now on each quota: as much less on those beside the first as on the first, if in its unit.

        (More may be asked for on a quota above than on the first: what is over there already comes on top.)
        """
        amount, _ = self.offered()
        case = self.case
        less = case.amount - amount
        further = (Part(p.quota, p.amount - less if p.unit is case.unit else p.amount, p.unit) for p in case.also)
        return (Part(case.quota, amount, case.unit), *(part for part in further if part.amount > 0))

    def complete(self) -> bool:
        """Whether every seat is filled."""
        stages = self.route.stages
        return filled(stages, self.approved_by()) == tuple(stage.quorum for stage in stages)

    def open_stage(self) -> Stage | None:
        """The stage that is asked now: the first with a seat to fill and somebody to fill it; None when decided.

        A yes may sit in an earlier stage although that person alone can fill a later one. Then the earlier stage is asked for one
        more, and that yes moves on.
        """
        helpful = self._helpful()
        full = filled(self.route.stages, self.approved_by())
        short = [stage for stage, seats in zip(self.route.stages, full, strict=True) if seats < stage.quorum]
        return next((s for s in (*short, *self.route.stages) if helpful & set(s.approvers)), None)

    def waiting_on(self) -> tuple[PersonId, ...]:
        """Those who are asked now: people of the open stage who did not vote and whose yes would fill a seat."""
        stage, helpful = self.open_stage(), self._helpful()
        return tuple(p for p in stage.approvers if p in helpful) if stage else ()

    def voted(self) -> frozenset[PersonId]:
        """Everybody who voted or whose seat was voted from."""
        return frozenset(p for vote in self.votes for p in (vote.by, vote.seat))

    def concerned(self) -> frozenset[PersonId]:
        """Those who may never decide: the requester, for whom it is, and who stands in for them."""
        return frozenset({*self.excluded, self.requester})

    def _helpful(self) -> set[PersonId]:
        if self.state is not State.PENDING:
            return set()
        stages, yes = self.route.stages, self.approved_by()
        now = seated(stages, yes)
        others = set(self.route.approvers()) - self.voted() - self.concerned()
        return {p for p in others if seated(stages, (*yes, p)) > now}

    def undoable(self, by: PersonId, within: timedelta, now: datetime) -> Vote | None:
        """Their vote, if they may still take it back."""
        mine = next((vote for vote in self.votes if vote.by == by), None)
        return mine if mine and now < mine.at + within else None
