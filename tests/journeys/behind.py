"""Worlds whose limits are in the real LiteLLM."""

from bot.demo.stage import SIGNING, Stage
from bot.limits import ADAPTERS, Access, Router
from bot.wiring import Leeway, assemble
from tests.litellm import MASTER, Proxy


class Behind(Stage):
    """A stage whose limits are where app.yaml says."""

    def assembled(self) -> Leeway:
        access = Access(self.policy.stores["litellm"], MASTER, "LITELLM_API_KEY")
        limits = Router(self.store.limits, {"litellm": ADAPTERS["litellm"](access, self.clock)})
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=limits)


def behind(proxy: Proxy, policy: str, kind: str, name: str, *, expiring: str = "no") -> str:
    """A policy of the journeys whose quota of search is enforced in this team or key; what that uses counts there."""
    edited = policy.replace("platform/search: {", f"platform/search: {{store: {{litellm: {{{kind}: {name}}}}}, ")
    assert edited != policy
    claims = f"attribution: [{{when: {{{kind}: {name}}}, scope: platform/search}}]\n"
    return f"{edited}stores: {{litellm: {{url: '{proxy.url}', expiring: {expiring}}}}}\n{claims}"
