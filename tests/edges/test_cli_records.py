"""`leeway status`, `leeway outbox` and `leeway audit`: what is stored, for whoever runs it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.config import Draft, read
from bot.store import Store, open_store
from bot.store.database import connect
from tests.contract.given import ADA, BOB, denied, request
from tests.edges.commands import ROOT, Ended, leeway
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.granting import grant
from workflows.keeping import Act, keep_override, keep_request, note
from workflows.metering import record
from workflows.money import usd
from workflows.requests import Glass, State
from workflows.spend import Tokens, Usage
from workflows.streams import Holder, Signal
from workflows.times import Window

QUOTA = "platform/engineering/search:usd/month"
NOW = SystemClock().now()
ENV = {"LEEWAY_CONFIG": str(ROOT / "app.yaml"), "DATABASE_URL_FILE": "url"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind; the commands are told of it by a file."""
    url = f"sqlite:///{tmp_path / 'leeway.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgresql"))
    (tmp_path / "url").write_text(url)
    return url


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A pending request, one that was granted, a click, something undeliverable, a denial of nobody known and an alarm."""
    opened = open_store(database, SystemClock())
    opened.migrate()
    with opened.units() as unit:
        keep_request(unit, request("R-PENDING", quota=QUOTA, at=NOW), Act(ADA, "submitted", NOW))
        granted = request("R-GRANTED", quota=QUOTA, at=NOW, state=State.APPROVED)
        keep_request(unit, granted, Act(ADA, "submitted", NOW))
        keep_override(unit, grant(granted, now=NOW, within=timedelta(hours=1)), Act("leeway", "granted", NOW))
        note(unit, "clicks:R-PENDING", Act(ADA, "refused: not_asked", NOW), {"why": "not_asked"})
        unit.agenda.set(Alarm(Wake.LAPSE, "R-PENDING", NOW + timedelta(days=5)))
        stopped = denied("svc-search", at=NOW, window=Window(NOW - timedelta(days=1), NOW + timedelta(days=1)), quota=QUOTA)
        unit.denials.add(stopped)
        unit.denials.miss(stopped.key)
        for key in ("R-PENDING", "R-GRANTED"):
            unit.outbox.put(Effect(Do.SHOW_REQUEST, key), NOW)
        for errand in unit.outbox.claim(NOW, NOW, 9):
            unit.outbox.fail(errand, "Rejected: not_in_channel", None)
        unit.streams.hold({b"session": Holder(Signal.EVENTS, NOW.date(), passed=1_234)})
        unit.commit()
    yield opened
    opened.close()


def run(folder: Path, *args: str) -> Ended:
    return leeway(*args, env=ENV, folder=folder)


def test_status_tells_everything_that_goes_on(tmp_path: Path, store: Store) -> None:
    told = run(tmp_path, "status")
    assert (told.code, told.err) == (0, "")
    assert f"ok          0 %  {QUOTA}  $0 of $10,000" in told.out
    assert "1 open requests\n  R-PENDING  $500 on " in told.out
    assert "1 overrides\n  O-GRANTED  $500 on " in told.out
    assert "2 undelivered: leeway outbox list" in told.out
    assert "1 stopped by a gateway and not told" in told.out
    assert f"  svc-search  {QUOTA}  " in told.out
    assert "lapse  R-PENDING" in told.out
    assert "1,234 readings and events not counted, because their sessions are counted the other way" in told.out


def broken(store: Store, hours: int) -> None:
    """A glass that was broken and is to be reviewed in so many hours."""
    glass = Glass((BOB,), NOW + timedelta(hours=hours))
    with store.units() as unit:
        one = replace(request("R-GLASS", quota=QUOTA, at=NOW, state=State.APPROVED), glass=glass)
        keep_request(unit, one, Act(ADA, "broke the glass", NOW))
        unit.agenda.set(Alarm(Wake.REVIEW, "R-GLASS", NOW))
        unit.commit()


@pytest.mark.parametrize(("hours", "word"), [(8, "due"), (-8, "overdue since")])
def test_status_tells_of_a_broken_glass_that_nobody_reviewed(tmp_path: Path, store: Store, hours: int, word: str) -> None:
    broken(store, hours)
    assert f"  R-GLASS  broken glass of {ADA}, $500 on {QUOTA}: its review is {word} " in run(tmp_path, "status").out
    (said,) = json.loads(run(tmp_path, "status", "--json").out)["unreviewed"]
    assert (said["id"], said["by"], said["overdue"]) == ("R-GLASS", ADA, hours < 0)


def test_status_tells_what_no_rule_claims_and_what_has_no_price_and_what_to_do(tmp_path: Path, store: Store) -> None:
    out = run(tmp_path, "status").out
    assert "unattributed in 7 days: none\nwithout a price in 7 days: none\n" in out
    draft = read(ROOT / "app.yaml")
    assert isinstance(draft, Draft)
    stray = Usage(b"1", NOW, draft.policy.unattributed, "gpt-9", Tokens(10**6), user="ada", team="growth\x1b[31m")
    calls = [
        stray,
        stray._replace(key=b"2", at=NOW - timedelta(days=5), cost=usd(5)),
        stray._replace(key=b"3", at=NOW - timedelta(days=8)),
    ]
    record(calls, policy=draft.policy, prices={}, units=store.units, now=NOW)
    assert (
        "unattributed in 7 days: 2 events, $20 of $20 (100 %), from team growth [31m\n"
        "  say where they belong under attribution in app.yaml\n"
        "without a price in 7 days: 1 events, counted as $15, of gpt-9\n"
        "  write what they cost under models.prices in app.yaml\n"
    ) in run(tmp_path, "status").out
    said = json.loads(run(tmp_path, "status", "--json").out)
    assert (said["unattributed"]["events"], said["unpriced"]["models"][0]["model"]) == (2, "gpt-9")


def test_status_is_json_for_scripts(tmp_path: Path, store: Store) -> None:
    said = json.loads(run(tmp_path, "status", "--json").out)
    assert len(said["quotas"]) == 8
    assert [r["id"] for r in said["requests"]] == ["R-PENDING"]
    assert [(o["id"], o["status"], o["amount"]) for o in said["overrides"]] == [("O-GRANTED", "activating", usd(500))]
    assert {u["error"] for u in said["undelivered"]} == {"Rejected: not_in_channel"}
    assert [(d["who"], d["quota"], d["budget"]) for d in said["unknown_people"]] == [("svc-search", QUOTA, "team search")]
    assert [(a["what"], a["key"]) for a in said["next"]] == [("lapse", "R-PENDING")]
    assert said["passed_over"] == 1_234


def test_what_was_given_up_is_listed_and_tried_again_one_or_all(tmp_path: Path, store: Store) -> None:
    listed = json.loads(run(tmp_path, "outbox", "list", "--json").out)
    assert [(e["what"], e["key"], e["tries"]) for e in listed] == [
        ("show_request", "R-GRANTED", 1),
        ("show_request", "R-PENDING", 1),
    ]
    assert run(tmp_path, "outbox", "retry", "R-GRANTED").out == "1 will be tried again.\n"
    after = run(tmp_path, "outbox", "list").out.splitlines()
    assert after[0].endswith("show_request  R-PENDING  Rejected: not_in_channel (1 tries)")
    assert after[1] == "1 given up. Try them again: leeway outbox retry"
    assert run(tmp_path, "outbox", "retry").out == "1 will be tried again.\n"
    assert run(tmp_path, "outbox", "list").out == "Nothing was given up.\n"
    with store.reads() as unit:
        assert unit.outbox.waiting() is not None


def test_a_key_that_was_not_given_up_is_said(tmp_path: Path, store: Store) -> None:
    told = run(tmp_path, "outbox", "retry", "R-NONE")
    assert (told.code, told.out) == (1, "")
    assert "Nothing with the key R-NONE was given up" in told.err


def test_a_whole_record_is_verified(tmp_path: Path, store: Store) -> None:
    told = run(tmp_path, "audit", "verify")
    assert (told.code, told.out, told.err) == (0, "4 chains, none broken.\n", "")


TAMPERED = {
    "UPDATE requests SET requester = 'U0EVE' WHERE id = 'R-PENDING'": "R-PENDING: what is stored is not what entry 1 says",
    "UPDATE overrides SET amount = 9 WHERE id = 'O-GRANTED'": "O-GRANTED: what is stored is not what entry 1 says",
    "DELETE FROM overrides": "O-GRANTED: the record knows it, and it is not stored any more",
    "UPDATE record SET by = 'U0EVE' WHERE subject = 'R-GRANTED'": "R-GRANTED: entry 1 was changed after it was written",
    "UPDATE record SET seq = 2 WHERE subject = 'clicks:R-PENDING'": "clicks:R-PENDING: entry 1 is missing",
}


@pytest.mark.parametrize(("statement", "said"), TAMPERED.items(), ids=TAMPERED)
def test_what_was_tampered_with_is_named(tmp_path: Path, store: Store, database: str, statement: str, said: str) -> None:
    opened = connect(database)
    with opened.writing() as connection:
        connection.execute(text(statement))
        connection.commit()
    opened.engine.dispose()
    told = run(tmp_path, "audit", "verify")
    assert (told.code, told.err) == (1, f"{said}\n")
    assert told.out == "4 chains, 1 broken.\n"
    as_json = run(tmp_path, "audit", "verify", "--json")
    assert (as_json.code, json.loads(as_json.out)) == (1, {"ok": False, "chains": 4, "problems": [said]})
