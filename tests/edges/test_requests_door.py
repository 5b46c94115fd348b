"""`GET /v1/requests/{id}`: how a request stands, without anybody's own words."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.store import Scope
from tests.contract.given import ADA, BOB, DAY, HOUR, NOW, case, override, request
from tests.edges.door import Door, opened
from workflows.appeals import Appeal, Broken
from workflows.automatic import Automatic, Mode, Revoked
from workflows.ballots import Question, Verdict, Vote
from workflows.cases import Part, Term
from workflows.money import Unit, usd
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.requests import Glass, Request, State
from workflows.rules import Data, Facts, Limit
from workflows.seats import Route, Stage

CY, DI, EVE, PAT = (PersonId(name) for name in ("U0CY", "U0DI", "U0EVE", "U0PAT"))
WORDS = (
    "the launch is on Friday",
    "Which launch?",
    "That one.",
    "Too much.",
    "Half of it.",
    "the support board",
    "We must.",
    "Not this.",
)
ROUTE = Route(
    (
        Stage("manager", (BOB,), rules=("acknowledge",), rungs=((PAT,),)),
        Stage("finance", (CY, DI), 2, ("large", "long"), instead="finance", climbed=1),
    )
)
ASKED = request(
    "R-FULL",
    case=case(
        models=("opus-*",), ticket="https://tickets/1", behalf="search", use_case="rag", also=(Part("all", usd(500), Unit.USD),)
    ),
    route=ROUTE,
    facts=Facts("platform/search", Limit.SOFT, usd(500), Unit.USD, 5, 2 * DAY, Data.INTERNAL, exceptions_30=1, exposure=7),
    version=9,
    revision=3,
    round=2,
    votes=(Vote(EVE, Verdict.APPROVE, NOW + HOUR, amount=usd(300), term=Term(span=DAY), acting_for=BOB),),
    voided=(Vote(BOB, Verdict.DENY, NOW, reason="Too much.", instead="Half of it."),),
    questions=(Question(BOB, NOW, "Which launch?", "That one.", NOW + HOUR), Question(CY, NOW, "Which launch?")),
    excluded=(ADA, PAT),
    passed=(PAT,),
    since=NOW + HOUR,
    nudged=NOW + 2 * HOUR,
    auto=Automatic("routine", Mode.SHADOW, ("amount",)),
    policy="5f2d",
    appeal=Appeal((Broken("wrong model", "No."),), "We must."),
    revoked=Revoked(BOB, NOW, "Not this."),
)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


def kept(door: Door, asked: Request, *granted: Override) -> Any:
    """What the door says of a request that is stored."""
    with door.store.units() as unit:
        unit.requests.add(asked)
        for each in granted:
            unit.overrides.add(each)
        unit.commit()
    answer = door.client.get(f"/v1/requests/{asked.id}")
    assert answer.status_code == 200
    return answer.json()


TOLD = {
    "id": "R-FULL",
    "state": "pending",
    "text": "$500 on platform/search:usd/month for 2 days, $300 agreed to, pending: waits for U0CY, U0DI",
    "requester": "U0ADA",
    "behalf": "search",
    "quota": "platform/search:usd/month",
    "unit": "usd",
    "amount": usd(500),
    "duration": 172_800,
    "until": None,
    "not_before": None,
    "resets": 0,
    "offered": {"amount": usd(300), "duration": 86_400, "until": None, "not_before": None, "resets": 0},
    "also": [{"quota": "all", "amount": usd(500), "unit": "usd"}],
    "data": "internal",
    "models": ["opus-*"],
    "use_case": "rag",
    "ticket": "https://tickets/1",
    "limit": "soft",
    "submitted_at": "2026-11-26T12:00:00Z",
    "since": "2026-11-26T13:00:00Z",
    "deadline": "2026-12-01T12:00:00Z",
    "decided_at": None,
    "nudged_at": "2026-11-26T14:00:00Z",
    "reopened_at": None,
    "revision": 3,
    "round": 2,
    "waiting_on": ["U0CY", "U0DI"],
    "stages": [
        {
            "name": "manager",
            "rules": ["acknowledge"],
            "quorum": 1,
            "people": ["U0BOB"],
            "approved": ["U0BOB"],
            "full": True,
            "asked": False,
            "instead_of": "",
            "rungs": [["U0PAT"]],
            "climbed": 0,
        },
        {
            "name": "finance",
            "rules": ["large", "long"],
            "quorum": 2,
            "people": ["U0CY", "U0DI"],
            "approved": [],
            "full": False,
            "asked": True,
            "instead_of": "finance",
            "rungs": [],
            "climbed": 1,
        },
    ],
    "votes": [
        {
            "by": "U0EVE",
            "acting_for": "U0BOB",
            "verdict": "approve",
            "at": "2026-11-26T13:00:00Z",
            "amount": usd(300),
            "duration": 86_400,
            "until": None,
            "over_authority": False,
        }
    ],
    "voided": [
        {
            "by": "U0BOB",
            "acting_for": None,
            "verdict": "deny",
            "at": "2026-11-26T12:00:00Z",
            "amount": None,
            "duration": None,
            "until": None,
            "over_authority": False,
        }
    ],
    "passed": ["U0PAT"],
    "questions": {"asked": 2, "answered": 1},
    "excluded": ["U0ADA", "U0PAT"],
    "policy": "5f2d",
    "facts": {
        "scope": "platform/search",
        "kind": "production",
        "limit": "soft",
        "amount": usd(500),
        "unit": "usd",
        "percent": 5,
        "duration": 172_800,
        "data": "internal",
        "models_not_approved": [],
        "exceptions_30": 1,
        "exceptions_90": 0,
        "exposure": 7,
    },
    "automatic": {"rule": "routine", "mode": "shadow", "would_approve": False, "violated": ["amount"]},
    "revoked_by": "U0BOB",
    "appeal_against": ["wrong model"],
    "break_glass": None,
    "overrides": [],
}


def test_a_request_is_told_with_everything_that_is_known_of_it_but_people_s_words(door: Door) -> None:
    said = kept(door, ASKED)
    assert said == TOLD

    assert not any(words in json.dumps(said) for words in WORDS)


def test_what_was_granted_is_told_with_where_it_stands(door: Door) -> None:
    asked = request(
        "R-OLD", at=NOW - DAY, state=State.APPROVED, decided=NOW - DAY, glass=Glass((CY,), NOW + DAY, CY, NOW, True, "ok")
    )
    granted = override(asked, id="O-OLD", starts=NOW - DAY, ends=NOW + timedelta(hours=3))
    gone = replace(granted, id="O-OLD.2", ends=NOW - HOUR, gone=NOW - HOUR)
    said = kept(door, asked, granted, gone)
    assert (said["facts"], said["automatic"], said["decided_at"]) == (None, None, "2026-11-25T12:00:00Z")
    assert said["text"] == "$500 on platform/search:usd/month for 2 days, approved"
    assert said["break_glass"] == {
        "reviewers": ["U0CY"],
        "review_due": "2026-11-27T12:00:00Z",
        "reviewed_by": "U0CY",
        "reviewed_at": "2026-11-26T12:00:00Z",
        "fine": True,
    }
    assert said["overrides"][0] == {
        "id": "O-OLD",
        "quota": "platform/search:usd/month",
        "amount": usd(500),
        "unit": "usd",
        "status": "active",
        "granted_at": "2026-11-25T12:00:00Z",
        "starts_at": "2026-11-25T12:00:00Z",
        "ends_at": "2026-11-26T15:00:00Z",
        "ended_because": None,
    }
    assert (said["overrides"][1]["status"], said["overrides"][1]["ended_because"]) == ("ended", "expired")


def test_a_request_until_a_moment_says_when(door: Door) -> None:
    said = kept(door, request("R-UNTIL", case=case(term=Term(until=NOW + DAY))))
    assert (said["duration"], said["until"]) == (None, "2026-11-27T12:00:00Z")
    assert " until 2026-11-27T12:00:00Z, pending: waits for U0BOB" in said["text"]


def test_one_for_a_time_that_ends_at_a_moment_at_the_latest_says_both(door: Door) -> None:
    said = kept(door, request("R-BOTH", case=case(term=Term(span=2 * HOUR, until=NOW + DAY))))
    assert (said["duration"], said["until"]) == (7_200, "2026-11-27T12:00:00Z")
    assert " for 2 hours, until 2026-11-27T12:00:00Z, pending" in said["text"]


def test_one_that_nobody_made_is_not_found(door: Door) -> None:
    answer = door.client.get("/v1/requests/R-NONE")
    assert (answer.status_code, answer.json()) == (404, {"error": '"R-NONE" is no request'})


def test_it_needs_a_token_that_may_read(door: Door) -> None:
    kept(door, ASKED)
    blind = {"Authorization": f"Bearer {door.token(Scope.INGEST)}"}
    assert door.client.get("/v1/requests/R-FULL", headers=blind).status_code == 403
    assert httpx.get(f"{door.client.base_url}/v1/requests/R-FULL").status_code == 401
