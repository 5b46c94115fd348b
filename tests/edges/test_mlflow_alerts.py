"""MLflow's signed alerts: whom we believe, what they are a hint of, and that the real server's are such."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import SystemClock
from tests.edges.commands import until
from tests.edges.door import NOW, POLICY, Door, opened
from tests.edges.models import vendor
from tests.mlflow import Gateway
from workflows.effects import Do, Effect
from workflows.limits import Place
from workflows.policy import Policy

SECRET = "a secret of ours"
ALERT = {
    "entity": "budget_policy",
    "action": "exceeded",
    "timestamp": "2026-11-25T12:00:00+00:00",
    "data": {
        "budget_policy_id": "bp-soft",
        "budget_unit": "USD",
        "budget_amount": 100.0,
        "current_spend": 105.5,
        "duration_unit": "MONTHS",
        "duration_value": 1,
        "target_scope": "ENDPOINT",
        "workspace": "default",
        "target_value": "ep-1",
        "window_start": 1704067200000,
    },
}


def placed(alert: str, reject: str = "bp-hard") -> Policy:
    first, *rest = POLICY.quotas
    return replace(POLICY, quotas=(replace(first, place=Place("mlflow", (("alert", alert), ("reject", reject)))), *rest))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path, policy=placed("bp-soft"), mlflow_secret=SECRET) as door:
        yield door


def sent(door: Door, body: Any = ALERT, *, secret: str = SECRET, late: int = 0, **headers: str) -> httpx.Response:
    """An alert as MLflow sends it, signed so many seconds late; `headers` are changed after it was signed."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    name, at = "a492d74a-3eb6", str(int(NOW.timestamp()) - late)
    digest = hmac.new(secret.encode(), f"{name}.{at}.".encode() + raw, hashlib.sha256).digest()
    said = {
        "X-MLflow-Delivery-Id": name,
        "X-MLflow-Timestamp": at,
        "X-MLflow-Signature": f"v1,{base64.b64encode(digest).decode()}",
        "Authorization": "",
    }
    changed = {f"X-MLflow-{key.replace('_', '-')}": value for key, value in headers.items()}
    return door.client.post(
        "/v1/mlflow/alerts", content=raw, headers=[(name, value.encode("latin-1")) for name, value in {**said, **changed}.items()]
    )


def looked_at(door: Door) -> list[Effect]:
    """The limits that were queued to be looked at."""
    with door.store.units() as unit:
        return [errand.effect for errand in unit.outbox.claim(door.clock.now(), door.clock.now(), 10)]


def test_a_signed_alert_has_the_limits_of_its_quota_looked_at(door: Door) -> None:
    answered = sent(door)
    assert (answered.status_code, answered.json()) == (200, {"quotas": ["team"]})
    assert looked_at(door) == [Effect(Do.SYNC_LIMIT, "team")]


def test_an_alert_of_a_policy_that_stops_is_one_too(door: Door) -> None:
    data = {**ALERT["data"], "budget_policy_id": "bp-hard"}  # type: ignore[dict-item]
    assert sent(door, {**ALERT, "data": data}).json() == {"quotas": ["team"]}


REFUSED = {
    "another secret": {"secret": "a guess"},
    "another id": {"Delivery_Id": "another"},
    "another time": {"Timestamp": str(int(NOW.timestamp()) + 1)},
    "no signature": {"Signature": ""},
    "another version": {"Signature": "v2,AAAA"},
    "no id": {"Delivery_Id": ""},
    "no time": {"Timestamp": ""},
    "a time that is none": {"Timestamp": "-5"},
    "an endless time": {"Timestamp": "9" * 40},
    "letters beyond ours": {"Signature": "v1,\xff\xfe"},
}


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED)
def test_what_is_not_signed_with_our_secret_is_not_believed(said: dict[str, str], door: Door) -> None:
    answered = sent(door, **said)  # type: ignore[arg-type]
    assert (answered.status_code, answered.json()["error"]) == (
        401,
        "this is not signed with our MLFLOW_WEBHOOK_SECRET; give MLflow's webhook the same secret",
    )
    assert looked_at(door) == []


def test_a_body_that_was_changed_on_its_way_is_not_believed(door: Door) -> None:
    headers = sent(door).request.headers
    body = json.dumps(ALERT).encode().replace(b"bp-soft", b"bp-hard")
    kept = {name: headers[name] for name in headers if name.startswith("x-mlflow")}
    assert door.client.post("/v1/mlflow/alerts", content=body, headers=kept).status_code == 401


@pytest.mark.parametrize("late", [301, -301, 86_400])
def test_an_alert_that_was_recorded_and_comes_again_later_is_refused(late: int, door: Door) -> None:
    answered = sent(door, late=late)
    assert answered.status_code == 401 and "signed too long ago, or a clock is wrong" in answered.json()["error"]
    assert sent(door, late=300 if late > 0 else -300).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": 5}', b"\xff", b'{"entity": 5}', b"[" * 10_000])
def test_a_signed_body_that_is_no_alert_is_refused(body: bytes, door: Door) -> None:
    assert sent(door, body).status_code == 400


@pytest.mark.parametrize(
    "change", [{"entity": "prompt"}, {"action": "created"}, {"data": {}}, {"data": {"budget_policy_id": "bp-else"}}]
)
def test_other_news_of_mlflow_is_taken_and_nothing_follows(change: dict[str, Any], door: Door) -> None:
    answered = sent(door, {**ALERT, **change})
    assert (answered.status_code, answered.json()) == (200, {"quotas": []})
    assert looked_at(door) == []


def test_a_body_that_is_too_large_is_not_read_to_its_end(door: Door) -> None:
    assert sent(door, b" " * 64_001).status_code == 413


def test_without_a_secret_nobody_is_believed(tmp_path: Path) -> None:
    with opened(tmp_path, policy=placed("bp-soft")) as door:
        answered = sent(door, secret="")
        assert (answered.status_code, "until MLFLOW_WEBHOOK_SECRET is set" in answered.json()["error"]) == (404, True)


def test_the_secret_is_not_shown(door: Door) -> None:
    assert SECRET not in sent(door, secret="x").text


def test_the_real_server_tells_us_when_spend_passes_the_policy_that_alerts(mlflow: Gateway, tmp_path: Path) -> None:
    with vendor(tokens=1_000_000) as models:
        endpoint = mlflow.endpoint(models.url)
        alert = endpoint.policy("ALERT", 0.2)
        with opened(tmp_path, policy=placed(alert), mlflow_secret=SECRET) as door:
            door.clock.at = SystemClock().now()
            with mlflow.telling(f"{door.server.url}/v1/mlflow/alerts", SECRET):
                assert (endpoint.chat(), endpoint.chat()) == (200, 200)
                until(lambda: looked_at(door) == [Effect(Do.SYNC_LIMIT, "team")])


def test_an_alert_of_a_minute_ago_is_still_one(door: Door) -> None:
    door.clock.forward(timedelta(minutes=1))  # MLflow tries again with the signature of the first time
    assert sent(door).status_code == 200
