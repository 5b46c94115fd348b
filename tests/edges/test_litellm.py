"""`POST /v1/litellm/…` over HTTP: what LiteLLM's log and alerts do, what is answered, and that no prompt stays anywhere."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.store import Scope
from bot.web.litellm.door import LARGEST, MOST
from bot.web.litellm.records import Failed, Metadata, Record
from tests.edges.door import POLICY, Door, opened
from tests.edges.gateway import RECORDED, Json, alerts, call, calls, texts
from workflows.attribution import Claim
from workflows.effects import Do, Effect
from workflows.money import usd

TEAM = "platform/engineering/search"
CLAIMED = replace(POLICY, claims=(Claim(TEAM, {"team": ("search", "t-exp")}), Claim(TEAM, {"key": ("kexp*",)})))
LOGS, ALERTS = "/v1/litellm/logs", "/v1/litellm/alerts"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path, policy=CLAIMED) as open_door:
        open_door.clock.at = RECORDED
        yield open_door


def logs(door: Door, body: bytes | list[Any]) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return door.client.post(LOGS, content=content, headers={"Content-Type": "application/json"})


def as_list(every: list[Json]) -> list[bytes]:
    return [json.dumps(every).encode()]


def as_lines(every: list[Json]) -> list[bytes]:
    return [b"\n".join(json.dumps(each).encode() for each in every)]


def one_by_one(every: list[Json]) -> list[bytes]:
    return [json.dumps(each).encode() for each in every]


@pytest.mark.parametrize("written", [as_list, as_lines, one_by_one])
def test_each_of_litellm_s_formats_counts_the_same(door: Door, written: Any) -> None:
    every = [call(number=n) for n in range(5)]
    answers = [logs(door, body) for body in written(every)]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert sum(answer.json()["accepted"] for answer in answers) == 5
    assert (door.quota("team")["spent"], door.quota("team tokens")["spent"]) == (usd("0.05"), 7_500)
    assert [logs(door, body).json()["duplicates"] for body in written(every)] == [5 // len(answers)] * len(answers)
    assert door.quota("team")["spent"] == usd("0.05")


def test_what_is_wrong_in_a_batch_is_told_and_the_rest_is_kept(door: Door) -> None:
    batch = [call(number=1), None, call(number=2, startTime=-1), call(number=3), {"status": "success"}]
    assert logs(door, batch).json() == {
        "accepted": 2,
        "duplicates": 0,
        "refused": [
            {"index": 1, "field": "", "reason": "must be an object, not null"},
            {"index": 2, "field": "startTime", "reason": "must be seconds since 1970"},
            {"index": 4, "field": "litellm_call_id", "reason": "is missing"},
        ],
    }


@pytest.mark.parametrize("written", [as_lines, as_list])
def test_a_line_that_is_no_json_costs_only_itself_and_a_list_that_is_none_is_a_400(door: Door, written: Any) -> None:
    [body] = written([call(number=1), call(number=2)])
    cut = body + (b'\n{"half' if written is as_lines else b"x")
    answer = logs(door, cut)
    if written is as_list:
        assert (answer.status_code, answer.json()["position"]) == (400, len(body))
        return
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    [refused] = answer.json()["refused"]
    assert (refused["index"], refused["reason"][:20]) == (2, "the event is not JSO")


def test_denied_calls_are_kept_and_use_nothing(door: Door) -> None:
    assert logs(door, [call("denied"), call("broken")]).json()["accepted"] == 2
    day = RECORDED.date()
    with door.store.reads() as unit:
        slices = {piece.series.ended: piece for piece in unit.meter.slices(day, day)}
    assert (slices["refused"].series.approval, slices["refused"].sums.requests, slices["refused"].sums.events) == (
        "refused",
        0,
        1,
    )
    assert (slices["error"].sums.requests, slices["error"].sums.cost) == (1, 0)
    assert door.quota("team")["spent"] == 0


def test_a_full_batch_of_long_prompts_is_taken(door: Door) -> None:
    long = [call(number=n, messages=[{"role": "user", "content": "lorem ipsum " * 4_000}]) for n in range(512)]
    body = json.dumps(long).encode()
    assert 20 * 2**20 < len(body) < LARGEST
    assert logs(door, body).json()["accepted"] == 512


def test_what_is_refused_is_in_the_log_because_litellm_reads_no_answer(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    logs(door, [call(number=1), call(number=2, prompt_tokens=-1), None])
    said = "2 records of LiteLLM's log were refused, the first: prompt_tokens must not be negative, but is -1"
    assert said in caplog.text


def test_too_many_records_at_once_are_refused_whole(door: Door) -> None:
    little = [{"litellm_call_id": f"{n}", "status": "success"} for n in range(MOST + 1)]
    assert logs(door, little).status_code == 413
    assert logs(door, little[1:]).json()["accepted"] == MOST


def test_a_token_for_usage_is_needed(door: Door) -> None:
    answers = {"leeway_no": 401, door.token(Scope.READ): 403, door.token(Scope.INGEST): 200}
    for path, body in ((LOGS, b"[]"), (ALERTS, b"{}")):
        assert httpx.post(f"{door.client.base_url}{path}", content=body).status_code == 401
        for token, status in answers.items():
            headers = {"Authorization": f"Bearer {token}"}
            assert httpx.post(f"{door.client.base_url}{path}", content=body, headers=headers).status_code == status
    assert door.client.get(LOGS).status_code == 405


# Prompts and answers

MARK = "MARKER-nobody-may-keep-this"
KEPT = {
    *Record.__struct_fields__,
    *(f"metadata.{name}" for name in Metadata.__struct_fields__),
    *(f"error_information.{name}" for name in Failed.__struct_fields__),
}


def spoiled(said: Json) -> Json:
    """A call in which every text that is not read is the mark, and that has more of them where prompts come along."""
    for path, _ in list(texts(said)):
        if ".".join(path) in KEPT or path[0] == "request_tags" or path[1:2] == ("user_api_key_auth_metadata",):
            continue
        inner: Any = said
        for key in path[:-1]:
            inner = inner[0] if key == "[]" else inner[key]
        inner[0 if path[-1] == "[]" else path[-1]] = MARK
    said["metadata"]["requester_metadata"] = {"prompt": MARK, "headers": {"x-secret": MARK}}
    return said | {"messages": [{"content": MARK}], "response": MARK, "proxy_server_request": {"body": MARK}, "error_str": MARK}


def test_no_prompt_answer_header_or_message_stays_in_the_database_the_answers_or_the_log(
    door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    every = [spoiled(said) for said in calls().values()]
    assert sum(json.dumps(said).count(MARK) for said in every) > 20 * len(every) / 2
    bad = spoiled(call(number="bad", startTime=-1))
    odd = spoiled(call(number="odd")) | {"messages": f"{MARK} \ud83d", "response": float("nan")}
    whole = json.dumps([*every, bad, odd]).encode()
    told = [logs(door, body) for body in (whole, whole[:-1], whole.replace(b"}]", b"}}", 1), as_lines([odd, bad])[0] + b"\n{")]
    told += [door.client.post(ALERTS, content=whole), door.client.post(ALERTS, json={"event": MARK, "event_message": MARK})]
    assert [answer.status_code for answer in told] == [200, 400, 400, 200, 400, 200]
    assert told[0].json()["accepted"] == len(every) + 1
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert any(name.endswith("-wal") for name in files)
    assert b"gpt-4o-mini" in b"".join(files.values())
    said = capfd.readouterr()
    seen = [*files.values(), caplog.text.encode(), said.out.encode(), said.err.encode(), *(answer.content for answer in told)]
    assert not any(MARK.encode() in each for each in seen)


def test_a_failure_to_keep_usage_tells_the_log_no_prompt(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class BrokenError(Exception):
        pass

    def broken() -> Any:
        raise BrokenError("the disk is gone")

    with opened(tmp_path, units=broken) as door:
        door.clock.at = RECORDED
        assert logs(door, [spoiled(call())]).status_code == 500
    assert "the disk is gone" in caplog.text
    assert MARK not in caplog.text


# Denials


def test_a_denial_is_to_be_told_once_and_again_in_the_next_window(door: Door) -> None:
    for number in range(3):
        assert logs(door, [call("denied", number), call("denied", f"{number} again")]).json()["accepted"] == 2
    [errand] = _waiting(door)
    with door.store.reads() as unit:
        denied = unit.denials.get(errand.effect.key)
    assert errand.effect.do is Do.SHOW_DENIAL
    assert denied
    assert (denied.quota, denied.denial.who, denied.denial.stands) == ("team", "ada@acme.example", usd("0.04"))
    later = RECORDED.replace(month=12)
    door.clock.at = later
    logs(door, [call("denied", "later", startTime=later.timestamp())])
    assert len(_waiting(door)) == 2


def _waiting(door: Door) -> list[Any]:
    with door.store.units() as unit:
        return unit.outbox.claim(door.clock.now(), door.clock.now(), 100)


def test_a_denial_of_nobody_is_counted_for_operators_and_told_to_nobody(door: Door) -> None:
    without = {"metadata__user_api_key_user_email": None, "metadata__user_api_key_user_id": None}
    logs(door, [call("denied", **without)])
    assert _waiting(door) == []
    with door.store.reads() as unit:
        assert [denied.denial.name for denied in unit.denials.missed(RECORDED)] == ["search"]


def test_a_denial_of_yesterday_is_counted_and_told_to_nobody(door: Door) -> None:
    assert logs(door, [call("denied", startTime=RECORDED.timestamp() - 86_400)]).json()["accepted"] == 1
    assert _waiting(door) == []


# Alerts


def test_an_alert_has_the_limits_of_its_quotas_looked_at_and_warns_nobody(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer = door.client.post(ALERTS, json=alerts()["budget_crossed:team"])
    assert (answer.status_code, answer.json()) == (200, {"quotas": ["team", "team tokens"]})
    wanted = {Effect(Do.SYNC_LIMIT, "team"), Effect(Do.SYNC_LIMIT, "team tokens")}
    assert {errand.effect for errand in _waiting(door)} == wanted
    assert "LiteLLM says budget_crossed of team t-exp: $0.03 of $0.03; looked at: team, team tokens" in caplog.text


@pytest.mark.parametrize("name", alerts())
def test_every_recorded_alert_is_taken_and_told_again_it_is_still_one_look(door: Door, name: str) -> None:
    ours = {"budget_crossed:team", "budget_crossed:key", "threshold_crossed:key"}
    for _ in range(2):
        answer = door.client.post(ALERTS, json=alerts()[name])
        assert (answer.status_code, bool(answer.json()["quotas"])) == (200, name in ours)
    assert len(_waiting(door)) == (2 if name in ours else 0)


@pytest.mark.parametrize("said", [{"event": "tomorrow's news", "more": [1]}, {}, {"event": "key_created", "event_group": "key"}])
def test_an_alert_that_is_not_known_is_taken_and_does_nothing(door: Door, said: Json) -> None:
    assert door.client.post(ALERTS, json=said).json() == {"quotas": []}
    assert _waiting(door) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"event": 7}', b"[" * 100_000])
def test_what_is_no_alert_is_a_400(door: Door, body: bytes) -> None:
    assert door.client.post(ALERTS, content=body).status_code == 400


def test_the_token_of_an_alert_may_stand_in_its_address_and_nobody_else_s_may(
    door: Door, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    good, reads = door.token(Scope.INGEST), door.token(Scope.READ)
    base = str(door.client.base_url).rstrip("/")
    for token, status in ((good, 200), (reads, 403), ("leeway_no", 401), ("", 401)):
        answer = httpx.post(f"{base}{ALERTS}?token={token}", json=alerts()["budget_crossed:team"])
        assert answer.status_code == status
        assert not token or token not in answer.text
    for path in (LOGS, "/v1/events"):
        assert httpx.post(f"{base}{path}?token={good}", json=[]).status_code == 401
    said = capfd.readouterr()
    ours = "".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))  # the client's own
    assert good not in ours + said.out + said.err
