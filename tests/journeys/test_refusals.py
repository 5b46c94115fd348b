"""I5: everybody does everything in every state: what is refused leaves a note and nothing else, and only a decision grants."""

from dataclasses import fields

import pytest

from docs.deciding import PEOPLE, SCENES, doings
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from tests.journeys.office import POLICY, everybody
from workflows import reviewing
from workflows.effects import Alarm, Wake
from workflows.keeping import Kit, attempt, follow
from workflows.ports import UnitOfWork
from workflows.refusals import Refused
from workflows.requests import State


@pytest.mark.parametrize("name", SCENES)
def test_what_is_refused_leaves_only_a_note_of_the_click(name: str) -> None:
    scene = SCENES[name]
    memory, clock = Memory(), ManualClock(scene.now)

    def keep(unit: UnitOfWork) -> None:
        unit.requests.add(scene.request)
        follow(unit, scene.now, [], [Alarm(Wake.LAPSE, scene.request.id, scene.request.deadline)])

    attempt(memory.units, keep)
    stored = memory.data
    kit = Kit(POLICY, clock, memory.units, memory.reads, everybody(), FakeLimits(clock))
    refusals = 0
    for by in PEOPLE.values():
        for event in doings(by, scene.request, scene.now).values():
            memory.data = stored.copy()
            done = reviewing.change(kit, scene.request.id, event, by)
            changed = {field.name for field in fields(stored) if getattr(memory.data, field.name) != getattr(stored, field.name)}
            if isinstance(done, Refused):
                refusals += 1
                assert changed == {"record"}
                ((subject, _),) = memory.data.record.keys() - stored.record.keys()
                assert subject == f"clicks:{scene.request.id}"
                (note,) = [entry for key, entry in memory.data.record.items() if key not in stored.record]
                assert (note.by, note.did) == (by, f"refused: {done.why}")
            else:
                assert {"requests", "record", "outbox"} <= changed
                granted = done.state is State.APPROVED is not scene.request.state
                assert len(memory.data.overrides) == granted
    assert refusals > 150
