"""Requests, overrides and outcomes: versions, uniqueness, and what is found by what."""

from dataclasses import replace

import pytest

from tests.contract.conftest import World
from tests.contract.given import ADA, BOB, DAY, HOUR, NOW, SEARCH, SUPPORT, WEEK, decided, override, request
from tests.contract.racing import race
from workflows.overrides import Happened, Outcome, Override
from workflows.ports import Stale, Units
from workflows.requests import Request, State


def add(world: World, *requests: Request) -> None:
    world.keep(lambda unit: [unit.requests.add(each) for each in requests])


def grant(world: World, *overrides: Override) -> None:
    world.keep(lambda unit: [unit.overrides.add(each) for each in overrides])


def test_a_request_that_nobody_made_is_none(world: World) -> None:
    with world.units() as unit:
        assert unit.requests.get("R9") is None
        assert unit.requests.open(SEARCH, ADA) is None
        assert unit.overrides.get("O9") is None
        assert unit.overrides.of("R9") is None
        assert unit.outcomes.get("O9") is None


def test_a_saved_request_replaces_the_version_before_it(world: World) -> None:
    add(world, request())
    later = request(version=2, state=State.DENIED, decided=NOW + HOUR)
    world.keep(lambda unit: unit.requests.save(later))
    with world.units() as unit:
        assert unit.requests.get("R1") == later


@pytest.mark.parametrize("version", [1, 3])
def test_a_version_that_does_not_follow_the_stored_one_is_stale_and_changes_nothing(world: World, version: int) -> None:
    add(world, request())
    with world.units() as unit, pytest.raises(Stale):
        unit.requests.save(request(version=version, state=State.DENIED))
    with world.units() as unit:
        assert unit.requests.get("R1") == request()


def test_saving_what_was_never_added_is_stale(world: World) -> None:
    with world.units() as unit:
        with pytest.raises(Stale):
            unit.requests.save(request(version=2))
        with pytest.raises(Stale):
            unit.overrides.save(override(request(), version=2))


def test_of_two_who_decided_on_the_same_version_one_is_stale(world: World) -> None:
    add(world, request())

    def decide(units: Units, state: State) -> State | None:
        with units() as unit:
            try:
                unit.requests.save(request(version=2, state=state, decided=NOW))
            except Stale:
                return None
            unit.commit()
            return state

    said = race(lambda: decide(world.units, State.DENIED), lambda: decide(world.other, State.APPROVED))
    won = [state for state in said if state]
    assert len(won) == 1
    with world.units() as unit:
        stored = unit.requests.get("R1")
        assert stored and stored.state is won[0]


def test_an_id_is_given_once(world: World) -> None:
    add(world, request())
    with world.units() as unit, pytest.raises(Stale):
        unit.requests.add(request(by=BOB, quota=SUPPORT))


def test_one_person_has_one_pending_request_on_a_quota(world: World) -> None:
    add(world, request("R1"))
    with world.units() as unit:
        with pytest.raises(Stale):
            unit.requests.add(request("R2"))
        unit.requests.add(request("R3", by=BOB))
        unit.requests.add(request("R4", quota=SUPPORT))
        assert unit.requests.open(SEARCH, ADA) == request("R1")


def test_once_it_is_decided_they_may_ask_again(world: World) -> None:
    add(world, request("R1"))
    world.keep(lambda unit: unit.requests.save(request("R1", version=2, state=State.WITHDRAWN, decided=NOW)))
    add(world, request("R2"))
    with world.units() as unit:
        assert unit.requests.open(SEARCH, ADA) == request("R2")


def test_of_two_requests_at_the_same_moment_one_is_stale(world: World) -> None:
    def ask(units: Units, name: str) -> bool:
        with units() as unit:
            try:
                unit.requests.add(request(name))
            except Stale:
                return False
            unit.commit()
            return True

    asked = race(lambda: ask(world.units, "R1"), lambda: ask(world.other, "R2"))
    assert sorted(asked) == [False, True]


def test_pending_requests_of_a_quota_come_oldest_first(world: World) -> None:
    older, newer = request("R2", by=BOB, at=NOW - HOUR), request("R1")
    add(world, newer, older, request("R3", quota=SUPPORT), decided("R4", NOW - DAY))
    with world.units() as unit:
        assert unit.requests.pending(SEARCH) == [older, newer]


def test_what_is_undecided_on_any_quota_comes_oldest_first(world: World) -> None:
    older, newer = request("R2", quota=SUPPORT, by=BOB, at=NOW - HOUR), request("R1")
    add(world, newer, older, decided("R4", NOW - DAY))
    with world.units() as unit:
        assert unit.requests.undecided() == [older, newer]


def test_the_latest_requests_come_newest_first(world: World) -> None:
    asked = [decided(f"R{n}", NOW + n * HOUR) for n in range(4)]
    add(world, *asked, decided("R9", NOW, by=BOB, case=request(quota=SUPPORT).case))
    with world.units() as unit:
        assert [r.id for r in unit.requests.latest(SEARCH, 3)] == ["R3", "R2", "R1"]


def test_requests_since_a_moment_are_those_of_every_quota_that_were_submitted_then_or_later(world: World) -> None:
    elsewhere = decided("R9", NOW, case=request(quota=SUPPORT).case)
    add(world, request("R3", at=NOW + HOUR), elsewhere, decided("R1", NOW - HOUR), decided("R2", NOW))
    with world.reads() as unit:
        assert [r.id for r in unit.requests.since(NOW)] == ["R2", "R9", "R3"]


def test_requests_touch_a_window_that_they_were_asked_or_decided_in(world: World) -> None:
    before = decided("R1", WEEK.start - 2 * DAY)
    into = replace(decided("R2", WEEK.start - 2 * DAY), decided=WEEK.start)
    within = decided("R3", WEEK.end - 2 * HOUR)
    after = decided("R4", WEEK.end)
    add(world, within, after, into, before, decided("R5", NOW, case=request(quota=SUPPORT).case))
    with world.units() as unit:
        assert [r.id for r in unit.requests.touching([SEARCH], WEEK)] == ["R2", "R3"]
        assert [r.id for r in unit.requests.touching([SUPPORT, SEARCH], WEEK)] == ["R2", "R5", "R3"]
        assert unit.requests.touching([], WEEK) == []


def test_requests_touch_a_window_that_their_override_ran_into(world: World) -> None:
    early = WEEK.start - 9 * DAY
    asked = [decided(f"R{n}", early + n * HOUR, State.APPROVED) for n in range(5)]
    add(world, *asked)
    unconfirmed, running, over, stopped, ended = (override(each) for each in asked)
    grant(
        world,
        unconfirmed,
        replace(running, starts=early, ends=WEEK.end + DAY),
        replace(over, starts=early, ends=WEEK.start - HOUR),
        replace(stopped, starts=early, ends=WEEK.end, stopped=WEEK.start - HOUR),
        replace(ended, starts=early, ends=WEEK.start),
    )
    with world.units() as unit:
        assert [r.id for r in unit.requests.touching([SEARCH], WEEK)] == ["R0", "R1", "R4"]


def test_the_override_of_a_request_is_the_newest_on_its_quota(world: World) -> None:
    asked = decided("R1", NOW, State.APPROVED)
    add(world, asked)
    first, above = override(asked), override(asked, id="O1.2", quota=SUPPORT)
    again = override(asked, id="O1.3", granted=NOW + 2 * HOUR)
    grant(world, first, above)
    with world.units() as unit:
        assert unit.overrides.of("R1") == unit.overrides.get("O1") == first
        with pytest.raises(Stale):
            unit.overrides.add(first)
    grant(world, again)
    with world.reads() as unit:
        assert unit.overrides.of("R1") == again
        assert unit.overrides.every("R1") == [first, above, again]
        assert unit.overrides.granted([SEARCH], NOW) == [first, again]
        assert unit.overrides.granted([SEARCH, SUPPORT], NOW + HOUR) == [again]
        assert unit.overrides.of("R2") is None


def test_a_request_is_not_opened_again_beside_another(world: World) -> None:
    asked = decided("R1", NOW)
    add(world, asked, request("R2", at=NOW + 2 * HOUR))
    with world.units() as unit, pytest.raises(Stale):
        unit.requests.save(replace(asked, state=State.PENDING, decided=None, version=2))


def test_an_override_of_no_request_is_a_bug(world: World) -> None:
    with world.units() as unit, pytest.raises(Exception) as caught:
        unit.overrides.add(override(request("R7")))
    assert not isinstance(caught.value, Stale)


def test_overrides_stay_current_until_the_quota_store_was_read_back_without_them(world: World) -> None:
    asked = [decided(f"R{n}", NOW - n * HOUR, State.APPROVED) for n in range(3)]
    add(world, *asked)
    granted = [override(each) for each in asked]
    grant(world, *granted)
    over = replace(granted[0], version=2, stopped=NOW + HOUR)
    world.keep(lambda unit: unit.overrides.save(over))
    world.keep(lambda unit: unit.overrides.save(replace(granted[1], version=2, gone=NOW)))
    with world.units() as unit:
        assert unit.overrides.current(SEARCH) == [granted[2], over]
        assert unit.overrides.current(SUPPORT) == []


def test_overrides_that_have_not_ended_are_found_on_every_quota(world: World) -> None:
    quotas = (SUPPORT, SEARCH, SEARCH)
    asked = [decided(f"R{n}", NOW - n * HOUR, State.APPROVED, quota=quota) for n, quota in enumerate(quotas)]
    add(world, *asked)
    granted = [override(each) for each in asked]
    grant(world, *granted)
    world.keep(lambda unit: unit.overrides.save(replace(granted[1], version=2, stopped=NOW, gone=NOW)))
    with world.reads() as unit:
        assert unit.overrides.unended() == [granted[2], granted[0]]


def test_an_override_of_an_old_version_is_stale(world: World) -> None:
    asked = decided("R1", NOW, State.APPROVED)
    add(world, asked)
    grant(world, override(asked))
    world.keep(lambda unit: unit.overrides.save(override(asked, version=2, starts=NOW, ends=NOW + DAY)))
    with world.units() as unit, pytest.raises(Stale):
        unit.overrides.save(override(asked, version=2, stopped=NOW))


def test_the_first_answer_to_a_check_in_stands(world: World) -> None:
    asked = decided("R1", NOW, State.APPROVED)
    add(world, asked)
    grant(world, override(asked))
    first = Outcome("O1", Happened.PARTLY, NOW, ADA, 12, "half of them")
    world.keep(lambda unit: unit.outcomes.add(first))
    with world.units() as unit:
        with pytest.raises(Stale):
            unit.outcomes.add(replace(first, happened=Happened.YES))
        assert unit.outcomes.get("O1") == first


def test_undecided_requests_of_every_quota_come_oldest_first(world: World) -> None:
    old, new = request("R2", at=NOW - HOUR, quota=SUPPORT), request("R1")
    add(world, new, old, decided("R3", NOW - DAY))
    with world.units() as unit:
        assert unit.requests.undecided() == [old, new]
