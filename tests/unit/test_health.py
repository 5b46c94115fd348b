"""Health finds each thing that needs a person, says it once, and nothing where all is well."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.fakes.memory import Memory
from tests.unit.enforced import TEAM, Gateway
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.health import Finding, Kind, health, place_of
from workflows.policy import Organization, Policy
from workflows.quotas import Quota

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TWO = Quota("two", "platform/mobile", 100, place=replace(TEAM.place, parts=(("team", "mobile"),)) if TEAM.place else None)
HERE = Quota("here", "platform", 100)
POLICY = Policy(Organization("Acme"), (TEAM, TWO, HERE))


def looked(memory: Memory, at: datetime = NOW) -> list[tuple[Kind, str, int]]:
    with memory.reads() as unit:
        return [(found.kind, found.where, found.count) for found in health(unit, POLICY, at)]


def failing(memory: Memory, *effects: Effect, at: datetime = NOW - HOUR) -> None:
    with memory.units() as unit:
        for effect in effects:
            unit.outbox.put(effect, at)
        for errand in unit.outbox.claim(at, at, 9):
            unit.outbox.fail(errand, "Unavailable: gone", NOW + HOUR)
        unit.commit()


def test_where_all_is_well_nothing_is_found() -> None:
    assert looked(Memory()) == []


def test_a_gateway_is_told_once_however_many_of_its_quotas_cannot_be_brought_up_to_date() -> None:
    memory = Memory()
    failing(memory, *(Effect(Do.SYNC_LIMIT, quota.key) for quota in (TEAM, TWO, HERE)))
    assert looked(memory) == [(Kind.SILENT, "the limits here", 1), (Kind.SILENT, "litellm", 2)]


def test_one_quota_alone_is_told_by_its_place() -> None:
    memory = Memory()
    failing(memory, Effect(Do.SYNC_LIMIT, TEAM.key))
    with memory.reads() as unit:
        [found] = health(unit, POLICY, NOW)
    assert found == Finding(Kind.SILENT, NOW - HOUR, "sync_limit team", "litellm team search", "gone")


def test_what_failed_a_moment_ago_is_left_to_the_next_try() -> None:
    memory = Memory()
    failing(memory, Effect(Do.SYNC_LIMIT, TEAM.key), Effect(Do.SHOW_REQUEST, "R-1"), at=NOW - MINUTE / 2)
    assert looked(memory) == []


def test_messages_that_wait_are_told_together() -> None:
    memory = Memory()
    failing(memory, Effect(Do.SHOW_REQUEST, "R-1"), Effect(Do.SHOW_REQUEST, "R-2"))
    assert looked(memory) == [(Kind.WAITING, "", 2)]


def test_what_is_asked_for_in_gateways_is_no_message() -> None:
    memory = Memory()
    failing(memory, Effect(Do.FIND_WISHES, "claude"), Effect(Do.FIND_SPIKES, "all"))
    assert looked(memory) == [(Kind.WISHES, "", 1)]


def test_nobody_is_at_work_when_something_is_due_for_longer_than_a_minute() -> None:
    memory = Memory()
    with memory.units() as unit:
        unit.agenda.set(Alarm(Wake.END, "O-1", NOW))
        unit.outbox.put(Effect(Do.SHOW_REQUEST, "R-1"), NOW + MINUTE)
        unit.commit()
    assert looked(memory, NOW + MINUTE / 2) == []
    for at in (NOW + MINUTE, NOW + HOUR):
        with memory.reads() as unit:
            assert [(f.kind, f.since, f.what) for f in health(unit, POLICY, at)] == [(Kind.LATE, NOW, "end")]


def test_what_is_stuck_is_told_from_the_moment_its_store_was_to_follow() -> None:
    gateway = Gateway()
    gateway.limits.down = True
    name = gateway.grants(400)
    for _ in range(6):
        gateway.passes(MINUTE)
    begun = gateway.override(name).granted
    with gateway.memory.reads() as unit:
        found = health(unit, gateway.kit.policy, gateway.clock.at)
    assert [(f.kind, f.what, f.since, f.error) for f in found if f.kind is Kind.NOT_ENFORCED] == [
        (Kind.NOT_ENFORCED, name, begun, "the gateway is down")
    ]


def test_while_new_overrides_are_paused_that_is_what_needs_somebody_and_not_what_waits_for_it() -> None:
    gateway = Gateway()
    gateway.pauses(True)
    gateway.grants(400)
    for _ in range(6):
        gateway.passes(MINUTE)
    with gateway.memory.reads() as unit:
        found = health(unit, gateway.kit.policy, gateway.clock.at)
    assert [f.kind for f in found if f.kind not in (Kind.LATE, Kind.WAITING)] == [Kind.PAUSED]


def test_a_limit_that_was_adopted_is_told_until_app_yaml_says_another() -> None:
    gateway = Gateway()
    gateway.edits_limit(12_000)
    with gateway.memory.reads() as unit:
        [found] = (f for f in health(unit, gateway.kit.policy, gateway.clock.at) if f.kind is Kind.ADOPTED)
        changed = replace(gateway.kit.policy, quotas=(replace(TEAM, limit=15_000),))
        kinds = [f.kind for f in health(unit, changed, gateway.clock.at)]
    assert (found.what, found.where) == ("team", place_of(TEAM))
    assert Kind.ADOPTED not in kinds
