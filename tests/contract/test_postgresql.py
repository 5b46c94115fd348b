"""PostgreSQL: what only it can do, or suffer. Many write at once, connections get lost, servers have defaults of their own."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from sqlalchemy import make_url, text

from bot.store import Store, open_store
from bot.store.database import Database, connect
from tests.contract.given import DAY, HOUR, NOW, SEARCH, request, usage
from tests.contract.racing import race
from tests.fakes.clock import ManualClock
from tests.postgres import GUEST, LOCKED, PASSWORD, QUOTED, Server
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.metering import record
from workflows.money import usd
from workflows.policy import Organization, Policy
from workflows.ports import Rejected, Stale, Unavailable, UnitOfWork
from workflows.quotas import Quota
from workflows.requests import State

SYNC, SHOW = Effect(Do.SYNC_LIMIT, SEARCH), Effect(Do.SHOW_REQUEST, "R1")
POLICY = Policy(Organization("Acme", "Europe/Berlin"), (Quota(SEARCH, "platform/search", usd(10_000)),))
LAPSE = Alarm(Wake.LAPSE, "R1", NOW)


@pytest.fixture
def store(postgresql: str) -> Iterator[Store]:
    yield from opened(postgresql)


@pytest.fixture
def hasty(postgresql: str) -> Iterator[Store]:
    """The same database, for somebody who does not wait."""
    yield from opened(postgresql, patience=0.05)


@pytest.fixture
def database(postgresql: str) -> Iterator[Database]:
    made = connect(postgresql)
    yield made
    made.engine.dispose()


def opened(url: str, patience: float = 5) -> Iterator[Store]:
    made = open_store(url, ManualClock(NOW), patience=patience)
    yield made
    made.close()


def cut(server: Server, url: str) -> int:
    """Ends every connection to a database, as a restart of the server does; how many there were."""
    with server.admin("postgres") as admin:
        every = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = %s"
        found = admin.execute(every, (make_url(url).database,)).fetchone()
    assert found
    return int(found[0])


def failing(url: str, **how: float) -> str:
    """What is said to whoever opens a unit in a database that cannot be had."""
    store = open_store(url, ManualClock(NOW), **how)
    assert not store.ready()
    with pytest.raises(Unavailable) as caught, store.units():
        pass
    store.close()
    return str(caught.value)


def test_every_text_sorts_by_code_point(store: Store, database: Database) -> None:
    columns = "SELECT collation_name, count(*) FROM information_schema.columns WHERE table_schema = 'public'"
    ours = " AND data_type = 'character varying' AND table_name <> 'alembic_version' GROUP BY 1"
    with database.reading() as connection:
        [(collation, found)] = connection.execute(text(columns + ours)).all()
    assert collation == "C"
    assert found > 30


def test_whatever_the_server_is_set_to_a_unit_is_what_we_rely_on(database: Database) -> None:
    def shown(name: str) -> str:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar())

    names = ("transaction_isolation", "transaction_read_only", "timezone", "lock_timeout", "statement_timeout")
    with database.writing() as connection:
        assert [shown(name) for name in names] == ["read committed", "off", "UTC", "5s", "1min"]
    with database.reading() as connection:
        assert [shown(name) for name in names] == ["repeatable read", "on", "UTC", "5s", "1min"]


def test_options_of_the_url_are_kept_beside_ours(server: Server, postgresql: str) -> None:
    made = connect(f"{postgresql}&options=-c%20work_mem%3D5MB&application_name=mine")
    with made.reading() as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("work_mem", "timezone", "application_name")]
    made.engine.dispose()
    assert shown == ["5MB", "UTC", "mine"]


def test_a_row_that_another_unit_holds_is_unavailable_when_patience_ends(store: Store, hasty: Store) -> None:
    with store.units() as unit:
        unit.requests.add(request())
        unit.commit()
    later = request(version=2, state=State.DENIED, decided=NOW)
    with store.units() as holder, hasty.units() as unit:
        holder.requests.save(later)
        with pytest.raises(Unavailable, match="lock timeout"):
            unit.requests.save(later)


def test_a_statement_that_takes_too_long_is_unavailable(database: Database) -> None:
    with database.writing() as connection, pytest.raises(Unavailable, match="statement timeout"):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 1")
        connection.exec_driver_sql("SELECT pg_sleep(60)")


def test_after_a_restart_of_the_server_the_next_unit_finds_it(server: Server, store: Store, postgresql: str) -> None:
    with store.units() as unit, store.reads() as look:
        unit.requests.add(request())
        unit.commit()
        assert look.requests.get("R1")
    assert cut(server, postgresql) == 2
    with store.reads() as unit:
        assert unit.requests.get("R1") == request()
    with store.units() as unit:
        unit.outbox.put(SHOW, NOW)
        unit.commit()


@pytest.mark.parametrize("when", ["before a statement", "before the commit"])
def test_a_connection_that_is_lost_in_a_unit_leaves_nothing(server: Server, store: Store, postgresql: str, when: str) -> None:
    with pytest.raises(Unavailable, match="the database did not answer"), store.units() as unit:
        unit.requests.add(request())
        cut(server, postgresql)
        if when == "before a statement":
            unit.requests.get("R1")
        unit.commit()
    with store.units() as unit:
        assert unit.requests.get("R1") is None


def test_of_two_units_that_wait_for_each_other_one_is_stale(store: Store) -> None:
    names = ["R1", "R2"]
    with store.units() as unit:
        for name in names:
            unit.requests.add(request(name, quota=name))
        unit.commit()
    taken = {name: Event() for name in names}

    def decide(first: str, second: str) -> bool:
        with store.units() as unit:
            save(unit, first)
            taken[first].set()
            assert taken[second].wait(10)
            try:
                save(unit, second)
            except Stale:
                return False
            unit.commit()
            return True

    assert sorted(race(lambda: decide("R1", "R2"), lambda: decide("R2", "R1"))) == [False, True]


def save(unit: UnitOfWork, name: str) -> None:
    unit.requests.save(request(name, quota=name, version=2, state=State.DENIED, decided=NOW))


def test_units_that_ask_for_the_same_effects_in_any_order_do_not_wait_for_each_other(store: Store) -> None:
    """Each writes its rows in the order of their keys, whatever the order it asked in: 20 times, and nobody is Stale."""

    def ask(*effects: Effect) -> None:
        for _ in range(20):
            with store.units() as unit:
                for effect in effects:
                    unit.outbox.put(effect, NOW)
                unit.commit()

    race(lambda: ask(SYNC, SHOW), lambda: ask(SHOW, SYNC))
    with store.units() as unit:
        assert [errand.generation for errand in unit.outbox.claim(NOW, NOW + HOUR, 9)] == [40, 40]


class Slow:
    """Units of a writer who has written and does not commit before `go`; `opened` counts them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.opened = 0
        self.wrote, self.go = Event(), Event()

    @contextmanager
    def __call__(self) -> Iterator["Slow"]:
        self.opened += 1
        with self._store.units() as self._unit:
            yield self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def commit(self) -> None:
        self.wrote.set()
        assert self.go.wait(10)
        self._unit.commit()


@pytest.mark.parametrize("names", ["aaa", "abc"], ids=["the same events", "events of the same days"])
def test_batches_in_any_order_take_rows_in_one_so_that_no_writer_waits_for_one_that_waits_for_it(
    server: Server, store: Store, postgresql: str, names: str
) -> None:
    """The first writer holds the middle rows until the others, who come from both ends, wait for it or for each other."""
    first, *others = slow = [Slow(store) for _ in names]
    whole = [[usage(f"{name}{n}".encode(), at=NOW - n * DAY) for n in range(5)] for name in names]
    batches = [whole[0][2:3], whole[1], whole[2][::-1]]

    def write(number: int) -> int:
        units: Any = slow[number]
        return record(batches[number], policy=POLICY, prices={}, units=units, now=NOW).accepted

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(write, 0)]
        assert first.wrote.wait(10)
        for number, each in enumerate(others, start=1):
            each.go.set()
            done.append(pool.submit(write, number))
        assert eventually(server, postgresql, "wait_event_type = 'Lock'", 2, done[1])
        first.go.set()
        assert sum(each.result(10) for each in done) == len({event.key for batch in batches for event in batch})
    assert [each.opened for each in slow] == [1, 1, 1], "somebody was first, and somebody had to begin again"


def test_an_alarm_that_rings_is_left_to_whoever_has_it(store: Store) -> None:
    with store.units() as unit:
        unit.agenda.set(LAPSE)
        unit.commit()
    with store.units() as ringing, store.units() as deciding:
        assert ringing.agenda.due(NOW, 1) == [LAPSE]
        deciding.agenda.drop(LAPSE)
        deciding.commit()
        assert deciding.agenda.due(NOW, 1) == []
        ringing.agenda.drop(LAPSE)
        ringing.commit()
    with store.units() as unit:
        assert unit.agenda.due(NOW, 1) == []


def test_of_many_alarms_each_worker_takes_others_while_none_waits(store: Store) -> None:
    alarms = [dataclasses.replace(LAPSE, key=f"R{n}") for n in range(4)]
    with store.units() as unit:
        for alarm in alarms:
            unit.agenda.set(alarm)
        unit.commit()
    with store.units() as one, store.units() as two, store.reads() as look:
        assert one.agenda.due(NOW, 2) == alarms[:2]
        assert two.agenda.due(NOW, 9) == alarms[2:]
        assert look.agenda.due(NOW, 9) == alarms


def test_a_server_with_no_connection_left_is_unavailable(server: Server, postgresql: str, store: Store) -> None:
    with server.admin("postgres") as admin:
        admin.execute(f"ALTER DATABASE {make_url(postgresql).database} CONNECTION LIMIT 1")
    with store.reads():
        assert "too many connections" in failing(postgresql)


def test_a_server_that_is_not_there_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = tmp_path_factory.getbasetemp()
    said = failing(f"postgresql://leeway:{QUOTED}@/leeway?host={nowhere}")
    assert "No such file or directory" in said
    assert PASSWORD not in said
    assert QUOTED not in said


def test_a_wrong_password_is_said_and_not_shown(server: Server) -> None:
    with server.database() as name:
        url = server.url(name, user=f"{LOCKED}:{QUOTED}")
        store = open_store(url, ManualClock(NOW))
        assert store.ready()
        store.close()
        said = failing(url.replace(QUOTED, "hunter2%40hunter2"))
    assert f'password authentication failed for user "{LOCKED}"' in said
    assert "hunter2" not in said


def test_a_database_that_is_not_there_is_said(server: Server) -> None:
    assert 'database "nope" does not exist' in failing(server.url("nope"))


def test_an_option_that_does_not_exist_is_said(server: Server, postgresql: str) -> None:
    assert 'invalid connection option "colour"' in failing(f"{postgresql}&colour=red")


def test_a_database_that_cannot_hold_every_text_is_refused(server: Server) -> None:
    with server.admin("postgres") as admin:
        admin.execute("CREATE DATABASE latin OWNER leeway ENCODING 'LATIN1' TEMPLATE template0")
    store = open_store(server.url("latin"), ManualClock(NOW))
    with pytest.raises(Rejected, match="encoded as LATIN1"):
        store.migrate()
    store.close()


def test_whoever_may_not_make_tables_is_told_who_may(server: Server) -> None:
    with server.database("template0") as name:
        store = open_store(server.url(name, user=GUEST), ManualClock(NOW))
        with pytest.raises(Rejected, match="permission denied for schema public; the user of DATABASE_URL must own the database"):
            store.migrate()
        store.close()


def test_whoever_migrates_is_waited_for_longer_than_a_row_is(server: Server) -> None:
    with server.database("template0") as name:
        url = server.url(name)
        first, second = connect(url), open_store(url, ManualClock(NOW), patience=0.05)
        with first.writing() as connection, ThreadPoolExecutor(1) as pool:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7105395411)")
            waits = pool.submit(second.migrate)
            long = "wait_event = 'advisory' AND clock_timestamp() - query_start > '0.1 s'"
            assert eventually(server, url, long, 1, waits)
            connection.commit()
            waits.result(10)
        assert second.ready()
        second.close()
        first.engine.dispose()


def eventually(server: Server, url: str, what: str, many: int, work: "Future[Any]") -> bool:
    """Whether so many connections of a database come to a state of pg_stat_activity before some work ends."""
    with server.admin("postgres") as admin:
        while not work.done():
            look = f"SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND {what}"
            if admin.execute(look, (make_url(url).database,)).fetchone() == (many,):
                return True
    return False
