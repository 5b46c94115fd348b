"""Migrating a database that is in use: every event, counter and mark of the first version is found again in the second."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.store import Store, open_store, schema
from bot.store.columns import day_number, micros
from bot.store.database import connect
from tests.contract.given import MONTH, NOW, SEARCH
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from tests.unit.test_recounting import kit
from workflows import recounting
from workflows.metering import record
from workflows.money import usd
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.spend import Costed, CostSource, Metered, Series, Slice, Sums, Tokens, Usage

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 27, tzinfo=UTC)
TALL = 2_500  # events: more than the steps carry at once
MINI = Series("platform/search", "mini", "", "", "", "", "", CostSource.REPORTED, "base")
POLICY = Policy(Organization("Acme", "Europe/Berlin"), (Quota(SEARCH, "platform/search", usd(10_000)),))


def key(name: object) -> bytes:
    return blake2b(str(name).encode(), digest_size=16).digest()


def old_event(number: int, name: object, at: datetime, **said: Any) -> dict[str, Any]:
    """A row of the first version's `events`."""
    row = {"id": number, "key": key(name), "at": at, "scope": "platform/search", "model": "mini", "user": "ada"}
    row |= {"source": "gateway", "provider": "", "timed": True, "requests": 1, "input": 10, "output": 5}
    return row | {"cache_read": 0, "cache_write": 0, "cost": 100, "cost_source": "reported"} | said


OLD = [
    old_event(1, "plain", NOW),
    old_event(2, "tokens", NOW, input=7, output=2**40, cache_read=3, cache_write=4, requests=6, cost=2**53 + 1),
    old_event(3, "fallback", NOW, model="who-knows", cost=900, cost_source="fallback"),
    old_event(4, "fallback too", NOW - 3 * DAY, model="who-knows", cost=90, cost_source="fallback", provider="vendor"),
    old_event(5, "priced", NOW - 40 * DAY, model="opus", provider="vendor", cost=5, cost_source="priced"),
    old_event(6, "untimed", MIDNIGHT + timedelta(microseconds=1), timed=False),
    old_event(7, "twice", NOW - 2 * DAY, cost=1),  # the same id on two days: these were two events
    old_event(8, "twice", NOW - DAY, cost=2),
    old_event(9, "żółć's <scope>", NOW, scope="platform/żółć", user="", source='it\'s "odd" %s'),
]
SEEN = [(row["at"].date(), row["key"]) for row in OLD] + [
    (date(2026, 11, 26), key("untimed")),  # an event without a time is marked on the day before, too
    (date(2026, 11, 28), key("untimed")),  # and where it was sent again after midnight
    (date(2026, 11, 20), key("nothing left of it")),
]


def insert(connection: Connection, table: str, *rows: dict[str, Any]) -> None:
    """Rows as the first version's code wrote them: moments as the driver's own."""
    sqlite = connection.dialect.name == "sqlite"
    plain = [{name: micros(v) if sqlite and isinstance(v, datetime) else v for name, v in row.items()} for row in rows]
    names = list(plain[0])
    quoted, values = ", ".join(f'"{name}"' for name in names), ", ".join(f":{name}" for name in names)
    connection.execute(text(f"INSERT INTO {table} ({quoted}) VALUES ({values})"), plain)


def fill(connection: Connection) -> None:
    insert(connection, "events", *OLD)
    insert(connection, "seen", *({"day": day_number(day), "key": each} for day, each in SEEN))
    insert(connection, "counters", {"quota": SEARCH, "start": MONTH.start, "end": MONTH.end, "spent": usd(8_420)})
    insert(connection, "days", {"quota": SEARCH, "day": 20261126, "spent": usd(420)})
    insert(connection, "unpriced", {"model": "who-knows", "events": 2, "cost": 990})
    insert(connection, "posts", {"thing": "warning:1", "place": "channel", "channel": "C1", "ts": "1.2", "digest": "d"})
    after = {"id": "R1", "said": "then"}
    entry = {"subject": "R1", "seq": 1, "at": NOW, "by": "U1", "did": "asked", "after": json.dumps(after)}
    insert(connection, "record", entry | {"previous": "0" * 64, "digest": "f" * 64})


@pytest.fixture
def old(blank: str) -> Iterator[Connection]:
    """A connection to a database of the first version."""
    database = connect(blank)
    with database.writing() as connection:
        schema.upgrade(connection, "0001")
        yield connection
    database.engine.dispose()


@pytest.fixture
def migrated(blank: str, old: Connection) -> Iterator[Store]:
    fill(old)
    old.commit()
    store = open_store(blank, ManualClock(NOW))
    assert not store.ready()
    store.migrate()
    assert store.ready()
    yield store
    store.close()


def test_every_event_is_found_whole_under_its_key(migrated: Store) -> None:
    with migrated.reads() as unit:
        for row in OLD:
            found = unit.meter.find(row["key"], [row["at"].date()])
            assert found, row
            reported = row["cost"] if row["cost_source"] == "reported" else None
            tokens = Tokens(row["input"], row["output"], row["cache_read"], row["cache_write"])
            names = ("key", "at", "scope", "model", "user", "source", "provider", "timed", "requests")
            usage = Usage(**{name: row[name] for name in names}, tokens=tokens, cost=reported)
            source = CostSource(row["cost_source"])
            series = Series(row["scope"], row["model"], row["provider"], "", "", "", "", source, "base")
            assert found == (Costed(usage, row["cost"], source), series)


def test_an_event_without_a_time_is_found_on_every_day_on_which_it_was_marked_as_seen_first(migrated: Store) -> None:
    with migrated.reads() as unit:
        days = [MIDNIGHT.date() + n * DAY for n in (-1, 0, 1)]
        found = [unit.meter.find(key("untimed"), [day]) for day in days]
        assert [event and event[0].usage.at for event in found] == [OLD[5]["at"], OLD[5]["at"], None]
        assert unit.meter.find(key("untimed"), days) == found[0]


def test_what_was_seen_is_seen(migrated: Store) -> None:
    with migrated.units() as unit:
        assert unit.meter.fresh(SEEN) == set()
        assert unit.meter.fresh([(date(2026, 11, 20), key("plain"))]) == {key("plain")}


def test_what_is_sent_again_after_the_migration_is_not_counted_again_and_what_is_new_is(migrated: Store) -> None:
    again = [Usage(row["key"], row["at"], "platform/search", "mini", Tokens(1), 100, timed=row["timed"]) for row in OLD]
    new = Usage(key("new"), NOW, "platform/search", "mini", Tokens(1), usd(1))
    recorded = record([*again, new], policy=POLICY, prices={}, units=migrated.units, now=NOW)
    assert (recorded.accepted, recorded.duplicates) == (1, len(OLD))
    (counter,) = recorded.counters
    assert (counter.spent, counter.version) == (usd(8_421), 2)
    with migrated.reads() as unit:
        assert unit.meter.find(key("new"), [NOW.date()])
        assert unit.meter.find(key("plain"), [NOW.date()])
        slices = unit.meter.slices(NOW.date(), NOW.date(), "platform/search")
    assert [each.sums.events for each in slices if each.series == MINI] == [3], "the old series goes on"


def test_counters_days_and_everything_else_stand_as_they_stood(migrated: Store) -> None:
    with migrated.reads() as unit:
        assert unit.meter.spent(SEARCH, MONTH) == usd(8_420)
        assert unit.meter.counters(NOW)[0].version == 1
        assert unit.meter.days(SEARCH, date(2026, 11, 1), date(2026, 11, 30)) == {date(2026, 11, 26): usd(420)}
        post, last = unit.posts.get("warning:1", "channel"), unit.record.last("R1")
    assert post and post.ts == "1.2"
    assert last and (last.after, last.at, last.digest) == ({"id": "R1", "said": "then"}, NOW, "f" * 64)


def test_a_quota_is_metered_since_its_first_window_and_its_counter_is_not_counted_again(migrated: Store) -> None:
    with migrated.reads() as unit:
        assert unit.meter.known() == {SEARCH: Metered(SEARCH, MONTH.start, "")}
    like = kit(Memory(), POLICY.quotas)
    recounting.recount(replace(like, policy=POLICY, units=migrated.units, reads=migrated.reads, clock=ManualClock(NOW)))
    with migrated.reads() as unit:
        assert unit.meter.spent(SEARCH, MONTH) == usd(8_420)


def test_the_sums_of_the_fallback_are_those_that_were_kept_beside_the_events(migrated: Store) -> None:
    with migrated.reads() as unit:
        assert unit.meter.unpriced(date(2026, 1, 1), date(2026, 12, 31)) == {"who-knows": (2, 990)}


def test_the_daily_sums_are_those_of_the_events(migrated: Store) -> None:
    with migrated.reads() as unit:
        slices = unit.meter.slices(date(2026, 1, 1), date(2026, 12, 31))
    assert sum(each.sums.events for each in slices) == len(OLD)
    assert sum(each.sums.cost for each in slices) == sum(row["cost"] for row in OLD)
    assert Slice(NOW.date(), MINI, Sums(2, 7, 17, 2**40 + 5, 3, 4, 2**53 + 101)) in slices


def test_a_database_of_many_events_is_carried_over_whole(blank: str, old: Connection) -> None:
    events = [old_event(n, n, NOW - n * timedelta(minutes=1), model=f"model-{n % 7}") for n in range(1, TALL + 1)]
    insert(old, "events", *events)
    insert(old, "seen", *({"day": day_number(row["at"].date()), "key": row["key"]} for row in events))
    old.commit()
    store = open_store(blank, ManualClock(NOW))
    store.migrate()
    with store.units() as unit:
        slices = unit.meter.slices(date(2026, 1, 1), date(2026, 12, 31))
        assert sum(each.sums.events for each in slices) == TALL
        assert len({each.series for each in slices}) == 7
        assert all(unit.meter.find(row["key"], [row["at"].date()]) for row in events[:: TALL // 50])
        assert unit.meter.fresh([(row["at"].date(), row["key"]) for row in events]) == set()
    store.close()
