"""What was granted can be ended by whoever approved it, whoever owns its quota, and operators, with a reason; by nobody else."""

import pytest

from bot.demo.actor import buttons, said
from tests.journeys.clicks import clicks
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, usd
from tests.journeys.world import world as opened
from workflows import overruling
from workflows.overrides import Reason, Status
from workflows.refusals import Refused, Why
from workflows.requests import State

OVER = "The evaluation is over."
OPERATED = (
    POLICY.replace("  groups:\n", "  groups:\n    ops: [eve@acme.example]\n") + 'operators: {who: ops, channel: "#ai-platform"}\n'
)


def granted(world: World) -> None:
    """Finance approves beside bob, so that not everybody who approved it owns the quota."""
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()


def revokes(person: Person, channel: str = "team-search") -> dict[str, str]:
    card = next(m for m in reversed(person.messages(channel)) if "revoke" in buttons(m))
    assert not person.press(card, "revoke").error
    return person.submit(reason=OVER).errors


@BOTH
def test_whoever_approved_it_ends_it_and_its_holder_reads_why(world: World) -> None:
    granted(world)
    card = world.bob.card("revoke")
    assert not world.bob.press(card, "revoke").error
    assert set(world.bob.submit(reason=" ").errors) == {"reason"}
    assert not world.bob.submit(reason=OVER).errors
    override = world.search.override
    assert override is not None and override.reason() is Reason.REVOKED
    assert world.search.request.state is State.APPROVED
    assert world.search.limit == usd(10_000)
    told = said(world.ada.sees("Why it was revoked", channel="leeway"))
    assert OVER in told and world.bob.id in told and "Revoked" in told and "returned" not in told and "ended on time" not in told
    (news,) = world.told("team-search", "is over: it was revoked")
    assert world.ada.id in said(news)
    for person in (world.bob, world.ada):
        assert not any({"revoke", "return", "extend"} & set(buttons(m)) for m in person.messages("leeway"))


def test_the_owner_of_the_quota_ends_what_others_approved() -> None:
    elsewhere = POLICY.replace('#team-search", owner: bob@acme.example', '#team-search", owner: eve@acme.example')
    with opened(elsewhere) as world:
        granted(world)
        assert not revokes(world.eve)
        assert world.search.request.revoked is not None and world.search.request.revoked.by == world.eve.id
        assert world.search.limit == usd(10_000)


def test_an_operator_ends_it() -> None:
    with opened(OPERATED) as world:
        granted(world)
        assert not revokes(world.eve)
        assert world.search.request.revoked is not None and world.search.request.revoked.by == world.eve.id


@pytest.mark.parametrize(("name", "why"), [("ada", "yourself"), ("eve", "can revoke this"), ("cy", "can revoke this")])
def test_everybody_else_is_refused_privately_and_the_try_is_recorded(world: World, name: str, why: str) -> None:
    granted(world)
    person, before = getattr(world, name), clicks(world)
    card = next(m for m in person.messages("team-search") if "revoke" in buttons(m))
    person.press(card, "revoke")
    assert world.search.status is Status.ACTIVE and world.search.request.revoked is None
    assert any(why in one for one in person.whispers("team-search"))
    assert clicks(world) == before + 1


def test_the_second_who_revokes_is_told_who_was_first() -> None:
    with opened(OPERATED) as world:
        granted(world)
        card = next(m for m in world.eve.messages("team-search") if "revoke" in buttons(m))
        assert not world.eve.press(card, "revoke").error
        assert not revokes(world.bob, "leeway")
        assert "revoked already" in world.eve.submit(reason="Mine is another reason.").errors["reason"]


@BOTH
def test_an_operator_at_the_command_line_is_recorded_as_one(world: World) -> None:
    granted(world)
    override = world.search.override
    assert override is not None
    done = overruling.revoke_here(world.stage.leeway.kit, override.id, OVER)
    assert not isinstance(done, Refused)
    world.stage.settle()
    assert world.search.limit == usd(10_000)
    told = said(world.ada.sees("Why it was revoked", channel="leeway"))
    assert "by an operator" in told.replace("  ", " ") and OVER in told
    with world.stage.store.reads() as unit:
        assert unit.record.chain(override.id)[-2].by == "operator"
    again = overruling.revoke_here(world.stage.leeway.kit, override.id, OVER)
    assert isinstance(again, Refused) and again.why is Why.TAKEN_BACK


def test_a_decision_that_was_taken_back_and_made_again_can_be_revoked_again(world: World) -> None:
    granted(world)
    assert not revokes(world.bob, "leeway")
    assert not world.bob.press(world.bob.card("undo"), "undo").error
    assert world.search.request.revoked is None
    world.time_passes(seconds=1)
    world.bob.approves()
    assert world.search.status is Status.ACTIVE
    assert not revokes(world.bob, "leeway")
