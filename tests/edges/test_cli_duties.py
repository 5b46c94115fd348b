"""`leeway status` tells of pairs who approved each other and of approvals by delegates, and says nothing where there are none."""

import json
from dataclasses import replace
from pathlib import Path

from bot.clock import SystemClock
from tests.contract.given import ADA, BOB, DAY, request
from tests.edges.commands import leeway
from tests.edges.history import APP, begun
from workflows.ballots import Verdict, Vote
from workflows.people import PersonId
from workflows.requests import Request, State

CY = PersonId("U0CY")


def stored(folder: Path, *requests: Request) -> None:
    with begun(folder).store.units() as unit:
        for each in requests:
            unit.requests.add(each)
        unit.commit()


def test_duties_are_told_for_readers_and_for_scripts(tmp_path: Path) -> None:
    now = SystemClock().now()

    def approved(name: str, of: PersonId, by: PersonId, acting_for: PersonId | None = None, days: int = 1) -> Request:
        vote = Vote(by, Verdict.APPROVE, now, acting_for=acting_for)
        return replace(request(name, by=of, at=now - days * DAY), state=State.APPROVED, decided=now, votes=(vote,))

    (tmp_path / "app.yaml").write_text(APP)
    env = {"DATABASE_URL": f"sqlite:///{tmp_path / 'leeway.db'}"}
    stored(tmp_path, approved("R-1", ADA, BOB, days=91), approved("R-2", BOB, ADA))
    quiet = leeway("status", env=env, folder=tmp_path)
    assert (quiet.code, "approved" in quiet.out) == (0, False)
    stored(tmp_path, approved("R-3", ADA, CY, acting_for=BOB))
    told = leeway("status", env=env, folder=tmp_path)
    assert told.out.splitlines()[-4:] == [
        "approved each other's requests in 90 days:",
        "  U0BOB approved R-3 of U0ADA, and U0ADA approved R-2 of U0BOB",
        "approved by delegates in 90 days:",
        "  R-3  U0CY for U0BOB",
    ]
    said = json.loads(leeway("status", "--json", env=env, folder=tmp_path).out)
    assert said["approved_each_other"] == [{"people": ["U0ADA", "U0BOB"], "approved": [["R-3"], ["R-2"]]}]
    assert said["approved_by_delegates"] == [{"request": "R-3", "by": "U0CY", "acting_for": "U0BOB"}]
