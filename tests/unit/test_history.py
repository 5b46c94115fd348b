"""What approvers are told of before: facts of this quota alone, and nothing where too few are known."""

from datetime import timedelta

import pytest

from tests.contract.given import ADA, BOB, DAY, HOUR, NOW, SEARCH, booked, decided, override, reported, usage
from tests.fakes.memory import Memory
from workflows.ballots import Verdict, Vote
from workflows.history import Usual, past, usual
from workflows.money import Unit, usd
from workflows.overrides import Happened, Outcome, Reason
from workflows.people import PersonId
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.requests import Request, State

QUOTA = Quota(SEARCH, "platform/search", usd(10_000))
POLICY = Policy(Organization("Acme", "Europe/Warsaw"), (QUOTA,))
START = NOW - 3 * DAY


def answered(name: str, after: timedelta, by: PersonId = BOB) -> Request:
    return decided(name, START, State.APPROVED, votes=(Vote(by, Verdict.APPROVE, START + after),))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [((), None), ((1, 2), None), ((3, 1, 2), Usual(3, 2 * HOUR)), ((9, 1, 2, 4), Usual(4, 2 * HOUR))],
)
def test_half_of_the_answers_came_within_what_is_said(hours: tuple[int, ...], expected: Usual | None) -> None:
    known = [answered(f"R{n}", h * HOUR) for n, h in enumerate(hours)]
    assert usual(known, (BOB,)) == expected
    assert usual(known, (ADA,)) is None


def test_what_was_spent_under_an_override_was_used_and_the_rest_was_not() -> None:
    memory = Memory()
    asked = decided("R1", START, State.APPROVED)
    ran = override(asked, starts=START, ends=START + DAY, gone=START + DAY)
    under, base = (
        booked(reported(usage(b"k1", at=START + HOUR, cost=usd(310)))),
        booked(reported(usage(b"k2", at=START + HOUR, cost=usd(90)))),
    )
    with memory.units() as unit:
        unit.requests.add(asked)
        unit.overrides.add(ran)
        unit.outcomes.add(Outcome(ran.id, Happened.YES, NOW, ADA, 41, "", ""))
        unit.meter.append([booking._replace(series=booking.series._replace(approval=ran.id)) for booking in under] + base)
        unit.commit()
    with memory.reads() as unit:
        (told,) = past(unit, POLICY, QUOTA, NOW)
    assert (told.used, told.unused) == (usd(310), usd(190))
    assert told.outcome is not None
    assert told.impact == asked.case.impact


def test_only_what_ran_and_is_over_is_told_the_last_three_newest_first() -> None:
    memory = Memory()
    ran = [decided(f"R{n}", START - n * DAY, State.APPROVED) for n in range(5)]
    with memory.units() as unit:
        for n, asked in enumerate(ran):
            unit.requests.add(asked)
            start = asked.submitted
            unit.overrides.add(
                override(asked, starts=start, ends=start + HOUR) if n else override(asked, starts=start, ends=NOW + DAY)
            )
        never = decided("R9", START, State.APPROVED)
        unit.requests.add(never)
        unit.overrides.add(override(never, stopped=NOW - HOUR, why=Reason.UNAPPLIED))
        unit.commit()
    with memory.reads() as unit:
        told = past(unit, POLICY, QUOTA, NOW)
    assert [each.override.request for each in told] == ["R1", "R2", "R3"]
    assert {each.unused for each in told} == {usd(500)}
    assert ran[0].case.unit is Unit.USD
