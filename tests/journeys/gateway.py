"""A world whose limits a gateway enforces, so that everything that goes wrong with one can."""

from collections.abc import Mapping

from bot.demo.stage import SIGNING, Stage
from bot.wiring import Leeway, assemble
from tests.fakes.limits import FakeLimits
from tests.journeys.policies import POLICY
from tests.journeys.world import World
from workflows.limits import Traits

PLACED = (
    POLICY.replace(
        'platform/search: {limit: "$10,000 a month", ',
        'platform/search: {limit: "$10,000 a month", store: {litellm: {team: search}}, ',
    )
    + "stores: {litellm: {url: https://litellm.acme.example}}\n"
    + 'operators: {who: platform, channel: "#ai-platform"}\n'
)
TITLE = "LiteLLM's team search"


class Gateway(Stage):
    """A stage whose limits a gateway enforces; it outlives the app. At first it has the limits of app.yaml, but for `first`."""

    limits: FakeLimits | None = None
    traits = Traits(TITLE)
    first: Mapping[str, int] = {}

    def assembled(self) -> Leeway:
        if self.limits is None:
            self.limits = FakeLimits(self.clock, self.traits)
            for quota in self.policy.quotas:
                self.limits.edit(quota.key, self.first.get(quota.key, quota.limit))
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=self.limits)


def gateway(world: World) -> FakeLimits:
    assert isinstance(world.stage, Gateway)
    assert world.stage.limits is not None
    return world.stage.limits
