"""From the wire to the database and back: an event keeps all it said, and under which approval it was spent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store, open_store
from bot.web.usage import key_of
from tests.contract.given import decided, override
from tests.edges.door import NOW, TEAM, Door, event, opened
from tests.fakes.clock import ManualClock
from workflows.money import usd
from workflows.requests import State
from workflows.spend import Costed, CostSource, Series, Tokens, Usage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHOLE = {
    "scope": TEAM,
    "model": "opus-5",
    "provider": "anthropic",
    "input_tokens": 9_000,
    "output_tokens": 400,
    "cache_read_tokens": 70_000,
    "cache_write_tokens": 1_200,
    "requests": 3,
    "cost_usd": "12.345678901",
    "user": "ada@acme.example",
    "team": "Search",
    "use_case": "Re-ranking",
    "environment": "prod",
    "latency_ms": 1_840,
    "ended": "ok",
}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


def sent(door: Door, number: object, at: datetime = NOW, **data: Any) -> None:
    said = event(number) | {"time": at.isoformat(), "data": WHOLE | data}
    assert door.post(said).json() == {"accepted": 1, "duplicates": 0, "refused": []}


def kept(store: Store, number: object, at: datetime = NOW) -> tuple[Costed, Series]:
    with store.reads() as unit:
        found = unit.meter.find(key_of("gateway", str(number)), [at.date()])
    assert found
    return found


def approval(door: Door, number: object, at: datetime = NOW) -> str:
    return kept(door.store, number, at)[1].approval


def grants(door: Door, name: str, starts: datetime, ends: datetime) -> None:
    """An override of $50 on the team's quota that ran then, and is gone if that is over."""
    asked = decided(f"R-{name}", starts - HOUR, State.APPROVED)
    asked = replace(asked, case=replace(asked.case, quota="team"))
    gone = ends if ends <= NOW else None
    with door.store.units() as unit:
        unit.requests.add(asked)
        unit.overrides.add(override(asked, id=f"O-{name}", amount=usd(50), starts=starts, ends=ends, gone=gone))
        unit.commit()


def test_an_event_is_read_back_whole_by_another_process(door: Door, tmp_path: Path) -> None:
    sent(door, "call-1")
    another = open_store(f"sqlite:///{tmp_path / 'leeway.db'}", ManualClock(NOW))
    usage = Usage(
        key=key_of("gateway", "call-1"),
        at=NOW,
        scope=TEAM,
        model="opus-5",
        tokens=Tokens(input=9_000, output=400, cache_read=70_000, cache_write=1_200),
        cost=12_345_678_901,
        requests=3,
        user="ada@acme.example",
        source="gateway",
        provider="anthropic",
        timed=True,
        team="Search",
        use_case="Re-ranking",
        environment="prod",
        ended="ok",
        latency=1_840,
    )
    series = Series(TEAM, "opus-5", "anthropic", "Search", "Re-ranking", "prod", "ok", CostSource.REPORTED, "base")
    assert kept(another, "call-1") == (Costed(usage, 12_345_678_901, CostSource.REPORTED), series)
    another.close()


def test_what_was_not_said_is_known_not_to_be(door: Door) -> None:
    assert door.post(event("bare", model="who-knows")).status_code == 200
    (usage, cost, source), series = kept(door.store, "bare")
    assert (usage.cost, cost, source, usage.timed, usage.latency) == (None, 0, CostSource.FALLBACK, False, None)
    assert (usage.user, series.team, series.use_case, series.environment, series.ended) == ("", "", "", "", "")


def test_the_approval_is_base_then_the_override_s_then_beyond_and_a_refused_call_s_is_its_own(door: Door) -> None:
    grants(door, "NOW", NOW - HOUR, NOW + HOUR)
    sent(door, "within", cost_usd="99")
    sent(door, "the last within", cost_usd="5")
    sent(door, "under it", cost_usd="5")
    sent(door, "before it", NOW - 2 * HOUR, cost_usd="5")
    sent(door, "refused", cost_usd="0", ended="refused")
    at = {"before it": NOW - 2 * HOUR}
    said = [approval(door, name, at.get(name, NOW)) for name in ("within", "the last within", "under it", "before it", "refused")]
    assert said == ["base", "base", "O-NOW", "beyond", "refused"]


def test_an_event_that_arrives_late_is_under_the_override_that_ran_when_it_happened(door: Door) -> None:
    """The override is over and gone from the store; nothing of today's decides about yesterday."""
    grants(door, "OVER", NOW - 3 * DAY, NOW - 2 * DAY)
    sent(door, "used up", cost_usd="100")
    late = NOW - 2.5 * DAY
    sent(door, "late", late, cost_usd="5")
    sent(door, "today", cost_usd="5")
    assert (approval(door, "late", late), approval(door, "today")) == ("O-OVER", "beyond")


def test_the_daily_sums_are_by_approval_too(door: Door) -> None:
    sent(door, 1, cost_usd="100")
    sent(door, 2, cost_usd="7")
    with door.store.reads() as unit:
        slices = unit.meter.slices(NOW.date(), NOW.date(), TEAM)
    assert {each.series.approval: (each.sums.cost, each.sums.latency, each.sums.clocked) for each in slices} == {
        "base": (usd(100), 1_840, 1),
        "beyond": (usd(7), 1_840, 1),
    }
