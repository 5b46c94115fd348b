"""`POST /v1/check` over HTTP, on SQLite: what is answered, with which words, and that it is what was just committed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy import event as sa_event

from bot.store import Scope, Store, open_store
from bot.web.asked import Asked
from tests.contract.racing import race
from tests.edges.door import ASK, NOW, POLICY, TEAM, Door, event, opened
from tests.fakes.clock import ManualClock
from workflows.admission import Estimate
from workflows.admitting import Gate
from workflows.attribution import Claim
from workflows.cases import Case, Impact, Term
from workflows.granting import grant
from workflows.metering import record, standing
from workflows.money import Unit, usd
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.ports import Unavailable, UnitOfWork
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.requests import Request
from workflows.rules import Data, Limit
from workflows.seats import Route
from workflows.spend import Tokens, Usage

HOUR = timedelta(hours=1)
ALLOWED = {
    "decision": "allow",
    "reason": f"{TEAM} has spent $84.20 this month; calls are allowed up to $100.",
    "counts_in": TEAM,
    "quota": "team",
    "scope": TEAM,
    "unit": "usd",
    "level": "warning",
    "spent": 84_200_000_000,
    "limit": 100_000_000_000,
    "estimate": 0,
    "remaining": 15_800_000_000,
    "resets_at": "2026-11-30T23:00:00Z",
    "ask": ASK,
    "command": f"/leeway request {TEAM}",
}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


@pytest.fixture(scope="module")
def porter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door for what does not depend on what came before: one will do for all."""
    with opened(tmp_path_factory.mktemp("door")) as open_door:
        yield open_door


def ask(door: Door, **said: Any) -> dict[str, Any]:
    answer = door.client.post("/v1/check", json={"scope": TEAM, "model": "opus"} | said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def spend(door: Door, dollars: object, number: object = 1, **said: Any) -> None:
    assert door.post(event(number, cost_usd=str(dollars), **said)).json()["accepted"] == 1


def test_an_answer_has_what_a_gateway_and_a_person_need(door: Door) -> None:
    spend(door, "84.2")
    assert ask(door) == ALLOWED
    quotas = ask(door, quotas=True)["quotas"]
    assert [(q["quota"], q["decision"], q["remaining"]) for q in quotas] == [
        ("team", "allow", 15_800_000_000),
        ("team tokens", "allow", 1_998_000),
        ("all", "allow", 915_800_000_000),
    ]


REASONS = [
    ("99.5", {"estimated_cost_usd": "0.50"}, "allow", "$99.50 this month; calls are allowed up to $100."),
    (
        *("100", {}, "needs_exception"),
        "$100 this month and has reached its soft limit of $100: calls need an approved exception until Tue 1 Dec, 00:00.",
    ),
    (
        *("99.5", {"estimated_cost_usd": 1}, "needs_exception"),
        "$99.50 this month; this call, estimated at $1, would go past its soft limit of $100 and needs an approved exception.",
    ),
    (
        *("120", {}, "deny"),
        "$120 this month and has reached its hard limit of $120: calls are stopped until Tue 1 Dec, 00:00.",
    ),
    (
        *("100", {"estimated_cost_usd": 20.01}, "deny"),
        "$100 this month; this call, estimated at $20.01, would go past its hard limit of $120 and is stopped.",
    ),
]


@pytest.mark.parametrize(("spent", "said", "decision", "reason"), REASONS)
def test_the_reason_is_one_exact_sentence(door: Door, spent: str, said: dict[str, Any], decision: str, reason: str) -> None:
    spend(door, spent)
    answer = ask(door, **said)
    assert (answer["decision"], answer["reason"]) == (decision, f"{TEAM} has spent {reason}")


def test_the_strictest_of_all_quotas_decides_and_is_named(door: Door) -> None:
    spend(door, 0, input_tokens=2_000_001)
    answer = ask(door, quotas=True)
    assert (answer["decision"], answer["quota"], answer["remaining"]) == ("needs_exception", "team tokens", 0)
    assert answer["reason"].startswith(
        f"{TEAM} has used 2,000,001 tokens today and has reached its soft limit of 2,000,000 tokens"
    )
    assert answer["command"] == "/leeway request team tokens"
    assert [quota["decision"] for quota in answer["quotas"]] == ["allow", "needs_exception", "allow"]


def test_what_counts_nowhere_is_allowed_and_says_so(tmp_path: Path) -> None:
    only = replace(POLICY, quotas=(Quota("premium", TEAM, usd(1), models=("opus*",)),))
    with opened(tmp_path, policy=only) as door:
        answer = ask(door, model="mini", quotas=True)
        assert (answer["decision"], answer["quota"], answer["remaining"]) == ("allow", None, None)
        assert answer["reason"] == f"No quota of {TEAM} or above it counts this model."
        assert answer["quotas"] == []


def test_a_group_of_models_is_named(tmp_path: Path) -> None:
    key = f"{TEAM}:usd/month:premium"
    quotas = (Quota(f"{TEAM}:usd/month", TEAM, usd(100)), Quota(key, TEAM, usd(1), models=("opus*",)))
    with opened(tmp_path, policy=replace(POLICY, quotas=quotas)) as door:
        spend(door, 1)
        answer = ask(door)
        assert answer["reason"].startswith(f"{TEAM} (premium models) has spent $1 this month")
        assert answer["command"] == f"/leeway request {key}"
        assert ask(door, model="mini")["command"] == f"/leeway request {TEAM}"


def test_what_is_estimated_in_tokens_is_priced_as_its_usage_will_be(door: Door) -> None:
    assert ask(door, estimated_input_tokens=2_000, estimated_output_tokens="400")["estimate"] == 20_000_000
    priced = ask(door, estimated_input_tokens=2_000, estimated_cost_usd="3", quotas=True)
    assert [quota["estimate"] for quota in priced["quotas"]] == [usd(3), 2_000, usd(3)]


def test_a_model_without_a_price_is_estimated_by_the_fallback(tmp_path: Path) -> None:
    dear = replace(POLICY, fallback_price=Price(1_000_000, 0, 0, 0), prices={"vendor/mini": Price(7_000, 0, 0, 0)})
    with opened(tmp_path, policy=dear) as door:
        assert ask(door, model="who-knows", estimated_input_tokens=3)["estimate"] == 3_000
        assert ask(door, model="mini", provider="vendor", estimated_input_tokens=3)["estimate"] == 21


def test_a_call_is_attributed_as_its_usage_will_be(tmp_path: Path) -> None:
    claims = (
        Claim(TEAM, {"team": ("search",), "tag": ("rag*",)}),
        Claim(TEAM, {"key": ("sk-1",), "service": ("search-*",)}),
        Claim(TEAM, {"user": ("ada@*",), "project": ("p1",), "source": ("gateway",), "environment": ("prod",)}),
    )
    with opened(tmp_path, policy=replace(POLICY, claims=claims)) as door:
        nowhere = ask(door, scope=None)
        assert (nowhere["counts_in"], nowhere["quota"]) == ("platform/unattributed", "all")
        for said in (
            {"team": ["T1", "search"], "tags": ["other", "ragtime"]},
            {"key": ["alias", "sk-1"], "service": "search-api"},
            {"user": "ada@acme.example", "project": "p1", "source": "gateway", "environment": "prod"},
        ):
            assert ask(door, scope=None, **said)["counts_in"] == TEAM
        same = {"team": "search", "tags": ["rag"]}
        assert door.post(event(1, scope=None, cost_usd="5", **same)).json()["accepted"] == 1
        assert ask(door, scope=None, **same)["spent"] == usd(5)


ONLY_PYTHON = "the body is JSON to Python and JavaScript only: a number such as NaN, or half an emoji, is in it"


@pytest.mark.parametrize(
    ("body", "status", "error", "position"),
    [
        (b"", 400, "the body is empty", 0),
        (b'{"model": ', 400, "the body is not JSON: Expecting value at byte 10 (line 1, column 11)", 10),
        (b'{"model": "\xff"}', 400, "the body is not UTF-8 text: look at byte 11", 11),
        (b'{"model": NaN}', 400, ONLY_PYTHON, None),
        (b" " * 200_000, 413, "the body is over 64,000 bytes; send smaller batches", None),
    ],
)
def test_a_body_that_cannot_be_read_is_told_where(
    porter: Door, body: bytes, status: int, error: str, position: int | None
) -> None:
    answer = porter.client.post("/v1/check", content=body)
    assert (answer.status_code, answer.json()["error"], answer.json().get("position")) == (status, error, position)


NEAR = f'"platform/engineering/serch" is not in app.yaml; did you mean "{TEAM}"?'


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({"model": None}, "model", "must be text, not null"),
        ({"model": ""}, "model", "must not be empty"),
        ({"scope": "platform/engineering/serch"}, "scope", NEAR),
        ({"scope": ""}, "scope", "must not be empty"),
        ({"estimated_cost": 5}, "estimated_cost", 'is no field of a check; did you mean "estimated_cost_usd"?'),
        ({"temperature": 5}, "temperature", "is no field of a check"),
        ({"estimated_cost_usd": -1}, "estimated_cost_usd", 'must not be negative, but is "-1"'),
        ({"estimated_cost_usd": "much"}, "estimated_cost_usd", "must be an amount in dollars"),
        ({"estimated_cost_usd": True}, "estimated_cost_usd", "must be an amount in dollars, not true or false"),
        ({"estimated_input_tokens": 1.5}, "estimated_input_tokens", "must be a whole number, not a fraction"),
        ({"estimated_output_tokens": "many"}, "estimated_output_tokens", 'must be a whole number, not "many"'),
        ({"team": [1]}, "team[0]", "must be text, not a number"),
        ({"team": {}}, "team", "must be text, not an object"),
        ({"tags": "rag"}, "tags", "must be a list, not text"),
        ({"tags": ["t"] * 51}, "tags", "has 51 entries; 50 are the most"),
        ({"user": "a\nb"}, "user", "has characters that cannot be printed"),
        ({"quotas": "all"}, "quotas", "must be true or false, not text"),
        ({"key": "k" * 301}, "key", "has 301 characters; 300 are the most"),
    ],
)
def test_a_field_that_cannot_be_right_is_named_with_the_reason(
    porter: Door, said: dict[str, Any], field: str, reason: str
) -> None:
    answer = porter.client.post("/v1/check", json={"model": "opus"} | said)
    assert (answer.status_code, answer.json()) == (422, {"error": f"{field} {reason}", "field": field, "reason": reason})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"[]", "the body must be an object, not a list"),
        (b"{}", "model is missing"),
        (b"5", "the body must be an object, not a number"),
    ],
)
def test_a_body_that_is_no_question_is_told_so(porter: Door, body: bytes, error: str) -> None:
    answer = porter.client.post("/v1/check", content=body)
    assert (answer.status_code, answer.json()["error"]) == (422, error)


def test_a_token_for_checks_is_needed(porter: Door) -> None:
    def knock(*scopes: Scope) -> httpx.Response:
        said = {"Authorization": f"Bearer {porter.token(*scopes)}"} if scopes else {}
        return httpx.post(f"{porter.client.base_url}/v1/check", json={"model": "opus"}, headers=said)

    assert [knock().status_code, knock(Scope.INGEST, Scope.READ).status_code, knock(Scope.CHECK).status_code] == [401, 403, 200]
    assert "--scope check" in knock(Scope.READ).json()["error"]


def test_only_a_post_is_answered(porter: Door) -> None:
    answer = porter.client.get("/v1/check")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def granted(door: Door, amount: int, *, starts: datetime | None = None, hours: int = 1) -> Override:
    """An override that was approved; the quota store confirmed it where it `starts`."""
    case = Case("team", amount, Unit.USD, Term(span=hours * HOUR), "why", Impact("", 1, ""), Data.PUBLIC)
    asked = Request("R1", PersonId("U1"), case, Route(()), Limit.SOFT, NOW, NOW + HOUR)
    given = grant(asked, now=NOW, within=HOUR)
    given = replace(given, starts=starts, ends=starts + hours * HOUR if starts else None)
    with door.store.units() as unit:
        unit.requests.add(asked)
        unit.overrides.add(given)
        unit.commit()
    return given


def save(store: Store, override: Override) -> None:
    with store.units() as unit:
        unit.overrides.save(override)
        unit.commit()


def test_usage_that_was_answered_is_seen_by_the_next_check(door: Door) -> None:
    for number in range(1, 121):
        spend(door, 1, number)
        assert ask(door)["spent"] == usd(number)


def test_an_override_counts_once_it_is_confirmed_and_until_its_end_without_a_job(door: Door) -> None:
    spend(door, 100)
    given = granted(door, usd(50))
    assert ask(door)["decision"] == "needs_exception"
    save(door.store, replace(given, version=2, starts=NOW, ends=NOW + HOUR))
    assert (ask(door)["decision"], ask(door)["limit"]) == ("allow", usd(150))
    door.clock.at = NOW + HOUR - timedelta(microseconds=1)
    assert ask(door)["decision"] == "allow"
    door.clock.at = NOW + HOUR
    assert (ask(door)["decision"], ask(door)["limit"]) == ("needs_exception", usd(100))


def test_an_override_that_is_given_back_stops_counting_at_once(door: Door) -> None:
    spend(door, 100)
    given = granted(door, usd(50), starts=NOW)
    assert ask(door)["decision"] == "allow"
    door.clock.forward(timedelta(minutes=1))
    save(door.store, replace(given, version=2, stopped=door.clock.at))
    assert ask(door)["decision"] == "needs_exception"


def test_a_reset_begins_a_new_count(door: Door) -> None:
    spend(door, 130)
    assert ask(door)["decision"] == "deny"
    door.clock.at = datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert (ask(door)["decision"], ask(door)["spent"], ask(door)["resets_at"]) == ("allow", 0, "2026-12-31T23:00:00Z")


def test_what_another_process_committed_is_seen_after_the_next_look(door: Door, tmp_path: Path) -> None:
    given = granted(door, usd(50), starts=NOW)
    other = open_store(f"sqlite:///{tmp_path / 'leeway.db'}", ManualClock(NOW))
    used = Usage(b"other", NOW, TEAM, "opus", Tokens(), usd(100))
    record([used], policy=POLICY, prices={}, units=other.units, now=NOW)
    save(other, replace(given, version=2, stopped=NOW))
    assert (ask(door)["spent"], ask(door)["limit"]) == (0, usd(150))
    door.gate.refresh(NOW)
    assert (ask(door)["spent"], ask(door)["limit"], ask(door)["decision"]) == (usd(100), usd(100), "needs_exception")
    other.close()


@pytest.fixture
def statements(tmp_path: Path) -> Iterator[list[str]]:
    """Every statement that this test's database gets: the apps of other tests may still be looking at theirs."""
    found: list[str] = []

    def note(connection: Connection, _: object, statement: str, *rest: object) -> None:
        if Path(connection.engine.url.database or "").is_relative_to(tmp_path):
            found.append(statement)

    sa_event.listen(Engine, "before_cursor_execute", note)
    yield found
    sa_event.remove(Engine, "before_cursor_execute", note)


def test_the_database_is_not_asked_while_nothing_was_forgotten(door: Door, statements: list[str]) -> None:
    spend(door, 100)
    granted(door, usd(50), starts=NOW)
    ask(door)
    statements.clear()
    assert {ask(door)["decision"] for _ in range(50)} == {"allow"}
    door.clock.forward(timedelta(seconds=2))
    assert ask(door)["limit"] == usd(150)
    assert statements == []
    door.gate.forget()
    assert ask(door)["limit"] == usd(150)
    assert statements


def test_readers_and_writers_at_once_end_at_what_is_stored(door: Door) -> None:
    """Commits, looks at the database and dropped memory, all at once: afterwards the gate knows what the database says."""

    def spends(first: int) -> None:
        for number in range(first, first + 20):
            spend(door, 1, number)

    def looks() -> None:
        for _ in range(20):
            door.gate.refresh(NOW)

    def forgets() -> None:
        for _ in range(20):
            door.gate.forget()
            door.gate.refresh(NOW)

    race(*(partial(spends, first) for first in (0, 100, 200)), looks, looks, forgets)
    verdict = door.gate.check(TEAM, "opus", Estimate(), now=NOW)
    assert verdict is not None
    with door.store.reads() as unit:
        assert [found.standing for found in verdict.findings] == [standing(unit, POLICY, quota, NOW) for quota in POLICY.quotas]


def away() -> UnitOfWork:
    raise Unavailable("the database does not answer")


def test_without_memory_and_database_the_caller_is_asked_to_come_back(tmp_path: Path) -> None:
    with opened(tmp_path, gate=Gate(POLICY, away)) as door:
        answer = door.client.post("/v1/check", json={"model": "opus"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json() == {"error": "the database does not answer; ask again"}


DOCUMENT = (Path(__file__).parents[2] / "docs" / "admission.md").read_text("utf-8")


def test_the_document_has_every_field_of_an_answer(door: Door) -> None:
    example = DOCUMENT.split("```json\n")[1].split("```")[0]
    assert set(re.findall(r'"(\w+)":', example)) == set(ask(door))


def test_the_document_has_every_field_of_a_question() -> None:
    section = DOCUMENT.split("## The question")[1].split("##")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(Asked.__struct_fields__)
