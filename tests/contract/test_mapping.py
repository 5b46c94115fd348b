"""What goes into the database comes out equal, whatever people type and whenever they do."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from bot.store import Store, mapping, tables
from bot.store.columns import Day, Text, day_number, micros, moment
from bot.store.database import connect
from tests.contract.anything import MOMENT, TEXT, anything
from tests.contract.given import NOW, request
from workflows.amendments import Report
from workflows.audit import Entry
from workflows.denials import Denied
from workflows.effects import Alarm, Effect
from workflows.money import LARGEST
from workflows.overrides import Outcome, Override
from workflows.ports import Errand, Post
from workflows.quotas import Notice
from workflows.requests import Request
from workflows.spend import Costed, CostSource, Series
from workflows.spikes import Spike
from workflows.violations import Violation

Mapped = tuple[type, Table, Callable[[Any], dict[str, Any]], Callable[[Any], Any]]

MAPPED: list[Mapped] = [
    (Request, tables.requests, mapping.request_row, mapping.request_of),
    (Override, tables.overrides, mapping.override_row, mapping.override_of),
    (Outcome, tables.outcomes, mapping.outcome_row, mapping.outcome_of),
    (Entry, tables.record, mapping.entry_row, mapping.entry_of),
    (Alarm, tables.agenda, mapping.alarm_row, mapping.alarm_of),
    (Post, tables.posts, mapping.post_row, mapping.post_of),
    (Report, tables.reports, mapping.report_row, mapping.report_of),
    (Denied, tables.denials, mapping.denied_row, mapping.denied_of),
    (Spike, tables.spikes, mapping.spike_row, mapping.spike_of),
    (Violation, tables.violations, mapping.violation_row, mapping.violation_of),
    (Notice, tables.notices, lambda notice: mapping.notice_row(notice, True), mapping.notice_of),
]

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@pytest.fixture
def connection(store: Store, database: str) -> Iterator[Connection]:
    engine = connect(database).engine
    with engine.connect() as made:
        yield made
    engine.dispose()


def there_and_back(connection: Connection, table: Table, row: dict[str, Any]) -> Any:
    with connection.begin() as work:
        # The values come alone, without the rows they name; nothing here is committed.
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        elif table.foreign_key_constraints:
            names = ", ".join(f"DROP CONSTRAINT {key.name}" for key in table.foreign_key_constraints)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} {names}")
        connection.execute(insert(table), row)
        found = connection.execute(select(table)).mappings().one()
        work.rollback()
    return found


@pytest.mark.parametrize(("kind", "table", "to", "of"), MAPPED, ids=lambda part: getattr(part, "__name__", None))
@many
@given(data=st.data())
def test_every_value_comes_back_equal(
    connection: Connection, data: st.DataObject, kind: Any, table: Any, to: Any, of: Any
) -> None:
    value = data.draw(anything(kind))
    assert of(there_and_back(connection, table, to(value))) == value


@many
@given(costed=anything(Costed), approval=TEXT)
def test_every_event_comes_back_equal_with_its_series(store: Store, database: str, costed: Costed, approval: str) -> None:
    shared = [getattr(costed.usage, name) for name in Series._fields if hasattr(costed.usage, name)]
    series = Series(*shared, costed.source, approval)
    event = dict(zip(mapping.EVENT, mapping.event_row(costed, 1, 2, costed.usage.at), strict=True))
    with connect(database).engine.connect() as connection:
        row = there_and_back(connection, tables.events, event)
        kept = there_and_back(connection, tables.series, dict(zip(mapping.SERIES, (2, *series), strict=True)))
    assert mapping.event_of({**kept, **row}) == (costed, series)


@given(st.lists(TEXT, min_size=8, max_size=8), st.lists(TEXT, min_size=8, max_size=8))
def test_two_series_have_one_id_only_when_they_are_one(one: list[str], two: list[str]) -> None:
    first, second = (Series(*said[:7], CostSource.PRICED, said[7]) for said in (one, two))
    assert (mapping.series_id(first) == mapping.series_id(second)) == (first == second)
    assert 0 <= mapping.series_id(first) <= LARGEST


@many
@given(effect=anything(Effect), at=MOMENT)
def test_any_effect_comes_back_as_an_errand(store: Store, effect: Effect, at: datetime) -> None:
    with store.units() as unit:
        unit.outbox.put(effect, at)
        assert unit.outbox.claim(at, at, 1) == [Errand(effect, 1, 0, at)]


@given(MOMENT)
def test_a_moment_is_kept_to_the_microsecond(at: datetime) -> None:
    assert moment(micros(at)) == at
    assert moment(micros(at)).tzinfo is UTC


@given(MOMENT, MOMENT)
def test_moments_are_stored_in_their_order(one: datetime, two: datetime) -> None:
    assert (micros(one) < micros(two)) == (one < two)


@given(st.text("\x00\x01\x02a"), st.text("\x00\x01\x02a"))
def test_texts_are_stored_in_their_order_on_postgresql_too_which_has_no_nul(one: str, two: str) -> None:
    kept = [Text().process_bind_param(text, postgresql.dialect()) or "" for text in (one, two)]
    assert (kept[0] < kept[1]) == (one < two)
    assert "\x00" not in kept[0]
    assert Text().process_result_value(kept[0], postgresql.dialect()) == one


@given(st.dates(), st.dates())
def test_days_are_stored_in_their_order_and_come_back(one: date, two: date) -> None:
    assert (day_number(one) < day_number(two)) == (one < two)
    assert Day().process_result_value(day_number(one), None) == one


def test_both_halves_of_an_hour_that_comes_twice_are_kept_apart(store: Store) -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=warsaw, fold=fold) for fold in (0, 1))
    with store.units() as unit:
        unit.requests.add(request("R1", at=first))
        unit.requests.add(request("R2", at=second, quota="another"))
        stored = [unit.requests.get(name) for name in ("R1", "R2")]
    assert [r.submitted for r in stored if r] == [first.astimezone(UTC), first.astimezone(UTC) + timedelta(hours=1)]


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with store.units() as unit, pytest.raises(StatementError, match="has no time zone"):
        unit.requests.add(request(at=NOW.replace(tzinfo=None)))
