"""Which of a request's overrides is which: the first, the rest that is held back, the grace that follows."""

from dataclasses import replace

from tests.unit.test_overrides import ACTIVE, DAY, ENDS, HOUR, INSTANT, NEW, RESET, T0, then
from workflows.cases import Term
from workflows.overrides import Override, Reason, Stop, Verified, main_of, rest_of, step_of


def named(number: int, **said: object) -> Override:
    """One of a request's overrides, by its number."""
    return replace(NEW, id="O-1" if number == 1 else f"O-1.{number}", **said)  # type: ignore[arg-type]


FIRST, REST = named(1), named(2, held=True)


def test_what_follows_one_of_its_own_request_is_its_grace_and_what_follows_anothers_is_not() -> None:
    follows = {("O-1.3", "O-1.2"): True, ("O-1.2", "O-1"): True, ("O-2", "O-1"): False, ("O-1.2", ""): False}
    assert {(id_, before): replace(NEW, id=id_, follows=before).steps_down for id_, before in follows} == follows


def test_of_several_grants_the_last_is_meant_and_of_one_its_first() -> None:
    later = named(3, granted=T0 + HOUR)
    assert main_of([FIRST, later, REST], "q") == later
    assert main_of([later, REST, FIRST], "q") == later
    assert main_of([REST, FIRST], "q") == FIRST


def test_the_rest_of_a_grant_is_of_its_quota_and_of_its_moment() -> None:
    elsewhere, anew = named(2, quota="above"), named(3, granted=T0 + HOUR)
    assert rest_of([FIRST, elsewhere, anew], FIRST) is None
    assert rest_of([FIRST, named(2, follows="O-1"), named(3)], FIRST) == named(3)
    assert rest_of([FIRST, elsewhere, named(4)], FIRST) == named(4)


def test_the_rest_of_what_was_stopped_was_stopped_too() -> None:
    stopped = then(FIRST, Stop(Reason.RETURNED), 1)
    assert rest_of([stopped, REST], stopped) is None
    gone = then(REST, Stop(Reason.LAPSED), 1)
    assert rest_of([stopped, gone], stopped) == gone
    assert rest_of([FIRST, gone], FIRST) == gone


def test_the_grace_of_one_follows_it_and_was_not_replaced_before_it_began() -> None:
    grace = named(2, follows="O-1", term=Term(until=T0 + 9 * DAY, since=ENDS))
    assert step_of([FIRST, REST, named(3, follows="O-1.2"), grace], FIRST) == grace
    assert step_of([FIRST, replace(NEW, id="O-2", follows="O-1")], FIRST) is None
    replaced = then(grace, Stop(Reason.SUPERSEDED), 3)
    assert step_of([FIRST, replaced], FIRST) is None
    ran = replace(grace, starts=ENDS, stopped=ENDS + HOUR, why=Reason.REVOKED)
    assert step_of([FIRST, ran], FIRST) == ran


def test_it_began_unless_it_was_stopped_before_its_start() -> None:
    start = T0 + HOUR
    assert [replace(ACTIVE, stopped=at).began for at in (None, start, start + HOUR, start - INSTANT)] == [True, True, True, False]
    assert not NEW.began


def test_what_was_spent_when_it_began_and_what_was_given_back_are_noted_once_known() -> None:
    begun = then(NEW, Verified(RESET, spent=77), 1)
    assert (begun.outset, then(begun, Stop(Reason.RETURNED, back=33), 2).back) == (77, 33)
    assert (then(NEW, Verified(RESET), 1).outset, then(NEW, Stop(Reason.RETURNED), 1).back) == (0, 0)
