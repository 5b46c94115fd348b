"""Who approved each other, and who approved in another's place, is told; who only asked or denied is not."""

from tests.contract.given import ADA, BOB, NOW, request
from workflows.ballots import Verdict, Vote
from workflows.duties import Duties, Mutual, Stood, duties
from workflows.people import PersonId
from workflows.requests import Request, State

CY = PersonId("U0CY")


def approved(name: str, of: PersonId, *votes: Vote, state: State = State.APPROVED) -> Request:
    return request(name, by=of, votes=votes, state=state, decided=NOW)


def yes(by: PersonId, acting_for: PersonId | None = None) -> Vote:
    return Vote(by, Verdict.APPROVE, NOW, acting_for=acting_for)


def test_two_who_approved_each_other_are_told_once_with_every_request() -> None:
    found = duties([approved("R1", ADA, yes(BOB), yes(CY)), approved("R2", BOB, yes(ADA)), approved("R3", ADA, yes(BOB))])
    assert found == Duties((Mutual(ADA, BOB, ("R1", "R3"), ("R2",)),), ())


def test_one_who_approved_and_was_never_approved_by_them_is_no_pair() -> None:
    assert duties([approved("R1", ADA, yes(BOB)), approved("R2", CY, yes(BOB))]) == Duties((), ())


def test_what_was_not_granted_says_nothing_of_duties() -> None:
    denied = Vote(ADA, Verdict.DENY, NOW, reason="No.")
    open_ = approved("R2", BOB, yes(ADA), state=State.PENDING)
    assert duties([approved("R1", ADA, yes(BOB)), open_, approved("R3", BOB, denied, state=State.DENIED)]) == Duties((), ())


def test_a_delegate_is_told_and_counts_for_whom_they_stood_too() -> None:
    found = duties([approved("R1", ADA, yes(CY, acting_for=BOB)), approved("R2", BOB, yes(ADA))])
    assert found == Duties((Mutual(ADA, BOB, ("R1",), ("R2",)),), (Stood("R1", CY, BOB),))
