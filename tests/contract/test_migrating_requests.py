"""Migrating requests that are open and overrides that run: each is what it was, and can go on."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from bot.store import open_store, schema
from bot.store.database import connect
from tests.contract.given import BOB, HOUR, NOW, decided, override, request
from tests.contract.test_migrating import insert
from tests.fakes.clock import ManualClock
from workflows.ballots import Verdict, Vote
from workflows.overrides import Happened, Outcome, Override
from workflows.requests import Request, State

NEWER = {"facts", "excluded", "auto", "glass", "round", "since", "passed", "voided", "questions", "nudged", "reopened"}
NEWER |= {"appeal", "revoked"}
VOTE = {"by": str(BOB), "verdict": "approve", "at": NOW.isoformat(), "revision": 1, "reason": "", "instead": ""}


def old_request(of: Request, votes: list[dict[str, Any]]) -> dict[str, Any]:
    """A row as the second version wrote it."""
    said = _fields(of)
    stages = [{"name": s.name, "approvers": list(s.approvers), "quorum": 1, "rules": [], "instead": ""} for s in of.route.stages]
    case = {k: v for k, v in msgspec.to_builtins(of.case).items() if k not in ("behalf", "use_case", "also", "extends")}
    plain = {"case": json.dumps(case), "route": json.dumps({"stages": stages}), "votes": json.dumps(votes)}
    return {k: v for k, v in said.items() if k not in NEWER} | plain | {"quota": of.case.quota}


def _fields(of: object) -> dict[str, Any]:
    named = {name: getattr(of, name) for name in type(of).__dataclass_fields__}  # type: ignore[attr-defined]
    return {k: v if isinstance(v, int | datetime) or v is None else str(v) for k, v in named.items()}


def old_override(of: Override) -> dict[str, Any]:
    term = {k: v for k, v in msgspec.to_builtins(of.term).items() if k in ("span", "until")}
    plain = {k: v for k, v in _fields(of).items() if k not in ("follows", "held", "grace", "kept")}
    return plain | {"term": json.dumps(term)}


def test_a_pending_request_and_a_running_override_are_what_they_were(blank: str) -> None:
    asked, done = request("R1"), decided("R2", NOW, State.APPROVED, requester=BOB)
    running = override(done, starts=NOW, ends=NOW + HOUR, version=2)
    came = Outcome(running.id, Happened.YES, NOW, BOB, 40, "It did.", "")
    database = connect(blank)
    with database.writing() as connection:
        schema.upgrade(connection, "0002")
        insert(connection, "requests", old_request(asked, []))
        insert(connection, "requests", old_request(done, [VOTE]))
        insert(connection, "overrides", old_override(running))
        insert(connection, "outcomes", _fields(came))
        connection.commit()
    database.engine.dispose()
    store = open_store(blank, ManualClock(NOW))
    store.migrate()
    with store.units() as unit:
        assert unit.requests.get("R1") == asked
        assert unit.requests.get("R2") == replace(done, votes=(Vote(BOB, Verdict.APPROVE, NOW),))
        assert unit.overrides.of("R2") == running
        assert unit.outcomes.get(running.id) == came
        unit.overrides.add(replace(running, id="O2.2"))
        unit.requests.save(replace(asked, version=2, since=NOW + HOUR))
        unit.commit()
    store.close()
