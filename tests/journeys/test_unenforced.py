"""Nobody asks for what the gateway would not enforce: they are told where they ask, and nothing is filed."""

from dataclasses import replace

from bot.demo.stage import SIGNING
from bot.wiring import Leeway, assemble
from tests.fakes.limits import FakeLimits, Fault
from tests.journeys.test_ending import Gateway, gateway
from tests.journeys.world import world
from workflows.limits import Place
from workflows.money import usd

KEY = "platform/search:usd/month"
PLACE = Place("litellm", (("team", "search"),))


class Placed(Gateway):
    """A stage on which the gateway has the limit of one quota, which others change too."""

    def assembled(self) -> Leeway:
        if self.limits is None:
            self.limits = FakeLimits(self.clock)
            self.limits.edit(KEY, usd(10_000))
        quotas = tuple(replace(q, place=PLACE) if q.key == KEY else q for q in self.policy.quotas)
        self.policy = replace(self.policy, quotas=quotas)
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=self.limits)


def test_a_quota_without_a_limit_in_its_gateway_cannot_be_asked_for() -> None:
    with world(kind=Placed) as acme:
        gateway(acme).edit(KEY, None)
        acme.time_passes(minutes=6)
        assert "has no limit where it is enforced (litellm team search)" in str(acme.ada.asks(usd(400)).errors)
        gateway(acme).edit(KEY, usd(9_000))
        acme.time_passes(minutes=6)
        acme.ada.asks(usd(400))
        acme.bob.approves()
        assert acme.search.limit == usd(9_400)


def test_a_quota_whose_gateway_refuses_us_cannot_be_asked_for() -> None:
    with world(kind=Placed) as acme:
        acme.ada.asks(usd(400))
        gateway(acme).faults.append(Fault.REFUSED)
        acme.bob.approves()
        assert "refuses to change its limit" in str(acme.eve.asks(usd(300)).errors)
