"""Corrections and outcomes over HTTP: what is booked, what is refused and with which words, and who may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.auditing import wrong
from bot.store import Scope
from bot.web.usage import key_of
from tests.edges.door import NOW, TEAM, Door, event, opened
from workflows.corrections import subject
from workflows.money import usd
from workflows.outcomes import Yield
from workflows.ports import Unavailable, UnitOfWork

WEEK = timedelta(days=7)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


def fix(number: object, corrects: object = 1, **data: Any) -> dict[str, Any]:
    said = {"corrects": str(corrects), "source": "gateway", "reason": "billed twice"} | data
    head = {"specversion": "1.0", "type": "ai.leeway.usage.correction", "source": "finance", "id": str(number)}
    return head | {"data": said}


def outcome(number: object, **data: Any) -> dict[str, Any]:
    said = {"scope": TEAM, "metric": "tickets resolved", "count": 40} | data
    head = {"specversion": "1.0", "type": "ai.leeway.outcome", "source": "helpdesk", "id": str(number)}
    return head | {"time": NOW.isoformat(), "data": said}


def restatement(number: object, corrects: object = 1, **data: Any) -> dict[str, Any]:
    said = {"corrects": str(corrects), "source": "helpdesk", "reason": "a typing error"} | data
    return fix(number) | {"type": "ai.leeway.outcome.correction", "data": said}


def spent(door: Door, quota: str = "team") -> int:
    return int(door.quota(quota)["spent"])


def yields(door: Door) -> list[Yield]:
    with door.store.reads() as unit:
        return [one for one in unit.yields.sums((NOW - WEEK).date(), NOW.date()) if any(one[4:])]


def refused(door: Door, said: Any) -> tuple[str, str]:
    answer = door.post(said)
    (one,) = answer.json()["refused"]
    assert (answer.status_code, answer.json()["accepted"]) == (422, 0)
    return one["field"], one["reason"]


# Corrections.


def test_an_event_is_void_once_it_is_corrected_and_sending_that_again_changes_nothing(door: Door) -> None:
    assert door.post([event(1, cost_usd=5), event(2, cost_usd=3)]).json()["accepted"] == 2
    assert door.post(fix("c-1", void=True)).json() == {"accepted": 1, "duplicates": 0, "refused": []}
    assert door.post([fix("c-1", void=True)]).json() == {"accepted": 0, "duplicates": 1, "refused": []}
    assert (spent(door), spent(door, "all")) == (usd(3), usd(3))


def test_a_batch_may_bring_events_outcomes_and_what_puts_them_right(door: Door) -> None:
    batch = [fix("c-1", void=True), event(1, cost_usd=5), outcome(1), restatement("r-1", count=4), event(2, cost_usd=3)]
    assert door.post(batch).json() == {"accepted": 5, "duplicates": 0, "refused": []}
    assert door.post(batch).json() == {"accepted": 0, "duplicates": 5, "refused": []}
    assert spent(door) == usd(3)
    assert [one.quantity for one in yields(door)] == [4]


def test_every_field_may_be_replaced_and_written_as_producers_write(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    said = {"scope": "platform", "model": "mini", "provider": "openai", "team": "T", "use_case": "chat", "environment": "prod"}
    said |= {"ended": "error", "user": "bob", "input_tokens": "7", "output_tokens": 8, "cache_read_tokens": 9}
    said |= {"cache_write_tokens": "10", "requests": 2, "latency_ms": "50", "cost_usd": "1.25"}
    assert door.post(fix("c-1", **said)).json()["accepted"] == 1
    assert (spent(door), spent(door, "all")) == (0, usd("1.25"))
    with door.store.reads() as unit:
        (entry,) = unit.record.chain(subject(key_of("gateway", "1")))
    assert entry.after["now"] == {
        "scope": "platform", "model": "mini", "provider": "openai", "team": "T", "use_case": "chat", "environment": "prod",
        "ended": "error", "user": "bob", "requests": 2, "latency": 50, "input": 7, "output": 8, "cache_read": 9,
        "cache_write": 10, "cost": usd("1.25"), "cost_source": "reported",
    }  # fmt: skip


def test_the_source_of_the_original_is_the_correction_s_own_unless_it_says_another(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    mine = fix("c-1", void=True) | {"source": "gateway"}
    del mine["data"]["source"]
    assert door.post(mine).json()["accepted"] == 1
    assert spent(door) == 0


def test_a_correction_may_have_the_id_of_what_it_corrects(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    first = fix(1, cost_usd=4) | {"source": "gateway"}
    assert door.post(first).json()["accepted"] == 1
    assert door.post([event(1, cost_usd=5), first]).json()["duplicates"] == 2
    assert door.post(fix("c-2", cost_usd=3)).json()["accepted"] == 1
    assert spent(door) == usd(3)


def test_an_event_of_another_door_is_named_by_its_key(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    assert door.post(fix("c-1", f"key:{key_of('gateway', '1').hex()}", void=True)).json()["accepted"] == 1
    assert spent(door) == 0


def test_the_record_bears_the_name_of_the_token_and_verifies(door: Door) -> None:
    door.post([event(1, cost_usd=5), outcome(1)])
    token = door.token(Scope.INGEST, Scope.CORRECT)
    batch = [fix("c-1", cost_usd=2), restatement("r-1", void=True)]
    answer = door.client.post("/v1/events", json=batch, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["accepted"] == 2
    with door.store.reads() as unit:
        entries = [unit.record.chain(name)[0] for name in unit.record.subjects()]
        assert {(e.by, e.did, e.after["reason"]) for e in entries} == {
            ("token:only correct ingest", "corrected", "billed twice"),
            ("token:only correct ingest", "voided", "a typing error"),
        }
        assert [wrong(unit, name) for name in unit.record.subjects()] == ["", ""]


def test_a_token_that_may_only_report_usage_cannot_make_spend_vanish(door: Door) -> None:
    door.post([event(1, cost_usd=5), outcome(1)])
    headers = {"Authorization": f"Bearer {door.token(Scope.INGEST)}"}
    batch = [event(2, cost_usd=1), fix("c-1", void=True), restatement("r-1", void=True)]
    answer = door.client.post("/v1/events", json=batch, headers=headers).json()
    said = 'this token may not correct: make one with "leeway token create --scope ingest --scope correct"'
    assert (answer["accepted"], answer["duplicates"]) == (1, 0)
    assert answer["refused"] == [{"index": n, "field": "type", "reason": said} for n in (1, 2)]
    assert (spent(door), [one.quantity for one in yields(door)]) == (usd(6), [40])


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        (fix("c-1", "nobody", void=True), "data.corrects", "is nothing that was counted"),
        (fix("c-1", void=True, source="elsewhere"), "data.corrects", "is nothing that was counted"),
        (fix("c-1", cost_usd=5), "data", "says what is counted already"),
        (fix("c-1"), "data", "says what is counted already"),
        (fix("c-1", void=True, cost_usd=5), "data.void", "leaves nothing to be replaced"),
        (fix("c-1", void=True, reason=" \n"), "data.reason", "must say why"),
        (fix("c-1", void=True, reason="x" * 501), "data.reason", "500 are the most"),
        (fix("c-1", void="yes"), "data.void", "must be true or false, not text"),
        (fix("c-1", cost_usd=-5), "data.cost_usd", "must not be negative"),
        (fix("c-1", input_tokens=-5), "data.input_tokens", "must not be negative"),
        (fix("c-1", input_token=5), "data.input_token", 'is no field of this; did you mean "input_tokens"?'),
        (fix("c-1", time=NOW.isoformat()), "data.time", "is no field of this"),
        (fix("c-1", scope=TEAM + "x"), "data.scope", f'is not in app.yaml; did you mean "{TEAM}"?'),
        (fix("c-1", model=" "), "data.model", "must not be empty"),
        (fix("c-1", ended="lost"), "data.ended", "must be ok, error, refused"),
        (fix("", void=True), "id", "must not be empty"),
        (fix("c-1", void=True) | {"specversion": "0.3"}, "specversion", 'must be "1.0"'),
        (fix("c-1", output_tokens=10**12, cost_usd=None), "data", "says what is counted already"),
    ],
)
def test_a_correction_that_cannot_be_booked_says_why(door: Door, said: Any, field: str, reason: str) -> None:
    door.post(event(1, cost_usd=5, output_tokens=10**12))
    found, words = refused(door, said)
    assert found == field
    assert reason in words
    assert spent(door) == usd(5)


def test_without_a_reason_or_an_original_there_is_no_correction(door: Door) -> None:
    for missing in ("reason", "corrects"):
        said = fix("c-1", void=True)
        del said["data"][missing]
        assert refused(door, said) == (f"data.{missing}", "is missing")


def test_what_would_come_to_more_than_any_call_is_refused(door: Door) -> None:
    door.post(event(1))
    field, reason = refused(door, fix("c-1", output_tokens=10**12))
    assert (field, reason) == ("data", "comes to $25,000,000.01; are these tokens of one event?")


def test_of_two_who_correct_the_same_at_once_one_wins_and_the_other_is_told_which(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: door.post(fix(f"c-{n}", cost_usd=n)).json(), range(8)))
    (winner,) = [n for n, answer in enumerate(answers) if answer["accepted"]]
    assert spent(door) == usd(winner)
    for n, answer in enumerate(answers):
        if n != winner:
            reason = f"was corrected already, by c-{winner} of finance; to change that, correct it"
            assert answer["refused"] == [{"index": 0, "field": "data.corrects", "reason": reason}]
    assert door.post(fix("after", f"c-{winner}", source="finance", cost_usd="0.5")).json()["accepted"] == 1
    assert spent(door) == usd("0.5")


def test_the_good_corrections_of_a_batch_are_booked_and_the_bad_ones_named(door: Door) -> None:
    door.post([event(n, cost_usd=1) for n in range(60)])
    batch = [fix(f"c-{n}", n, void=True) if n % 3 else fix(f"c-{n}", "nobody", void=True) for n in range(60)]
    answer = door.post(batch).json()
    assert answer["accepted"] == 40
    assert [one["index"] for one in answer["refused"]] == list(range(0, 60, 3))
    assert spent(door) == usd(20)


def test_a_correction_of_an_old_event_is_taken_longer_than_the_event_itself(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    door.clock.forward(timedelta(days=100))
    late = event(2, cost_usd=1) | {"time": NOW.isoformat()}
    answer = door.post([late, fix("c-1", void=True)]).json()
    refused = "is 100 days ago; events are taken up to 35 days late, and with ?history=1 in the address up to 400"
    assert (answer["accepted"], answer["refused"][0]["reason"]) == (1, refused)


def away() -> UnitOfWork:
    raise Unavailable("the database does not answer", timedelta(seconds=3))


def test_an_outage_asks_the_sender_to_come_back(tmp_path: Path) -> None:
    with opened(tmp_path, units=away) as door:
        for said in (fix("c-1", void=True), outcome(1), restatement("r-1", void=True)):
            answer = door.post(said)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


# Outcomes.


def test_an_outcome_counts_once_with_all_it_says(door: Door) -> None:
    said = outcome(1, hours_saved=12.5, value_usd="300.25", model="opus", use_case="Summaries")
    assert door.post([said, said]).json() == {"accepted": 1, "duplicates": 1, "refused": []}
    assert door.post(said).json()["duplicates"] == 1
    assert yields(door) == [Yield(NOW.date(), TEAM, "summaries", "tickets resolved", 1, 40, 45_000, usd("300.25"))]


def test_a_use_case_that_is_the_scope_has_no_name_below_it(door: Door) -> None:
    door.post([outcome(1, use_case="Search"), outcome(2)])
    assert [(one.use_case, one.quantity) for one in yields(door)] == [("", 80)]


def test_an_outcome_without_a_scope_is_attributed_as_usage_is(door: Door) -> None:
    said = outcome(1)
    del said["data"]["scope"]
    assert door.post(said).json()["accepted"] == 1
    assert [one.scope for one in yields(door)] == ["platform/unattributed"]


def test_a_count_of_nothing_is_a_report_and_a_fact(door: Door) -> None:
    assert door.post(outcome(1, count=0)).json()["accepted"] == 1
    assert [(one.reports, one.quantity) for one in yields(door)] == [(1, 0)]


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        ({"count": -1}, "data.count", "must not be negative"),
        ({"count": 1.5}, "data.count", "must be a whole number, not a fraction"),
        ({"count": "many"}, "data.count", "must be a whole number"),
        ({"metric": " "}, "data.metric", "must not be empty"),
        ({"metric": "x" * 301}, "data.metric", "300 are the most"),
        ({"hours_saved": -1}, "data.hours_saved", "must be from 0 to 1,000,000"),
        ({"hours_saved": "NaN"}, "data.hours_saved", "must be from 0 to 1,000,000"),
        ({"value_usd": -1}, "data.value_usd", "must not be negative"),
        ({"scope": "platform/nowhere"}, "data.scope", "is not in app.yaml"),
    ],
)
def test_an_outcome_that_cannot_be_right_says_why(door: Door, data: dict[str, Any], field: str, reason: str) -> None:
    found, words = refused(door, outcome(1, **data))
    assert found == field
    assert reason in words
    assert yields(door) == []


def test_an_outcome_is_taken_as_late_as_usage(door: Door) -> None:
    assert door.post(outcome(1) | {"time": (NOW - timedelta(days=35)).isoformat()}).json()["accepted"] == 1
    assert refused(door, outcome(2) | {"time": (NOW - timedelta(days=36)).isoformat()})[0] == "time"


def test_an_outcome_is_put_right_as_usage_is(door: Door) -> None:
    door.post(outcome(1, hours_saved=2))
    assert door.post(restatement("r-1", count="4", hours_saved="0.5", value_usd=7)).json()["accepted"] == 1
    assert yields(door) == [Yield(NOW.date(), TEAM, "", "tickets resolved", 1, 4, 1_800, usd(7))]
    assert refused(door, restatement("r-2", count=9)) == (
        "data.corrects",
        "was corrected already, by r-1 of finance; to change that, correct it",
    )
    assert refused(door, restatement("r-3", "nobody", void=True))[0] == "data.corrects"
    assert refused(door, restatement("r-4", tickets=9)) == ("data.tickets", "is no field of this")
    assert door.post(restatement("r-5", "r-1", source="finance", void=True)).json()["accepted"] == 1
    assert yields(door) == []


def test_usage_and_an_outcome_of_one_source_and_id_are_two_things(door: Door) -> None:
    same = outcome("day-1") | {"source": "gateway"}
    assert door.post([event("day-1", cost_usd=5), same]).json()["accepted"] == 2
    assert (
        door.post([fix("c-1", "day-1", void=True), restatement("r-1", "day-1", source="gateway", count=1)]).json()["accepted"]
        == 2
    )
    assert (spent(door), [one.quantity for one in yields(door)]) == (0, [1])


def test_a_correction_may_come_in_binary_mode(door: Door) -> None:
    door.post(event(1, cost_usd=5))
    said = fix("c-1", void=True)
    headers = {f"ce-{name}": said[name] for name in ("specversion", "type", "source", "id")}
    answer = door.client.post("/v1/events", json=said["data"], headers=headers)
    assert answer.json() == {"accepted": 1, "duplicates": 0, "refused": []}
    assert spent(door) == 0
