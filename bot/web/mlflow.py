"""`POST /v1/mlflow/alerts`: what MLflow's gateway sends when a policy that alerts was passed.

    200  {"quotas": ["platform/search:usd/month"]}: those whose limits are looked at
    401  not signed with our secret, or not within five minutes of now
    404  we have no secret, so nobody could be believed
    400, 413, 503 as at `/v1/events`

MLflow signs `id.timestamp.body` with HMAC-SHA-256. An alert comes once a window, whatever the limit is by then, and may be lost:
so it is a hint. It has the limits of the quotas looked at whose policy it is about, and it is told to the log; whether anybody is
warned follows from what was counted here.
"""

import base64
import hashlib
import hmac
import logging
from datetime import timedelta
from decimal import Decimal

import msgspec
from anyio import to_thread

from bot.web.bodies import whole
from bot.web.calls import Answer, Call, Turned, answer
from bot.web.doors import Doors
from workflows.limits import Place
from workflows.money import LARGEST, NANO, Unit, show

log = logging.getLogger("leeway.web")

SETTING = "MLFLOW_WEBHOOK_SECRET"
LARGEST_BODY = 64_000  # bytes: MLflow's have some 400, and who sends is known only when all was read
FRESH = timedelta(minutes=5)  # MLflow tries again for a minute with the signature of the first time; clocks differ a little
UNSIGNED = f"this is not signed with our {SETTING}; give MLflow's webhook the same secret"
STALE = "this was signed too long ago, or a clock is wrong; MLflow's timestamp must be within five minutes of now"


class Policy(msgspec.Struct, frozen=True):
    """What passed its limit."""

    budget_policy_id: str = ""
    budget_amount: Decimal | None = None
    current_spend: Decimal | None = None


class Alert(msgspec.Struct, frozen=True):
    """An alert, as far as it is read."""

    entity: str = ""
    action: str = ""
    data: Policy = Policy()

    @property
    def matters(self) -> bool:
        """Whether it is about a budget: a webhook may be asked to tell of models and prompts too."""
        return (self.entity, self.action) == ("budget_policy", "exceeded") and bool(self.data.budget_policy_id)

    @property
    def line(self) -> str:
        """It in words for the log."""
        spend, limit = (_dollars(amount) for amount in (self.data.current_spend, self.data.budget_amount))
        return f"MLflow says that {spend} passed policy {self.data.budget_policy_id[:40]!a} of {limit}"


_DECODER = msgspec.json.Decoder(Alert)


class MLflow:
    """The door for an MLflow gateway."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def alerts(self, call: Call) -> Answer:
        """A hint."""
        secret = self._doors.mlflow_secret
        if not secret:
            raise Turned(404, f"nobody can be believed here until {SETTING} is set")
        body = await whole(call, LARGEST_BODY)
        if not _signed(call, body, secret):
            raise Turned(401, UNSIGNED)
        if abs(self._doors.clock.now().timestamp() - int(call.header(b"x-mlflow-timestamp"))) > FRESH.total_seconds():
            raise Turned(401, STALE)
        alert = _read(body)
        quotas = [quota.key for quota in self._doors.policy.quotas if _stands(quota.place, alert)] if alert.matters else []
        if alert.matters:
            log.info("%s; %s", alert.line, f"looked at: {', '.join(quotas)}" if quotas else "no quota of ours stands for it")
        if quotas:
            await to_thread.run_sync(self._doors.hint, quotas)
        return answer(200, {"quotas": quotas})


def _signed(call: Call, body: bytes, secret: str) -> bool:
    name, at = call.header(b"x-mlflow-delivery-id"), call.header(b"x-mlflow-timestamp")
    if not name or not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    signed = f"{name}.{at}.".encode("latin-1") + body
    digest = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest())
    return hmac.compare_digest(b"v1," + digest, call.headers.get(b"x-mlflow-signature", b""))


def _read(body: bytes) -> Alert:
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Turned(400, "the body is no alert of MLflow: it must be an object with entity, action and data") from None


def _stands(place: Place | None, alert: Alert) -> bool:
    """Whether the policy of an alert is one of a place."""
    return place is not None and place.store == "mlflow" and alert.data.budget_policy_id in dict(place.parts).values()


def _dollars(amount: Decimal | None) -> str:
    if amount is None or not amount.is_finite() or abs(amount) > LARGEST // NANO:
        return "?"
    return show(int(amount * NANO), Unit.USD)
