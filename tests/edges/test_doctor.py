"""`leeway doctor`, `leeway pause` and `leeway resume`: what needs somebody, with what to do, and the switch."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.store import Store, open_store
from tests.contract.given import ADA, request
from tests.edges.commands import ROOT, Ended, leeway
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.granting import grant
from workflows.keeping import Act, keep_override, keep_request
from workflows.requests import State

QUOTA = "platform/engineering/search:usd/month"
NOW = SystemClock().now()
HOUR = timedelta(hours=1)
ENV = {"LEEWAY_CONFIG": str(ROOT / "app.yaml"), "DATABASE_URL_FILE": "url"}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of each kind with nothing in it; the commands are told of it by a file."""
    url = f"sqlite:///{tmp_path / 'leeway.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgresql"))
    (tmp_path / "url").write_text(url)
    opened = open_store(url, SystemClock())
    opened.migrate()
    yield opened
    opened.close()


def run(folder: Path, *args: str) -> Ended:
    return leeway(*args, env=ENV, folder=folder)


def test_where_nothing_needs_anybody_it_says_so_and_ends_well(tmp_path: Path, store: Store) -> None:
    done = run(tmp_path, "doctor")
    assert (done.code, done.out, done.err) == (0, "Everything is fine: nothing needs anybody.\n", "")
    assert json.loads(run(tmp_path, "doctor", "--json").out) == {"ok": True, "findings": []}


def test_what_is_wrong_is_told_with_what_to_do_and_the_exit_code_says_it_too(tmp_path: Path, store: Store) -> None:
    asked = request("R-GRANTED", quota=QUOTA, at=NOW - HOUR, state=State.APPROVED)
    waits = grant(asked, now=NOW - HOUR, within=timedelta(hours=9))
    with store.units() as unit:
        keep_request(unit, asked, Act(ADA, "submitted", NOW - HOUR))
        keep_override(unit, waits, Act("leeway", "granted", NOW - HOUR))
        unit.agenda.set(Alarm(Wake.END, "O-OTHER", NOW - HOUR))
        unit.outbox.put(Effect(Do.SYNC_LIMIT, QUOTA), NOW - HOUR)
        for errand in unit.outbox.claim(NOW, NOW, 9):
            unit.outbox.fail(errand, "Unavailable: the \x1b[31mgateway did not answer", NOW + HOUR)
        unit.commit()
    done = run(tmp_path, "doctor")
    assert done.code == 1
    late, waiting, silent, summary = (text.strip() for text in done.out.replace("\n  -> ", " -> ").strip().split("\n"))
    assert late.startswith("Nobody is at work: end was due ") and late.endswith("and that its clock is right.")
    assert f"Override {waits.id} was approved" in waiting
    assert "is not yet enforced by the limits here: the [31mgateway did not answer. -> See whether the store is up" in waiting
    assert silent.startswith("The limits here cannot be brought up to date since ")
    assert "whether its key still opens it" in silent
    assert summary == "3 things need somebody."
    said = json.loads(run(tmp_path, "doctor", "--json").out)
    assert (said["ok"], [finding["kind"] for finding in said["findings"]]) == (False, ["late", "not_enforced", "silent"])
    found = said["findings"][1]
    assert (found["what"], found["error"]) == (waits.id, "the \x1b[31mgateway did not answer")
    assert found["since"] == (NOW - HOUR).isoformat().replace("+00:00", "Z")
    assert found["todo"].startswith("See whether the store is up")


def test_new_overrides_are_paused_and_resumed_once_each_with_a_reason(tmp_path: Path, store: Store) -> None:
    done = run(tmp_path, "pause", "--reason", "LiteLLM is being upgraded.")
    assert (done.code, done.out) == (0, "New overrides are paused. Let them begin again: leeway resume\n")
    doctor = run(tmp_path, "doctor")
    assert doctor.code == 1
    assert "at the command line, since" in doctor.out and "“LiteLLM is being upgraded.”" in doctor.out
    again = run(tmp_path, "pause", "--reason", "Again.")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("New overrides are paused already, since ")
    with store.reads() as unit:
        errand = unit.outbox.find(Effect(Do.TELL_SWITCH, "1"))
    assert errand is not None
    resumed = run(tmp_path, "resume")
    assert resumed.out == "New overrides may begin again; they were paused because of: LiteLLM is being upgraded.\n"
    with store.reads() as unit:
        assert unit.outbox.find(Effect(Do.SYNC_LIMIT, QUOTA)) is not None
    none = run(tmp_path, "resume")
    assert (none.code, none.err.strip()) == (
        1,
        "New overrides are not paused, so there is nothing to resume. Nothing was changed.",
    )


def test_a_pause_needs_a_reason(tmp_path: Path, store: Store) -> None:
    assert run(tmp_path, "pause").code == 2
    assert run(tmp_path, "pause", "--reason", " ").err.startswith("Please say why")
    assert run(tmp_path, "doctor").code == 0
