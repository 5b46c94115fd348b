"""From Slack to a gateway of another shape and back: policies in the real MLflow rise with an override and fall with its end."""

from datetime import timedelta

from bot.demo.stage import SIGNING, Stage
from bot.limits import ADAPTERS, Access, Router
from bot.wiring import Leeway, assemble
from tests.edges.commands import until
from tests.edges.models import vendor
from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd, world
from tests.mlflow import Gateway
from workflows.overrides import Status

TOKENS = 4_000_000  # of a call, which then costs $0.60


class Beyond(Stage):
    """A stage whose limits are where app.yaml says."""

    def assembled(self) -> Leeway:
        access = Access(self.policy.stores["mlflow"], "", "MLFLOW_API_KEY")
        limits = Router(self.store.limits, {"mlflow": ADAPTERS["mlflow"](access, self.clock)})
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=limits)


def placed(gateway: Gateway, policies: dict[str, str]) -> str:
    """A policy of the journeys whose quota of search, $1, is enforced by these; it stops at three times that."""
    store = f"{{store: {{mlflow: {{alert: {policies['alert']}, reject: {policies['reject']}}}}}, hard: 300 %, "
    small = POLICY.replace('platform/search: {limit: "$10,000 a month",', f'platform/search: {store}limit: "$1 a month",')
    assert small != POLICY
    return f"{small}stores: {{mlflow: {{url: '{gateway.url}'}}}}\n"


def amounts(gateway: Gateway, policies: dict[str, str]) -> dict[str, float]:
    return {part: gateway.policy(policy)["budget_amount"] for part, policy in policies.items()}


def is_now(acme: World, status: Status) -> bool:
    acme.stage.settle()
    return acme.search.status is status


def test_a_team_that_mlflow_stops_asks_and_goes_on_until_the_override_ends(mlflow: Gateway) -> None:
    with vendor(tokens=TOKENS) as models:
        endpoint = mlflow.endpoint(models.url)
        policies = {part: endpoint.policy(part.upper(), amount) for part, amount in (("alert", 1), ("reject", 3))}
        with world(placed(mlflow, policies), start=None, kind=Beyond) as acme:
            acme.stage.settle()
            until(lambda: endpoint.chat() == 429)
            assert acme.ada.asks(usd(1), duration="hours:4").errors == {}
            assert acme.bob.approves().error == ""
            until(lambda: is_now(acme, Status.ACTIVE))
            assert (endpoint.chat(), amounts(mlflow, policies)) == (200, {"alert": 2, "reject": 6})
            acme.stage.clock.jump(acme.now + timedelta(hours=4, seconds=1))
            until(lambda: is_now(acme, Status.ENDED))
            assert (endpoint.chat(), amounts(mlflow, policies)) == (429, {"alert": 1, "reject": 3})
            assert acme.dead() == []
