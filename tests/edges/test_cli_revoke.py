"""`leeway revoke` ends what was granted, without Slack, and what it did is in the record."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.store import Store, open_store
from tests.contract.given import ADA, request
from tests.edges.commands import ROOT, Ended, leeway
from workflows.effects import Do, Effect
from workflows.granting import grant
from workflows.keeping import Act, keep_override, keep_request
from workflows.overrides import Override, Reason
from workflows.requests import State

QUOTA = "platform/engineering/search:usd/month"
ENV = {"LEEWAY_CONFIG": str(ROOT / "app.yaml")}


@pytest.fixture
def granted(tmp_path: Path) -> tuple[Store, Override]:
    """A database in which something was granted."""
    now, store = SystemClock().now(), open_store(f"sqlite:///{tmp_path / 'leeway.db'}", SystemClock())
    store.migrate()
    asked = request("R-GRANTED", quota=QUOTA, at=now, state=State.APPROVED)
    given = grant(asked, now=now, within=timedelta(hours=1))
    with store.units() as unit:
        keep_request(unit, asked, Act(ADA, "submitted", now))
        keep_override(unit, given, Act("leeway", "granted", now))
        unit.commit()
    return store, given


def run(folder: Path, *args: str) -> Ended:
    return leeway("revoke", *args, env={**ENV, "DATABASE_URL": f"sqlite:///{folder / 'leeway.db'}"}, folder=folder)


def test_an_operator_ends_an_override_by_its_id_and_the_store_is_to_follow(
    granted: tuple[Store, Override], tmp_path: Path
) -> None:
    store, given = granted
    ended = run(tmp_path, given.id, "--reason", "Spend is frozen until Monday.")
    assert (ended.code, ended.out.split(":")[0]) == (0, "R-GRANTED is revoked"), ended.err
    with store.reads() as unit:
        after, asked = unit.overrides.get(given.id), unit.requests.get("R-GRANTED")
        assert after is not None and after.reason() is Reason.REVOKED
        assert asked is not None and asked.revoked is not None
        assert (asked.revoked.by, asked.revoked.words) == ("operator", "Spend is frozen until Monday.")
        last = unit.record.last(given.id)
        assert last is not None and (last.by, last.did) == ("operator", "revoked")
        assert unit.outbox.find(Effect(Do.SYNC_LIMIT, QUOTA)) is not None
    again = run(tmp_path, "R-GRANTED", "--reason", "Once more.")
    assert again.code == 1 and "revoked already" in again.err
    store.close()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("O-NOBODY", "--reason", "Why not."), 1, "There is no such request here"),
        (("O-GRANTED", "--reason", " "), 1, "Please fill this in"),
        (("O-GRANTED",), 2, "--reason"),
    ],
)
def test_what_it_cannot_do_it_says(
    granted: tuple[Store, Override], tmp_path: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    store, given = granted
    ended = run(tmp_path, *args)
    assert ended.code == code and said in ended.err
    with store.reads() as unit:
        assert unit.overrides.get(given.id) == given
    store.close()
