"""A small model of a request's life, for the machine: sets of people, and what each of them said.

It knows who is asked and what follows as `product.md` tells it, in another way than the app does: seats are found by trying every
seating, and nothing is stored but what happened.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations

from tests.journeys.office import BOB, CY, DI, EVE
from workflows.ballots import Verdict
from workflows.money import usd
from workflows.people import PersonId
from workflows.refusals import Why
from workflows.requests import State

PAT, LIN = PersonId("U0PAT"), PersonId("U0LIN")
LEADS, FINANCE, SENIORS = {BOB, EVE}, {CY, DI}, {PAT, LIN}


@dataclass
class Said:
    """One human's vote, from a seat, to an amount."""

    seat: PersonId
    verdict: Verdict
    amount: int
    at: datetime


@dataclass
class Panel:
    """Who is asked together, how many must agree, and who is asked next."""

    people: set[PersonId]
    quorum: int
    ladder: list[set[PersonId]]

    def climb(self, never: set[PersonId]) -> bool:
        """Asks the next who can be; False when there is nobody."""
        while self.ladder:
            more = self.ladder.pop(0) - never - self.people
            if more:
                self.people |= more
                return True
        return False

    def copy(self) -> "Panel":
        return Panel(set(self.people), self.quorum, [set(rung) for rung in self.ladder])


def panels(amount: int, concerned: set[PersonId]) -> list[Panel]:
    """Whom a case needs: leads, and finance when it is large; seniors stand in, or are the next to be asked."""
    wanted = [(LEADS, 1), (FINANCE, 2)] if amount > usd(1_000) else [(LEADS, 1)]
    seniors, found = SENIORS - concerned, []
    for people, quorum in wanted:
        able = people - concerned
        found.append(Panel(able, quorum, [seniors]) if len(able) >= quorum else Panel(able | seniors, quorum, []))
    return found


@dataclass
class Life:
    """A request as the model has it."""

    requester: PersonId
    amount: int
    panels: list[Panel]
    deadline: datetime
    words: int = 0
    state: State = State.PENDING
    said: dict[PersonId, Said] = field(default_factory=dict)
    passed: set[PersonId] = field(default_factory=set)
    revision: int = 1
    approvals: int = 0
    reopened: bool = False
    answered: list[bool] = field(default_factory=list)
    voided: int = 0
    excluded: set[PersonId] = field(default_factory=set)
    by_policy: bool = False
    revoked: bool = False

    def concerned(self) -> set[PersonId]:
        return self.excluded | {self.requester}

    def yes(self) -> set[PersonId]:
        return {said.seat for said in self.said.values() if said.verdict is Verdict.APPROVE}

    def offered(self) -> int:
        return min([self.amount, *(s.amount for s in self.said.values() if s.verdict is Verdict.APPROVE)])

    def asked(self) -> set[PersonId]:
        return set().union(*(panel.people for panel in self.panels))

    def spoke(self) -> set[PersonId]:
        return {who for by, said in self.said.items() for who in (by, said.seat)}

    def complete(self, yes: set[PersonId] | None = None) -> bool:
        """Whether some seating of those who said yes fills every seat."""
        return self.filled(self.yes() if yes is None else yes) == sum(panel.quorum for panel in self.panels)

    def filled(self, yes: set[PersonId]) -> int:
        """How many seats they fill at most."""
        seats = [panel.people for panel in self.panels for _ in range(panel.quorum)]
        empty = [PersonId("")] * len(seats)
        seatings = permutations([*yes, *empty], len(seats))
        return max(sum(p in seat for p, seat in zip(order, seats, strict=True)) for order in seatings)

    def seat(self, by: PersonId, away: dict[PersonId, PersonId | None]) -> PersonId:
        """Whose seat somebody takes when some are away, for whom others decide: their own where that helps, else another's."""
        others = sorted(p for p, delegate in away.items() if delegate == by and p in self.asked() and p != by)
        seats = [by, *others] if by in self.asked() else [] if by in away else others
        free = [p for p in seats if p not in self.spoke()]
        useful = [p for p in free if self.filled(self.yes() | {p}) > self.filled(self.yes())]
        return [*useful, *free, *seats, by][0]

    def outside(self, by: PersonId, seat: PersonId) -> Why | None:
        """Why somebody has no say."""
        if by == self.requester:
            return Why.OWN_REQUEST
        if by in self.excluded:
            return Why.CONCERNED
        return None if seat in self.asked() else Why.NOT_ASKED

    # What each does; a reason is why not, and nothing happened then.

    def vote(self, by: PersonId, said: Said, revision: int) -> Why | None:
        if self.state is not State.PENDING:
            return Why.ALREADY_DECIDED
        if why := self.outside(by, said.seat):
            return why
        if {by, said.seat} & self.spoke():
            return Why.ALREADY_VOTED
        if revision != self.revision:
            return Why.CHANGED_SINCE
        if said.at >= self.deadline:
            return Why.DEADLINE_PASSED
        if said.verdict is Verdict.APPROVE and said.amount > self.offered():
            return Why.NOT_LESS
        before = self.offered()
        self.said[by] = said
        if said.verdict is Verdict.DENY:
            self.state = State.DENIED
            return None
        self.revision += self.offered() != before
        if self.complete():
            self.state, self.approvals = State.APPROVED, self.approvals + 1
        return None

    def undo(self, by: PersonId, within: timedelta, now: datetime) -> Why | None:
        if self.state in (State.WITHDRAWN, State.LAPSED):
            return Why.ALREADY_DECIDED
        mine = self.said.get(by)
        if mine is None:
            return Why.NO_VOTE
        if now >= mine.at + within:
            return Why.TOO_LATE_TO_UNDO
        if self.state is State.DENIED and mine.verdict is not Verdict.DENY:
            return Why.ALREADY_DECIDED
        if self.state is State.APPROVED and (self.by_policy or self.complete(self.yes() - {mine.seat})):
            return Why.STANDS_ANYWAY
        before = self.offered()
        del self.said[by]
        self.voided += 1
        self.revision += self.offered() != before
        self.state, self.revoked = State.PENDING, False
        return None

    def guarded(self, most: int) -> None:
        """Policy approves what asks for no more than this."""
        if self.state is State.PENDING and self.amount <= most:
            self.state, self.by_policy, self.approvals = State.APPROVED, True, self.approvals + 1

    def revoke(self, by: PersonId) -> Why | None:
        if self.state is not State.APPROVED:
            return Why.ALREADY_DECIDED
        approved = {who for said_by, s in self.said.items() if s.verdict is Verdict.APPROVE for who in (said_by, s.seat)}
        theirs = by in (self.asked() if self.by_policy else approved)
        not_theirs = Why.NOT_ASKED if self.by_policy else Why.NOT_TO_REVOKE
        why = (self.outside(by, by) if by in self.concerned() else None) or (None if theirs else not_theirs)
        if why := why or (Why.TAKEN_BACK if self.revoked else None):
            return why
        self.revoked = True
        return None

    def leave(self, who: set[PersonId], *, willingly: bool) -> Why | None:
        """Some who did not vote are not asked any more, and others where that leaves too few."""
        panels = [panel.copy() for panel in self.panels]
        never = self.spoke() | self.passed | who | self.concerned()
        for panel in panels:
            panel.people -= who
        changed = replace(self, panels=panels)
        while not changed.complete(changed.asked()):
            short = [panel for panel in panels if len(panel.people) < panel.quorum] or panels
            climbed = [panel.climb(never) for panel in short]  # each of them, not up to the first
            if True not in climbed:
                return Why.LAST_APPROVER
        self.panels = panels
        if willingly:
            self.passed |= who
        return None

    def ask_anew(self, panels: list[Panel], excluded: set[PersonId]) -> None:
        self.voided += len(self.said)
        self.panels, self.said, self.passed, self.excluded = panels, {}, set(), excluded
