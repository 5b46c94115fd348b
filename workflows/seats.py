"""Seats: a stage is a set of people of whom `quorum` must agree, each person counting in one stage only.

Whom it asks when nobody answers is compiled with it: its rungs, the nearest first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from workflows.people import PersonId
from workflows.rules import at_least_one


@dataclass(frozen=True, slots=True)
class Stage:
    """People of whom `quorum` must agree. `name` is who they are, `rules` why they are asked, `instead` who was missing.

    `rungs` are asked one after the other, beside those who are, when nobody answers; `climbed` counts those that were.
    `first` is how many the rule asks at first, 0 for all.
    """

    name: str
    approvers: tuple[PersonId, ...]
    quorum: int = 1
    rules: tuple[str, ...] = ()
    instead: str = ""
    rungs: tuple[tuple[PersonId, ...], ...] = ()
    climbed: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        at_least_one(self.quorum)


@dataclass(frozen=True, slots=True)
class Route:
    """The stages of a request, in the order in which they are asked."""

    stages: tuple[Stage, ...] = field(default=())

    def approvers(self) -> tuple[PersonId, ...]:
        """Everyone who may vote, each once."""
        return tuple(dict.fromkeys(p for stage in self.stages for p in stage.approvers))


def without(route: Route, gone: Collection[PersonId]) -> Route:
    """The route when some can no longer be asked."""
    return Route(tuple(replace(s, approvers=tuple(p for p in s.approvers if p not in gone)) for s in route.stages))


def climbed(route: Route, stages: Collection[Stage], never: Collection[PersonId]) -> Route | None:
    """The route when the next rung of these stages is asked, too; None when none of them has one. `never` are not asked."""
    raised = [_climb(stage, never) if stage in stages else stage for stage in route.stages]
    return Route(tuple(raised)) if tuple(raised) != route.stages else None


def _climb(stage: Stage, never: Collection[PersonId]) -> Stage:
    """Up to the first rung with somebody on it."""
    for n, rung in enumerate(stage.rungs, start=1):
        fresh = tuple(p for p in rung if p not in never and p not in stage.approvers)
        if fresh:
            more = stage.approvers + fresh
            return replace(stage, approvers=more, rungs=stage.rungs[n:], climbed=stage.climbed + 1)
    return stage


def staffed(route: Route, never: Collection[PersonId]) -> Route | None:
    """The route with rungs asked until every seat can have a person of its own; None when that cannot be."""
    while (able := filled(route.stages, route.approvers())) != tuple(stage.quorum for stage in route.stages):
        short = [stage for stage, seats in zip(route.stages, able, strict=True) if seats < stage.quorum]
        # Which of two stages with the same people comes out short is chance: where it has no rung, the others' may do.
        raised = climbed(route, short, never) or climbed(route, route.stages, never)
        if raised is None:
            return None
        route = raised
    return route


def seated(stages: Sequence[Stage], voters: Collection[PersonId]) -> int:
    """How many seats these voters fill at most when each takes one: the size of a maximum matching."""
    return sum(filled(stages, voters))


def filled(stages: Sequence[Stage], voters: Collection[PersonId]) -> tuple[int, ...]:
    """Seats filled in each stage, earlier stages first; it depends on who voted, not on the order."""
    taken: dict[tuple[int, int], PersonId] = {}
    seats = [(n, seat) for n, stage in enumerate(stages) for seat in range(stage.quorum)]

    def place(seat: tuple[int, int], tried: set[PersonId]) -> bool:
        for voter in sorted(set(voters) & set(stages[seat[0]].approvers)):
            if voter in tried:
                continue
            tried.add(voter)
            held = next((s for s, who in taken.items() if who == voter), None)
            if held is None or place(held, tried):
                taken[seat] = voter
                return True
        return False

    for seat in seats:
        place(seat, set())
    return tuple(sum(1 for n, _ in taken if n == index) for index in range(len(stages)))
