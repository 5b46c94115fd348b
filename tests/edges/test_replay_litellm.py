"""`leeway replay` of LiteLLM's own records: a loopback server gives pages as LiteLLM does, and a running Leeway counts them.

What the log door has counted is not counted again, so that a replay of the spend logs counts what was lost on the way.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from bot.cli.replay import replay, span_of
from bot.cli.sending import Pacing, Stopped, asker, send_all, sender
from bot.cli.spendlogs import SIZE, Span, row, rows
from bot.cli.steps import Step, Target, Unusable
from bot.cli.traces import read as trace
from bot.clock import SystemClock
from bot.sandbox import serve
from bot.web.litellm.usage import read
from tests.edges.door import POLICY, Door, opened
from tests.edges.gateway import RECORDED, Json, call, calls
from tests.edges.gateway import rows as recorded
from tests.edges.test_litellm_reading import place
from workflows.attribution import Claim
from workflows.money import usd

KEY = "sk-admin"
DAYS = ("--from", "2026-11-25", "--to", "2026-11-25")
CAP = 10_000  # LiteLLM counts no further
DAY = RECORDED.replace(hour=0, minute=0)


class SpendLogs:
    """LiteLLM's `/spend/logs/v2`: its filters, its order, its pages, its errors. `busy` are answers that come first."""

    def __init__(self, rows: list[Json]) -> None:
        self.rows = rows
        self.busy: list[Response] = []
        self.asked: list[dict[str, str]] = []

    async def get(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        if self.busy:
            return self.busy.pop(0)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": {"message": "Authentication Error", "type": "auth_error", "code": "401"}}, 401)
        return JSONResponse(self.page(request.query_params))

    def page(self, asked: Any) -> Json:
        start, end = (
            datetime.strptime(asked[name], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for name in ("start_date", "end_date")
        )
        size, number = int(asked["page_size"]), int(asked["page"])
        assert 1 <= size <= 1_000
        assert (asked["sort_by"], asked["sort_order"]) == ("startTime", "asc")
        found = sorted(
            (r for r in self.rows if start <= datetime.fromisoformat(r["startTime"]) <= end), key=lambda r: r["startTime"]
        )
        total = min(len(found), CAP)
        counts = {
            "total": total,
            "page": number,
            "page_size": size,
            "total_pages": -(-total // size),
            "total_is_capped": len(found) > CAP,
        }
        return {"data": found[(number - 1) * size : number * size], **counts}

    def asker(self, asked: Any) -> Json:
        self.asked.append(dict(asked))
        return self.page(asked)


@contextmanager
def litellm(logs: SpendLogs) -> Iterator[str]:
    server = serve(Starlette(routes=[Route("/spend/logs/v2", logs.get)]))
    yield server.url
    server.stop()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    claimed = replace(POLICY, claims=(Claim("platform/engineering/search", {"team": ("search*",)}),))
    with opened(tmp_path, policy=claimed) as open_door:
        open_door.clock.at = RECORDED
        yield open_door


def run(door: Door, *said: str, key: str = KEY, **env: str) -> tuple[int, Json, str]:
    """The command, as a script calls it: its exit code, its summary, and what it told a person."""
    app = typer.Typer()
    app.command()(replay)
    token = door.client.headers["authorization"].removeprefix("Bearer ")
    where = ["--url", str(door.client.base_url), "--token", token, "--json"]
    result = CliRunner(env={"LITELLM_API_KEY": key, **env}).invoke(app, [*where, *said])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else {}, result.stderr


def many(count: int, seconds: float = 1.0) -> list[Json]:
    """Rows like the first recorded one, so many seconds apart."""
    first = recorded()[0]
    return [
        first
        | {
            "request_id": f"chatcmpl-{n}",
            "litellm_call_id": f"call-{n}",
            "startTime": (DAY + timedelta(seconds=n * seconds)).isoformat(timespec="milliseconds"),
        }
        for n in range(count)
    ]


def test_the_spend_logs_and_the_log_tell_of_a_call_alike() -> None:
    told = {usage.key: usage for usage in read(json.dumps(list(calls().values())).encode(), place()).usages}
    steps = [row(each, Target()) for each in recorded()]
    assert all(isinstance(step, Step) for step in steps)
    again = read(json.dumps([step.event for step in steps if isinstance(step, Step)]).encode(), place())
    assert not again.refused
    assert {usage.key for usage in again.usages} <= told.keys()
    assert len(again.usages) == len(calls()) - 1  # the attempt that failed first and was tried again has no row
    for usage in again.usages:
        same = told[usage.key]._replace(use_case="", environment="", scope="", user="", denial=None, latency=0)
        mine = usage._replace(use_case="", environment="", scope="", user="", denial=None, latency=0)
        if usage.ended == "error":  # its row begins some milliseconds earlier
            mine, same = mine._replace(at=RECORDED), same._replace(at=RECORDED)
        assert mine == same


def test_a_replay_counts_what_was_lost_and_nothing_that_was_counted(door: Door) -> None:
    every = list(calls().values())
    lost = {call("told")["litellm_call_id"], call("cached by the vendor")["litellm_call_id"]}
    arrived = [each for each in every if each["litellm_call_id"] not in lost]
    assert door.client.post("/v1/litellm/logs", json=arrived).json()["accepted"] == len(arrived)
    before = door.quota("team")["spent"]
    with litellm(SpendLogs(recorded())) as url:
        code, told, _ = run(door, "--litellm", url, *DAYS)
        assert (code, told["accepted"], told["duplicates"], told["problems"]) == (0, 2, 6, [])
        assert door.quota("team")["spent"] == before + usd("0.01") + usd("0.00129")
        assert run(door, "--litellm", url, *DAYS)[1]["accepted"] == 0
    assert door.client.post("/v1/litellm/logs", json=every).json()["accepted"] == 0


def test_thousands_of_rows_come_page_by_page_and_each_once(door: Door) -> None:
    logs = SpendLogs(many(2_345, seconds=0.4))
    with litellm(logs) as url:
        code, told, _ = run(door, "--litellm", url, *DAYS)
    assert (code, told["sent"], told["accepted"], told["duplicates"]) == (0, 2_345, 2_345, 0)
    assert [each["page"] for each in logs.asked] == ["1", "1", "1"]
    assert [each["start_date"] for each in logs.asked][:2] == ["2026-11-25 00:00:00", "2026-11-25 00:06:39"]
    assert door.quota("team")["spent"] == 2_345 * usd("0.01")


@given(st.lists(st.integers(0, 4_000), max_size=60), st.integers(0, 3_000), st.integers(1, 3_000), st.integers(2, 9))
def test_every_row_of_a_span_comes_once_however_they_crowd(times: list[int], start: int, length: int, size: int) -> None:
    every = [
        {"request_id": str(n), "startTime": (DAY + timedelta(milliseconds=100 * at)).isoformat()} for n, at in enumerate(times)
    ]
    logs = SpendLogs(every)
    span = Span(DAY + timedelta(milliseconds=100 * start + 50), DAY + timedelta(milliseconds=100 * (start + length)))

    def small(asked: Any) -> Json:
        assert asked["page_size"] == str(SIZE)
        return logs.asker({**asked, "page_size": str(size)})

    found = [each["request_id"] for each in rows(small, span, size=size)]
    wanted = [each["request_id"] for each in every if span.start <= datetime.fromisoformat(each["startTime"]) < span.end]
    assert sorted(found) == sorted(wanted)


def test_more_calls_in_one_second_than_a_page_holds_all_come() -> None:
    logs = SpendLogs(many(2_500, seconds=0.0001))
    assert len(list(rows(logs.asker, Span(DAY, RECORDED)))) == 2_500
    assert [each["page"] for each in logs.asked] == ["1", "2", "3"]


def test_rows_without_a_call_id_are_told_of_and_taken_when_nothing_else_can_have_counted_them(door: Door) -> None:
    old = [each | {"litellm_call_id": None, "metadata": {}} for each in many(2)]
    with litellm(SpendLogs([*old, *many(5)[2:]])) as url:
        code, told, _ = run(door, "--litellm", url, *DAYS)
        assert (code, told["accepted"], told["bad"]) == (1, 3, 2)
        assert told["problems"][0]["line"] == "chatcmpl-0"
        assert told["problems"][0]["reason"].startswith("has no litellm_call_id")
        assert run(door, "--litellm", url, *DAYS, "--uncounted")[1]["accepted"] == 2
        assert run(door, "--litellm", url, *DAYS, "--uncounted")[1]["accepted"] == 0


def test_older_versions_give_json_columns_as_text() -> None:
    said = recorded()[0]
    texts = said | {name: json.dumps(said[name]) for name in ("metadata", "request_tags")}
    assert row(texts, Target()) == row(said, Target())


def test_rows_that_leeway_refuses_are_told_by_their_request(door: Door) -> None:
    late = [each | {"startTime": "2025-10-01T00:00:00.000+00:00"} for each in many(1)]
    with litellm(SpendLogs(late)) as url:
        code, told, _ = run(door, "--litellm", url, "--from", "2025-10-01", "--to", "2025-10-01")
    assert (code, told["refused"]) == (1, 1)
    [problem] = told["problems"]
    assert (problem["line"], problem["reason"][:18]) == ("chatcmpl-0", "time is 420 days a")


def test_no_denial_of_the_past_is_told_to_anybody(door: Door) -> None:
    door.clock.at = RECORDED + timedelta(hours=2)
    with litellm(SpendLogs(recorded())) as url:
        assert run(door, "--litellm", url, *DAYS)[1]["accepted"] == 8
    with door.store.units() as unit:
        assert unit.outbox.claim(door.clock.now(), door.clock.now(), 10) == []


def test_a_litellm_that_is_busy_is_asked_again_and_one_that_says_no_is_not(door: Door) -> None:
    logs = SpendLogs(recorded())
    logs.busy = [Response("", 503, {"Retry-After": "0"}), JSONResponse({"error": {"message": "slow"}}, 429, {"Retry-After": "0"})]
    with litellm(logs) as url:
        assert run(door, "--litellm", url, *DAYS)[1]["accepted"] == 8
        code, _, told = run(door, "--litellm", url, *DAYS, key="sk-wrong")
    assert code == 1
    assert told == f"{url}/spend/logs/v2 answered 401: LITELLM_API_KEY is no key of this LiteLLM\n"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(403, json={}), "may not read every spend log"),
        (httpx.Response(404, text="<html>"), "it has no spend logs there; is this the address of LiteLLM"),
        (httpx.Response(400, json={"error": {"message": "Invalid date format"}}), "answered 400: Invalid date format"),
        (httpx.Response(200, text="<html>"), "answered 200: no reason given; is this the address of LiteLLM?"),
        (httpx.Response(500, text="oops"), "answered 500"),
    ],
)
def test_a_litellm_that_gives_no_pages_is_said_why(answer: httpx.Response, words: str) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: answer), base_url="http://litellm.example")
    with pytest.raises(Stopped) as raised:
        asker(client, lambda _: None)({})
    assert words in str(raised.value)


USAGE = [
    ((), "say what to replay"),
    (("--litellm", "http://x", "file.csv"), "say what to replay"),
    (("--litellm", "litellm.example", "--from", "2026-11-25"), "say where LiteLLM is"),
    (("--litellm", "http://127.0.0.1:1", "--from", "tomorrow"), "--from: write a day as 2026-11-01, or a moment"),
    (("--litellm", "http://127.0.0.1:1"), "--from: write a day as 2026-11-01, or a moment"),
    (("--litellm", "http://127.0.0.1:1", "--from", "2026-11-25", "--to", "2026-11-24"), "is not before"),
    (("--litellm", "http://127.0.0.1:1", "--from", "2026-11-01", "--model", "opus"), "leave out --model and --columns"),
]


@pytest.mark.parametrize(("said", "words"), USAGE)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(door: Door, said: tuple[str, ...], words: str) -> None:
    code, _, told = run(door, *said)
    assert code == 2
    assert words in told


def test_the_key_may_come_from_a_file_and_must_come_from_somewhere(door: Door, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    with litellm(SpendLogs(recorded())) as url:
        assert run(door, "--litellm", url, *DAYS, key="", LITELLM_API_KEY_FILE=str(tmp_path / "key"))[0] == 0
        assert run(door, "--litellm", url, *DAYS, key="")[0] == 2
        code, _, told = run(door, "--litellm", url, *DAYS, key="", LITELLM_API_KEY_FILE="/nowhere")
    assert (code, "LITELLM_API_KEY_FILE" in told) == (1, True)


@pytest.mark.parametrize(
    ("since", "until", "span"),
    [
        ("2026-11-01", "2026-11-02", (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))),
        ("2026-11-01", "", (datetime(2026, 11, 1, tzinfo=UTC), RECORDED)),
        (
            "2026-11-01T10:00+02:00",
            "2026-11-01T09:30Z",
            (datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ),
    ],
)
def test_days_are_whole_and_moments_exact(since: str, until: str, span: tuple[datetime, datetime]) -> None:
    assert span_of(since, until, RECORDED) == Span(*span)


def test_an_empty_span_is_none() -> None:
    with pytest.raises(Unusable, match="--from 2026-12-01 is not before now"):
        span_of("2026-12-01", "", RECORDED)


# Lines of its log


def lines(tmp_path: Path, every: list[Json]) -> Path:
    file = tmp_path / "log.ndjson"
    file.write_text("\n".join(json.dumps(each) for each in every))
    return file


def test_a_file_of_its_log_keeps_its_times_and_agrees_with_the_door(door: Door, tmp_path: Path) -> None:
    every = list(calls().values())
    code, told, _ = run(door, str(lines(tmp_path, every)))
    assert (code, told["accepted"], told["problems"]) == (0, len(every), [])
    assert door.client.post("/v1/litellm/logs", json=every).json()["duplicates"] == len(every)
    day = RECORDED.date()
    with door.store.reads() as unit:
        assert sum(piece.sums.events for piece in unit.meter.slices(day, day)) == len(every)


def test_it_can_be_moved_to_now_and_to_another_scope(door: Door, tmp_path: Path) -> None:
    door.clock.at = SystemClock().now()
    old = [call(number=n, startTime=1_700_000_000 + n, endTime=1_700_000_001.5 + n) for n in range(3)]
    file = lines(tmp_path, old)
    assert run(door, str(file))[1]["refused"] == 3
    said = ["--shift", "--scope", "platform", "--state", str(tmp_path)]
    code, told, _ = run(door, str(file), *said)
    assert (code, told["accepted"]) == (0, 3), told
    assert (door.quota("team")["spent"], door.quota("all")["spent"]) == (0, 3 * usd("0.01"))


def test_prompts_in_a_file_are_not_sent_at_all(tmp_path: Path) -> None:
    sent = list[bytes]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(200, json={"accepted": 1, "duplicates": 0, "refused": []})

    file = lines(tmp_path, [call(messages=[{"content": "MARKER \ud83d"}], response="MARKER", request_tags=["half \ud83d"])])
    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://leeway.example")
    outcome = send_all(trace(file, Target()), sender(client, lambda _: None), shift=timedelta(), pacing=Pacing())
    assert outcome.accepted == 1
    assert b"MARKER" not in sent[0] and b"headers" not in sent[0]
    assert b'"response_cost": 0.01' in sent[0] or b'"response_cost":0.01' in sent[0]


def test_a_line_that_is_neither_is_told(door: Door, tmp_path: Path) -> None:
    code, told, _ = run(door, str(lines(tmp_path, [call(), {"hello": 1}])))
    assert (code, told["accepted"]) == (1, 1)
    assert told["problems"] == [{"line": 2, "reason": "is no CloudEvent with data, and no record of LiteLLM's log"}]
