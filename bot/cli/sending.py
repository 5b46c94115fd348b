"""Sending: steps go in by their doors, in batches, each when it is due; whoever is busy or away is waited for."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from bot.cli import spendlogs
from bot.cli.steps import EVENTS, HISTORICAL, Bad, Step

BATCH = 500
TRIES = 8
LONGEST_WAIT = 60.0  # seconds, whatever Retry-After says
KEPT = 10_000  # problems
SLICE = 1.0  # seconds between two batches of a paced replay, at least

_EXACT = msgspec.json.Encoder(decimal_format="number")

Json = dict[str, Any]
Send = Callable[[str, Sequence[Json]], Json]
"""Sends events in by a door; what it answered."""


class Stopped(Exception):
    """The replay cannot go on."""


@dataclass(slots=True)
class Outcome:
    """What came of a replay. `problems` are lines that were no event, or that Leeway refused."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    bad: int = 0
    problems: list[tuple[int | str, str]] = field(default_factory=list)

    def note(self, line: int | str, reason: str) -> None:
        if len(self.problems) < KEPT:
            self.problems.append((line, reason))


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast: `speed` 0 is as fast as may be, 1 real time, 60 an hour a minute."""

    speed: float = 0
    pause: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic


def send_all(
    steps: Iterable[Step | Bad], send: Send, *, shift: timedelta, pacing: Pacing, seen: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Sends steps in batches, each when it is due; `seen` hears how many lines are done."""
    outcome, began = Outcome(), pacing.elapsed()
    for due, batch in _batches(_good(steps, outcome, seen), pacing.speed):
        if (wait := began + due - pacing.elapsed()) > 0:
            pacing.pause(wait)
        answer = send(batch[0].door, [_moved(step, shift) for step in batch])
        outcome.sent += len(batch)
        outcome.accepted += answer["accepted"]
        outcome.duplicates += answer["duplicates"]
        outcome.refused += len(answer["refused"])
        for refusal in answer["refused"]:
            outcome.note(batch[refusal["index"]].line, f"{refusal['field']} {refusal['reason']}".strip())
        seen(len(batch))
    return outcome


def _good(steps: Iterable[Step | Bad], outcome: Outcome, seen: Callable[[int], None]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Step):
            yield step
        else:
            outcome.bad += 1
            outcome.note(step.line, step.reason)
            seen(1)


def _batches(steps: Iterable[Step], speed: float) -> Iterator[tuple[float, list[Step]]]:
    """Batches of one door, each with the second in which it is due."""
    batch: list[Step] = []
    first, due = None, 0.0
    for step in steps:
        at = due
        if speed and step.at is not None:
            first = first or step.at
            at = (step.at - first).total_seconds() / speed // SLICE * SLICE
        if batch and (len(batch) == BATCH or at != due or step.door != batch[0].door):
            yield due, batch
            batch = []
        due = at
        batch.append(step)
    if batch:
        yield due, batch


def _moved(step: Step, shift: timedelta) -> Json:
    if step.at is None:
        return step.event
    if step.door == EVENTS:
        return step.event | {"time": (step.at + shift).isoformat()}
    return spendlogs.moved(step.event, shift) if shift else step.event


def sender(client: httpx.Client, pause: Callable[[float], None]) -> Send:
    """Posts batches to Leeway. Raises Stopped when that does not help any more."""

    def send(door: str, batch: Sequence[Json]) -> Json:
        headers = {"Content-Type": "application/json"}
        address = f"{door}?{HISTORICAL}"  # a trace may be of last year
        return _patiently(lambda: client.post(address, content=_encoded(batch), headers=headers), pause, _told)

    return send


def _encoded(batch: Sequence[Json]) -> bytes:
    try:
        return _EXACT.encode(list(batch))
    except UnicodeEncodeError:  # half an emoji somewhere, which only Python's own JSON can write
        return json.dumps(list(batch), default=float).encode()


def asker(client: httpx.Client, pause: Callable[[float], None]) -> spendlogs.Get:
    """Asks LiteLLM for pages of its spend logs. Raises Stopped when it does not give them."""
    return lambda asked: _patiently(lambda: client.get("/spend/logs/v2", params=dict(asked)), pause, _said_by_litellm)


def _patiently(ask: Callable[[], httpx.Response], pause: Callable[[float], None], told: Callable[[httpx.Response], str]) -> Json:
    """What was answered, JSON with numbers as they are; waits and tries again while the other side is busy or away."""
    said = ""
    for tried in range(TRIES):
        try:
            answer = ask()
        except httpx.TransportError as error:
            said, wait = str(error) or type(error).__name__, float(2**tried)
        else:
            if answer.status_code == 200:
                return _object(answer, told)
            said, wait = told(answer), _asked(answer)
            if answer.status_code not in (429, 502, 503, 504):
                raise Stopped(said)
        if tried < TRIES - 1:
            pause(min(wait, LONGEST_WAIT))
    raise Stopped(f"{said} ({TRIES} tries)")


def _object(answer: httpx.Response, told: Callable[[httpx.Response], str]) -> Json:
    try:
        return dict(json.loads(answer.content, parse_float=Decimal))
    except (ValueError, TypeError):
        raise Stopped(told(answer)) from None


def _asked(answer: httpx.Response) -> float:
    asked = answer.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else 1.0


def _told(answer: httpx.Response) -> str:
    return f"{answer.url} answered {answer.status_code}: {_error(answer) or 'no reason given; is this the address of Leeway?'}"


def _said_by_litellm(answer: httpx.Response) -> str:
    where = str(answer.url).partition("?")[0]
    hints = {
        401: "LITELLM_API_KEY is no key of this LiteLLM",
        403: "the key in LITELLM_API_KEY may not read every spend log: take a proxy admin's",
        404: "it has no spend logs there; is this the address of LiteLLM, and is it a version of 2025 or later?",
    }
    said = hints.get(answer.status_code) or _error(answer) or "no reason given; is this the address of LiteLLM?"
    return f"{where} answered {answer.status_code}: {said}"


def _error(answer: httpx.Response) -> str:
    """The reason in an answer, as Leeway or LiteLLM words it; "" when there is none."""
    try:
        said = answer.json()["error"]
        return str(said["message"] if isinstance(said, dict) else said)[:300]
    except (ValueError, KeyError, TypeError):
        return ""
