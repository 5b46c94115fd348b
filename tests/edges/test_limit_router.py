"""A quota's limit is where its place says."""

from dataclasses import replace

import pytest

from bot.limits import Router
from tests.contract.given import NOW
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits
from workflows.limits import Place, Traits, Wanted
from workflows.money import usd
from workflows.ports import Rejected
from workflows.quotas import Quota

HERE = Quota("here", "platform", usd(10))
THERE = replace(HERE, key="there", place=Place("litellm", (("team", "search"),)))


def test_each_quota_is_read_written_and_described_where_it_is() -> None:
    here, there = FakeLimits(ManualClock(NOW)), FakeLimits(ManualClock(NOW), Traits("LiteLLM", grain=1_000))
    router = Router(here, {"litellm": there})
    router.write(HERE, Wanted(usd(1)))
    router.write(THERE, Wanted(usd(2)))
    assert (here.limits, there.limits) == ({"here": usd(1)}, {"there": usd(2)})
    assert (router.read(HERE).limit, router.read(THERE).limit) == (usd(1), usd(2))
    assert (router.traits(HERE).title, router.traits(THERE).title) == (Traits().title, "LiteLLM")


def test_a_gateway_that_app_yaml_no_longer_has_is_said_to_be_missed() -> None:
    with pytest.raises(Rejected, match=r"litellm team search: app\.yaml has no litellm under stores any more; put it back until"):
        Router(FakeLimits(ManualClock(NOW)), {}).read(THERE)
