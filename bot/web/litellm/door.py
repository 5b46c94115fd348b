"""`POST /v1/litellm/logs` and `POST /v1/litellm/alerts`: what LiteLLM sends by itself.

logs    200  {"accepted": 2, "duplicates": 0, "refused": [{"index": 1, "field": "startTime", "reason": "…"}]}
        400, 401, 403, 413, 415, 503 as at `/v1/events`. LiteLLM tries again only after a 5xx, and only if it is told to.
alerts  200  {"quotas": ["platform/search:usd/month"]}: those whose limits are looked at

A batch of which something is refused is a 200 all the same: LiteLLM would not send the rest in another way.
"""

import logging
from urllib.parse import parse_qs

from anyio import to_thread

from bot.web.calls import Answer, Call, Turned, answer
from bot.web.doors import Doors
from bot.web.fields import Unreadable
from bot.web.intake import Intake
from bot.web.litellm import alerts, usage

log = logging.getLogger("leeway.web")

LARGEST = 48 * 2**20  # bytes: LiteLLM sends up to 512 records, each 13 kB and its prompt, and drops what is not taken
MOST = 20_000  # records in a body; they are committed together, and others wait meanwhile


class LiteLLM:
    """The doors for a LiteLLM gateway."""

    def __init__(self, doors: Doors, intake: Intake) -> None:
        self._doors = doors
        self._intake = intake

    async def logs(self, call: Call) -> Answer:
        """What calls used, and which were stopped."""
        found = await self._intake.read(await self._intake.body(call, most=LARGEST), usage.read, call)
        if len(found.usages) > MOST:
            raise Turned(413, f"{len(found.usages):,} records are too many at once; {MOST:,} are the most")
        recorded = await self._intake.keep(found)
        if found.refused:  # LiteLLM does not look at the answer
            first = found.refused[0]
            said = f"{first.field} {first.reason}".strip()
            log.warning("%d records of LiteLLM's log were refused, the first: %s", len(found.refused), said)
        return answer(200, {"accepted": recorded.accepted, "duplicates": recorded.duplicates, "refused": found.refused})

    async def alerts(self, call: Call) -> Answer:
        """A hint. LiteLLM can send no header with it, so here alone the token may stand in the address: `?token=leeway_…`."""
        body = await self._intake.body(call, authorization=call.header(b"authorization") or _in_address(call))
        try:
            alert = alerts.read(body)
        except Unreadable as error:
            raise Turned(400, str(error)) from error
        if not alert.matters:
            return answer(200, {"quotas": []})
        quotas = [quota.key for quota in self._doors.policy.on(alert.scope(self._doors.policy.attribution.scope_of))]
        log.info("%s; %s", alert.line, f"looked at: {', '.join(quotas)}" if quotas else "no quota of ours stands for it")
        if quotas:
            await to_thread.run_sync(self._doors.hint, quotas)
        return answer(200, {"quotas": quotas})


def _in_address(call: Call) -> str:
    tokens = parse_qs(call.query.decode("latin-1")).get("token", [])
    return f"Bearer {tokens[0]}" if tokens else ""
