"""The limit in a gateway is base + overrides, whatever the gateway and other people do to it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.limits import Fault
from tests.unit.enforced import HOUR, PLACE, TEAM, Gateway
from workflows import enforcing
from workflows.effects import Do
from workflows.keeping import attempt
from workflows.limits import Edits, Place
from workflows.overrides import Grace, Reason, Status
from workflows.ports import Rejected, UnitOfWork

FAULTS = [fault for fault in Fault if fault is not Fault.REFUSED]


# What the gateway does.


@pytest.mark.parametrize("fault", [*Fault])
def test_whatever_befalls_a_write_the_limit_is_raised_once_and_lowered_again(fault: Fault) -> None:
    gateway = Gateway()
    gateway.fails(fault)
    name = gateway.grants(400)
    gateway.rests()
    assert (gateway.limit, gateway.status(name)) == (10_400, Status.ACTIVE)
    gateway.fails(fault)
    gateway.passes(4 * HOUR)
    gateway.rests()
    assert (gateway.limit, gateway.status(name)) == (10_000, Status.ENDED)


@pytest.mark.parametrize("fault", [Fault.IGNORED, Fault.LATE, Fault.LOST, Fault.UNANSWERED, Fault.REFUSED])
def test_active_is_not_noted_before_the_gateway_was_read_back(fault: Fault) -> None:
    gateway = Gateway()
    gateway.fails(fault)
    name = gateway.grants(400)
    assert gateway.override(name).starts is None
    gateway.passes(HOUR)
    gateway.rests()
    assert gateway.override(name).starts == gateway.clock.at


def test_a_write_that_comes_into_force_late_is_ours_and_not_somebodys() -> None:
    gateway = Gateway()
    gateway.fails(Fault.LATE)
    name = gateway.grants(400)
    gateway.stops(name)
    assert gateway.limit == 10_000
    gateway.limits.settle()  # the raise that nobody waits for any more
    assert gateway.limit == 10_400
    gateway.rests()
    assert (gateway.limit, gateway.base, gateway.told(Do.TELL_EDIT)) == (10_000, 10_000, [])


def test_an_increase_that_the_gateway_lost_is_put_back() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.edits_limit(10_000)
    assert (gateway.limit, gateway.base, gateway.status(name)) == (10_400, 10_000, Status.ACTIVE)


def test_names_that_the_gateway_lost_are_put_back() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.limits.forget("team")
    gateway.rests()
    assert gateway.limits.names["team"] == {name}


def test_a_gateway_that_is_as_it_should_be_is_not_written() -> None:
    gateway = Gateway()
    gateway.grants(400)
    written = len(gateway.limits.writes)
    for _ in range(3):
        gateway.passes(timedelta(minutes=6))  # the limits are compared
    assert len(gateway.limits.writes) == written


def test_limits_are_compared_on_a_schedule_although_nothing_happens_here() -> None:
    gateway = Gateway()
    gateway.limits.edit("team", 12_000)
    gateway.passes(timedelta(minutes=6))
    assert gateway.base == 12_000


# What other people do.


def test_somebodys_edit_during_an_override_is_reported_and_its_base_counts() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.edits_limit(12_400)
    assert (gateway.limit, gateway.base) == (12_400, 12_000)
    assert gateway.told(Do.TELL_EDIT) == ["team|1"]
    with gateway.memory.reads() as unit:
        last = unit.record.last("limit:team")
    assert last is not None
    assert last.after == {"wrote": 10_400, "added": 400, "found": 12_400, "base": 12_000, "edits": "adopt"}
    gateway.stops(name)
    assert gateway.limit == 12_000


def test_somebodys_edit_is_undone_where_app_yaml_says_restore_and_is_reported_too() -> None:
    gateway = Gateway(edits=Edits.RESTORE)
    gateway.grants(400)
    gateway.edits_limit(12_400)
    assert (gateway.limit, gateway.base, gateway.told(Do.TELL_EDIT)) == (10_400, 10_000, ["team|1"])


def test_an_edit_is_reported_once_and_another_again() -> None:
    gateway = Gateway()
    gateway.edits_limit(12_000)
    gateway.rests()
    assert gateway.told(Do.TELL_EDIT) == ["team|1"]
    gateway.edits_limit(13_000)
    assert gateway.told(Do.TELL_EDIT) == ["team|1", "team|2"]


def test_a_limit_that_was_there_before_us_is_not_overwritten() -> None:
    gateway = Gateway(found=8_000)
    assert (gateway.limit, gateway.base, gateway.told(Do.TELL_EDIT)) == (8_000, 8_000, ["team|1"])
    gateway.grants(400)
    assert gateway.limit == 8_400


def test_a_limit_that_was_there_before_us_is_ours_where_app_yaml_says_restore() -> None:
    gateway = Gateway(found=8_000, edits=Edits.RESTORE)
    assert (gateway.limit, gateway.told(Do.TELL_EDIT)) == (10_000, ["team|1"])


def test_what_app_yaml_says_later_takes_the_place_of_what_was_adopted() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.edits_limit(12_400)
    gateway.uses(replace(TEAM, limit=11_000))
    gateway.starts()
    assert (gateway.limit, gateway.base) == (11_400, 11_000)
    gateway.stops(name)
    assert gateway.limit == 11_000


def test_whoever_stops_everything_by_hand_is_not_overruled_by_an_override() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.edits_limit(1)
    assert gateway.limit == 1
    gateway.stops(name)
    assert gateway.limit == 0


def test_an_override_on_a_quota_without_a_limit_is_refused_and_nothing_is_written() -> None:
    gateway = Gateway(found=None)
    name = gateway.grants(400)
    assert (gateway.limit, gateway.status(name)) == (None, Status.ACTIVATING)
    with pytest.raises(Rejected, match="litellm team search: there is no limit"):
        enforcing.sync(gateway.kit, "team")
    gateway.edits_limit(9_000)
    assert (gateway.limit, gateway.status(name)) == (9_400, Status.ACTIVE)


def test_a_quota_without_a_limit_gets_one_where_app_yaml_says_restore() -> None:
    assert Gateway(found=None, edits=Edits.RESTORE).limit == 10_000


def test_an_edit_while_a_write_was_not_confirmed_does_not_make_an_override_last() -> None:
    """The store does not say what it is made of: what we may have added is not taken for base."""
    gateway = Gateway(names=False)
    gateway.fails(Fault.UNANSWERED)
    name = gateway.grants(400)
    assert gateway.override(name).starts is None
    gateway.edits_limit(12_400)
    assert (gateway.limit, gateway.base) == (12_400, 12_000)
    gateway.stops(name)
    assert gateway.limit == 12_000


# Where app.yaml changes.


def test_a_quota_that_moves_to_another_place_leaves_nothing_behind() -> None:
    gateway = Gateway()
    gateway.grants(400)
    gateway.uses(replace(TEAM, place=Place("litellm", (("team", "search-2"),))))
    gateway.starts()
    with gateway.memory.reads() as unit:
        holding = unit.holdings.get("team")
    assert holding is not None
    assert holding.place == Place("litellm", (("team", "search-2"),))
    assert [made.limit for made in gateway.limits.writes] == [10_400, 10_000, 10_400]


def test_a_quota_that_app_yaml_no_longer_has_is_lowered_in_its_gateway_all_the_same() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.uses()
    gateway.starts()
    assert (gateway.limit, gateway.status(name)) == (10_400, Status.ACTIVE)
    gateway.passes(4 * HOUR)
    assert (gateway.limit, gateway.status(name)) == (10_000, Status.ENDED)


# Beginning and following.


def test_what_is_to_begin_later_begins_then_and_its_clock_with_it() -> None:
    gateway = Gateway()
    since = gateway.clock.at + 3 * HOUR
    name = gateway.grants(400, 2, since=since)
    assert (gateway.limit, gateway.status(name)) == (10_000, Status.SCHEDULED)
    gateway.passes(3 * HOUR - timedelta(seconds=1))
    assert gateway.limit == 10_000
    gateway.passes(timedelta(seconds=1))
    override = gateway.override(name)
    assert (gateway.limit, override.starts, override.ends) == (10_400, since, since + 2 * HOUR)
    gateway.passes(2 * HOUR)
    assert gateway.limit == 10_000


def test_an_extension_follows_without_a_gap_and_without_counting_twice() -> None:
    gateway = Gateway()
    first = gateway.grants(400)
    ends = gateway.override(first).ends
    assert ends is not None
    second = gateway.grants(400, 2, since=ends, follows=first)
    written = len(gateway.limits.writes)
    override = gateway.override(second)
    assert (override.starts, override.ends, gateway.status(second)) == (ends, ends + 2 * HOUR, Status.SCHEDULED)
    gateway.passes(4 * HOUR)
    assert [gateway.status(name) for name in (first, second)] == [Status.ENDED, Status.ACTIVE]
    assert gateway.limit == 10_400
    assert {write.limit for write in gateway.limits.writes[written:]} <= {10_400}
    gateway.passes(2 * HOUR)
    assert gateway.limit == 10_000


@pytest.mark.parametrize("why", [Reason.RETURNED, Reason.REVOKED])
def test_what_was_to_follow_ends_with_what_it_follows(why: Reason) -> None:
    gateway = Gateway()
    first = gateway.grants(400)
    second = gateway.grants(400, 2, since=gateway.override(first).ends, follows=first)
    gateway.stops(first, why)
    assert [gateway.override(name).reason() for name in (first, second)] == [why, why]
    gateway.passes(9 * HOUR)
    assert gateway.limit == 10_000


def test_an_end_may_be_followed_by_a_while_with_less_unless_an_extension_takes_its_place() -> None:
    grace = Grace(50, HOUR)
    gateway = Gateway()
    first = gateway.grants(400, grace=grace)
    gateway.passes(4 * HOUR)
    assert (gateway.limit, gateway.status(first)) == (10_200, Status.ENDED)
    gateway.passes(HOUR)
    assert gateway.limit == 10_000
    third = gateway.grants(400, grace=grace)
    gateway.grants(400, 2, since=gateway.override(third).ends, follows=third)
    gateway.passes(4 * HOUR)
    assert gateway.limit == 10_400
    gateway.passes(2 * HOUR)
    assert gateway.limit == 10_000


# The switch.


def test_while_new_overrides_are_paused_none_begins_and_those_that_run_end() -> None:
    gateway = Gateway()
    first = gateway.grants(400, 2)
    gateway.pauses(True)
    second = gateway.grants(50, 2)
    assert (gateway.limit, gateway.status(second)) == (10_400, Status.ACTIVATING)
    gateway.passes(2 * HOUR)
    assert (gateway.limit, gateway.status(first)) == (10_000, Status.ENDED)
    gateway.pauses(False)
    assert (gateway.limit, gateway.status(second)) == (10_050, Status.ACTIVE)


# Stuck.


def test_operators_hear_of_an_override_that_the_gateway_does_not_follow_and_when_it_does() -> None:
    gateway = Gateway()
    gateway.limits.down = True
    name = gateway.grants(400)
    gateway.passes(timedelta(minutes=4))
    assert gateway.told(Do.SHOW_STUCK) == []
    gateway.passes(timedelta(minutes=1))
    assert gateway.told(Do.SHOW_STUCK) == [name]
    _forget(gateway, Do.SHOW_STUCK)
    gateway.rests()
    assert (gateway.status(name), gateway.told(Do.SHOW_STUCK)) == (Status.ACTIVE, [name])


def test_operators_hear_of_an_end_that_the_gateway_does_not_follow() -> None:
    gateway = Gateway()
    name = gateway.grants(400)
    gateway.passes(4 * HOUR - timedelta(minutes=1))
    gateway.limits.down = True
    gateway.passes(timedelta(minutes=5))
    assert gateway.told(Do.SHOW_STUCK) == []
    gateway.passes(timedelta(minutes=1))
    assert gateway.told(Do.SHOW_STUCK) == [name]


def _forget(gateway: Gateway, do: Do) -> None:
    for name in [name for name in gateway.memory.data.outbox if name[0] == do]:
        del gateway.memory.data.outbox[name]


# Whatever the order.


grants = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 30)), min_size=1, max_size=4)


@given(grants, st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=60)
def test_time_that_passes_in_two_steps_is_time_that_passes(granted: list[tuple[int, int]], one: int, other: int) -> None:
    ends = []
    for steps in ((one, other), (one + other,)):
        gateway = Gateway()
        names = [gateway.grants(amount, hours) for amount, hours in granted]
        for step in steps:
            gateway.passes(step * HOUR)
        facts = [(o.starts, o.ends, o.reason()) for o in map(gateway.override, names)]
        ends.append((gateway.limit, facts, [gateway.status(name) for name in names]))
    assert ends[0] == ends[1]


@given(grants, st.data(), st.integers(0, 40))
@settings(max_examples=60)
def test_the_order_of_grants_and_of_returns_does_not_matter(
    granted: list[tuple[int, int]], data: st.DataObject, hours: int
) -> None:
    """Also where the gateway fails at every other write, and somebody changes the base in between."""
    returned = data.draw(st.sets(st.sampled_from(range(len(granted)))))
    limits = []
    for order in (list(range(len(granted))), data.draw(st.permutations(range(len(granted))))):
        gateway = Gateway()
        names: dict[int, str] = {}
        for number in order:
            gateway.fails(*data.draw(st.lists(st.sampled_from(FAULTS), max_size=2)))
            names[number] = gateway.grants(*granted[number])
        gateway.rests()
        assert gateway.limit is not None
        gateway.edits_limit(gateway.limit + 77)
        for number in (n for n in order if n in returned):
            gateway.stops(names[number])
        gateway.passes(hours * HOUR)
        gateway.rests()
        limits.append(gateway.limit)
    left = sum(amount for n, (amount, span) in enumerate(granted) if n not in returned and hours < span)
    assert limits == [10_077 + left] * 2


def test_every_active_override_has_an_alarm_for_its_end() -> None:
    gateway = Gateway()
    name = gateway.grants(400)

    def ends(unit: UnitOfWork) -> bool:
        return any((alarm.wake, alarm.at) == ("end", gateway.override(name).ends) for alarm in unit.agenda.of([name]))

    assert attempt(gateway.memory.units, ends)
    assert TEAM.place == PLACE
