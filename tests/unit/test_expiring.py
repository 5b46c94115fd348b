"""A store that ends overrides by itself as well is told when, and is not taken for somebody who edits limits."""

from dataclasses import replace

import pytest

from tests.fakes.limits import FakeLimits
from tests.unit.enforced import HOUR, T0, TEAM, Gateway
from workflows import enforcing
from workflows.effects import Do
from workflows.limits import Traits, Wanted
from workflows.quotas import Quota


class Told(FakeLimits):
    """It keeps what it was told last."""

    last: Wanted

    def write(self, quota: Quota, wanted: Wanted) -> None:
        self.last = wanted
        super().write(quota, wanted)


def gateway(*, expires: bool = True) -> tuple[Gateway, Told]:
    made = Gateway(names=False)
    made.limits = told = Told(made.clock, Traits(expires=expires), names=False)
    told.edit(TEAM.key, TEAM.limit)
    made.uses(TEAM)
    made.starts()
    return made, told


def test_the_store_is_told_when_an_override_ends_before_its_clock_runs() -> None:
    made, told = gateway()
    name = made.grants(400)
    [lift] = told.last.lifts
    assert lift.ends == made.override(name).ends == T0 + 4 * HOUR


@pytest.mark.parametrize("expires", [True, False])
def test_what_the_store_ended_by_itself_is_put_right_and_is_nobodys_edit(expires: bool) -> None:
    made, told = gateway(expires=expires)
    made.grants(400)
    made.grants(50, hours=8)
    made.uses(replace(TEAM, limit=12_000))
    made.starts()
    assert made.limit == 12_450
    told.edit(TEAM.key, 12_000)  # the increase is over with the first of them, a second before we think so
    enforcing.queue(made.memory.units, [TEAM.key], made.clock.at)
    made.works()
    assert (made.limit, bool(made.told(Do.TELL_EDIT))) == ((12_450, False) if expires else (12_000, True))
