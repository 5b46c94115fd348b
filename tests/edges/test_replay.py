"""`leeway replay`: a trace goes through the front door once, however often and however brokenly it is replayed."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.cli.replay import extent, replay, shift_of
from bot.cli.sending import BATCH, LONGEST_WAIT, TRIES, Pacing, Stopped, send_all, sender
from bot.cli.steps import EVENTS, Bad, Step, Target, Unusable
from bot.cli.traces import read
from bot.clock import SystemClock
from tests.edges.door import NOW, TEAM, Door, event, opened

HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
LINES = 8_819
START = datetime(2023, 11, 16, 18, 17, 3, tzinfo=UTC)
TARGET = Target(TEAM, "opus")


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path, clock=SystemClock()) as open_door:
        yield open_door


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """As long as Azure's trace of code completions, in its format: 58 minutes, seven digits after the second."""
    rows = (
        f"{START + timedelta(milliseconds=397 * n):%Y-%m-%d %H:%M:%S}.{n % 10**7:07d},{n % 4_000},{n % 300}\n"
        for n in range(LINES - 1)
    )
    path = tmp_path / "azure.csv"
    path.write_text(HEADER + "".join(rows))
    return path


def run(door: Door, file: Path, *said: str) -> tuple[int, dict[str, Any], str]:
    """The command, as a script calls it: its exit code, its summary, and what it told a person."""
    app = typer.Typer()
    app.command()(replay)
    token = door.client.headers["authorization"].removeprefix("Bearer ")
    where = ["--url", str(door.client.base_url), "--token", token, "--state", str(file.parent / "state"), "--json"]
    result = CliRunner().invoke(app, [str(file), *where, *said])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else {}, result.stderr


def counted(door: Door, quota: str) -> int:
    """What a quota counted in any period: a trace may lie on both sides of a reset."""
    today = SystemClock().now().date()
    with door.store.reads() as unit:
        return sum(unit.meter.days(quota, today - timedelta(days=3), today + timedelta(days=1)).values())


def test_a_whole_trace_is_counted_and_replaying_it_changes_nothing(door: Door, trace: Path) -> None:
    scope = ["--scope", TEAM, "--model", "opus"]
    code, told, _ = run(door, trace, *scope)
    assert (code, told["accepted"], told["duplicates"], told["problems"]) == (0, LINES - 1, 0, [])
    spent = counted(door, "team")
    assert spent == sum(n % 4_000 * 5_000 + n % 300 * 25_000 for n in range(LINES - 1))
    code, told, _ = run(door, trace, *scope)
    assert (code, told["accepted"], told["duplicates"]) == (0, 0, LINES - 1)
    assert counted(door, "team") == spent


def test_a_trace_of_many_weeks_counts_from_its_first_day(door: Door, tmp_path: Path) -> None:
    days = range(70)
    file = tmp_path / "weeks.ndjson"
    file.write_text("".join(json.dumps(event(n) | {"time": (NOW + timedelta(days=n)).isoformat()}) + "\n" for n in days))
    code, told, _ = run(door, file)
    assert (code, told["accepted"], told["refused"]) == (0, 70, 0)
    today = SystemClock().now().date()
    with door.store.reads() as unit:
        assert sum(unit.meter.days("team", today - timedelta(days=75), today + timedelta(days=1)).values()) == 70 * 10**7


def test_bad_lines_are_told_by_their_number_and_do_not_stop_it(door: Door, tmp_path: Path) -> None:
    rows = [
        "2023-11-16 18:17:03.9799600,10,1",
        "yesterday,1,1",
        "",
        "2023-11-16 18:17:04,ten,1",
        "2023-11-16 18:17:05,1",
        "2023-11-16 18:17:06,5,5",
    ]
    file = tmp_path / "some.csv"
    file.write_text(HEADER + "\n".join(rows))
    code, told, _ = run(door, file, "--scope", TEAM, "--model", "opus")
    assert (code, told["accepted"], told["bad"]) == (1, 2, 3)
    assert [problem["line"] for problem in told["problems"]] == [3, 5, 6]


def test_what_leeway_refuses_is_told_by_line(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(json.dumps(each) for each in (event(1), event(2, input_tokens=-1), event(3), event(4, scope="x"))))
    code, told, _ = run(door, file)
    assert (code, told["accepted"], told["refused"]) == (1, 2, 2)
    assert [(problem["line"], problem["reason"].split()[0]) for problem in told["problems"]] == [
        (2, "data.input_tokens"),
        (4, "data.scope"),
    ]


def test_cloud_events_can_be_sent_to_another_scope_and_count_there_too(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(json.dumps(event(n) | {"time": f"2024-01-01T00:00:0{n}Z"}) for n in range(3)))
    assert run(door, file)[1]["accepted"] == 3
    assert run(door, file, "--scope", "platform", "--model", "mini")[1]["accepted"] == 3
    assert (counted(door, "team"), counted(door, "all")) == (30_000_000, 31_500_000)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("other.csv", "a,b\n1,2\n", ["--scope", TEAM, "--model", "opus"]),
        ("empty.csv", "", ["--scope", TEAM, "--model", "opus"]),
        ("azure.csv", HEADER, ["--scope", TEAM]),
        ("azure.csv", HEADER, ["--scope", TEAM, "--model", "opus", "--url", "leeway.example"]),
        ("azure.csv", HEADER, ["--scope", TEAM, "--model", "opus", "--token", ""]),
        ("azure.csv", HEADER, ["--scope", TEAM, "--model", "opus", "--speed", "-1"]),
    ],
)
def test_wrong_usage_ends_with_2(door: Door, tmp_path: Path, name: str, content: str, said: list[str]) -> None:
    (tmp_path / name).write_text(content)
    assert run(door, tmp_path / name, *said)[0] == 2


def test_a_file_that_is_not_there_ends_with_2_and_a_token_that_is_not_known_with_1(door: Door, trace: Path) -> None:
    assert run(door, trace.parent / "nowhere.csv")[0] == 2
    code, _, told = run(door, trace, "--scope", TEAM, "--model", "opus", "--token", "leeway_no")
    assert (code, "answered 401: this token is not known" in told) == (1, True)


def test_the_last_event_is_now_and_the_move_is_remembered(tmp_path: Path) -> None:
    memory = tmp_path / "state" / "replays.json"
    last = START + timedelta(hours=1)
    first = shift_of(memory, "a", last, NOW)
    assert last + first == NOW
    assert shift_of(memory, "a", last, NOW + timedelta(days=3)) == first
    assert shift_of(memory, "b", last, NOW + timedelta(days=3)) == first + timedelta(days=3)


def test_a_memory_that_was_spoiled_is_begun_again(tmp_path: Path) -> None:
    memory = tmp_path / "replays.json"
    memory.write_text("{half")
    assert shift_of(memory, "a", NOW, NOW) == timedelta()


class World:
    """A clock that only moves when somebody pauses, and what was sent when."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sent: list[tuple[float, int]] = []

    def pause(self, seconds: float) -> None:
        self.time += seconds

    def send(self, door: str, batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        self.sent.append((self.time, len(batch)))
        return {"accepted": len(batch), "duplicates": 0, "refused": []}

    def replay(self, steps: list[Step | Bad], speed: float) -> None:
        send_all(steps, self.send, shift=timedelta(), pacing=Pacing(speed, self.pause, lambda: self.time))


def steps(*seconds: float) -> list[Step | Bad]:
    return [Step(n, START + timedelta(seconds=at), {"n": n}) for n, at in enumerate(seconds)]


@pytest.mark.parametrize(
    ("speed", "sent"),
    [
        (0, [(0, 4)]),
        (1, [(0, 2), (60, 1), (3600, 1)]),
        (60, [(0, 2), (1, 1), (60, 1)]),
        (3600, [(0, 3), (1, 1)]),
    ],
)
def test_a_replay_keeps_its_speed(speed: float, sent: list[tuple[float, int]]) -> None:
    world = World()
    world.replay(steps(0, 0.5, 60, 3600), speed)
    assert world.sent == sent


@given(st.lists(st.integers(0, 100), max_size=50).map(sorted), st.sampled_from([0, 1, 7, 1_000]))
def test_every_event_is_sent_once_and_none_before_its_time(seconds: list[int], speed: float) -> None:
    world = World()
    world.replay(steps(*seconds), speed)
    assert sum(size for _, size in world.sent) == len(seconds)
    ready = [at for at, size in world.sent for _ in range(size)]
    assert all(at >= ((second - seconds[0]) / speed if speed else 0) - 1 for at, second in zip(ready, seconds, strict=True))


def test_batches_are_of_500() -> None:
    world = World()
    world.replay(steps(*range(1_200)), 0)
    assert [size for _, size in world.sent] == [BATCH, BATCH, 200]


def client(*answers: httpx.Response | Exception) -> tuple[httpx.Client, list[dict[str, Any]]]:
    """A client of a server that answers like this, the last answer for ever; and what it was sent."""
    rest, sent = list(answers), list[dict[str, Any]]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        said = rest.pop(0) if len(rest) > 1 else rest[0]
        if isinstance(said, Exception):
            raise said
        return said

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://leeway.example"), sent


GOOD = httpx.Response(200, json={"accepted": 1, "duplicates": 0, "refused": []})


@pytest.mark.parametrize(
    ("answers", "pauses"),
    [
        ([httpx.Response(503, headers={"Retry-After": "7"}), GOOD], [7]),
        ([httpx.Response(429, headers={"Retry-After": "9999"}), GOOD], [LONGEST_WAIT]),
        ([httpx.Response(503, headers={"Retry-After": "tomorrow"}), httpx.Response(503), GOOD], [1, 1]),
        ([httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), GOOD], [1, 2]),
    ],
)
def test_a_busy_or_absent_leeway_is_waited_for(answers: list[httpx.Response | Exception], pauses: list[float]) -> None:
    waited = list[float]()
    http, sent = client(*answers)
    assert sender(http, waited.append)(EVENTS, [{"id": "1"}])["accepted"] == 1
    assert waited == pauses
    assert all(each == [{"id": "1"}] for each in sent)


@pytest.mark.parametrize(
    ("answer", "tries", "words"),
    [
        (httpx.Response(401, json={"error": "this token is not known"}), 1, "answered 401: this token is not known"),
        (httpx.Response(404, text="<html>"), 1, "is this the address of Leeway?"),
        (httpx.Response(503, json={"error": "busy"}), TRIES, "busy"),
        (httpx.ConnectError("connection refused"), TRIES, "connection refused"),
    ],
)
def test_a_replay_that_cannot_go_on_says_why(answer: httpx.Response | Exception, tries: int, words: str) -> None:
    http, sent = client(answer)
    ignored: Callable[[float], None] = lambda _: None  # noqa: E731
    with pytest.raises(Stopped, match=words.replace("?", r"\?")):
        sender(http, ignored)(EVENTS, [{}])
    assert len(sent) == tries


def test_lines_are_read_with_their_numbers_and_ids_that_do_not_depend_on_time(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "\ufeffContextTokens, TIMESTAMP ,x,GeneratedTokens\n7,2023-11-16 18:17:03.9799600,,8\n9,2023-11-16T19:17:03+01:00,,1\n"
    )
    one, two = read(file, TARGET)
    assert isinstance(one, Step) and isinstance(two, Step)
    assert (one.line, one.at, one.event["id"]) == (2, START.replace(microsecond=979_960), f"{TEAM}:2")
    assert two.at == START
    assert one.event["data"] == {"scope": TEAM, "model": "opus", "input_tokens": "7", "output_tokens": "8"}
    assert extent(read(file, TARGET)).last == one.at


def test_a_line_of_a_file_of_events_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "t.ndjson"
    good = json.dumps({"data": {"scope": "platform"}})
    file.write_bytes(
        f'{good}\n[]\n{{"data": 1}}\n{{half\n\n{{"data": {{}}, "time": "noon"}}\n'.encode() + b'{"data": {"user": "\xff"}}\n'
    )
    assert [(type(each).__name__, each.line) for each in read(file, Target())] == [
        ("Step", 1),
        ("Bad", 2),
        ("Bad", 3),
        ("Bad", 4),
        ("Bad", 6),
        ("Step", 7),
    ]


def test_what_is_no_trace_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text("hello")
    with pytest.raises(Unusable, match=r"t\.txt has no column for time and input or output or cost"):
        list(read(file, TARGET))
