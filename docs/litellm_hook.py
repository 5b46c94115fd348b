"""Asks Leeway before each call through a LiteLLM proxy, and refuses what may not proceed.

Put this file beside the proxy's config.yaml and name it there:

    litellm_settings:
      callbacks: [litellm_hook.leeway]

    LEEWAY_URL        where Leeway is, such as http://leeway:8000
    LEEWAY_TOKEN      a token for checks: leeway token create --scope check
    LEEWAY_TIMEOUT    how many seconds to wait for it, 0.5 when not set
    LEEWAY_FAIL       while Leeway does not answer: "open" lets calls proceed, with a line in the log, and is the default;
                      "closed" refuses them

A call is attributed as its usage will be when LiteLLM reports it to Leeway: by key, team, user, tags and project, and by
`use_case`, `environment` and `leeway_scope` in the metadata of the key or of the call. It is judged by what was spent before it.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from litellm.exceptions import BudgetExceededError, ServiceUnavailableError
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import ProxyException

log = logging.getLogger("leeway")


class Refused(BudgetExceededError, ProxyException):
    """What the caller gets: LiteLLM's own `budget_exceeded`, with a status that clients do not try again.

    As a BudgetExceededError it is in LiteLLM's log of calls with the quota that decided, so that Leeway tells whoever called.
    """

    def __init__(self, verdict: dict[str, Any]) -> None:
        where = f": {verdict['ask']}" if verdict["ask"] else "."
        said = f'{verdict["reason"]} To ask for more, type "{verdict["command"]}" in Slack{where}'
        spent, limit = (verdict[name] / 1e9 if verdict["unit"] == "usd" else None for name in ("spent", "limit"))
        budget = BudgetExceededError(spent, limit, said, entity_type="leeway", entity_id=verdict["quota"])
        ProxyException.__init__(self, said, "budget_exceeded", None, budget.status_code)
        vars(self).update(vars(budget))


class Leeway(CustomLogger):
    """The hook. LiteLLM calls `async_pre_call_hook` before a call goes to a model; what it raises, the caller gets."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        self.closed = env.get("LEEWAY_FAIL", "open") == "closed"
        self.client = httpx.AsyncClient(
            base_url=env["LEEWAY_URL"],
            headers={"Authorization": f"Bearer {env['LEEWAY_TOKEN']}"},
            timeout=float(env.get("LEEWAY_TIMEOUT", "0.5")),
        )

    async def async_pre_call_hook(self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str) -> None:  # noqa: ARG002
        if not data.get("model"):
            return
        try:
            verdict = await self.verdict(question(user_api_key_dict, data))
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("Leeway did not say whether a call may proceed, so it %s: %r", self.fate, error)
            if self.closed:
                said = "Leeway does not say whether this call may proceed; try again in a moment."
                raise ServiceUnavailableError(said, "leeway", data["model"]) from error
            return
        if verdict["decision"] != "allow":
            raise Refused(verdict)

    @property
    def fate(self) -> str:
        return "is refused" if self.closed else "proceeds"

    async def verdict(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post("/v1/check", json=asked)
        if answer.status_code == 422 and answer.json()["field"] == "scope":  # a caller's own word, and no scope of app.yaml
            answer = await self.client.post("/v1/check", json=asked | {"scope": None})
        return dict(answer.raise_for_status().json())


def question(key: Any, data: dict[str, Any]) -> dict[str, Any]:
    """What is known of a call before it is made. What callers write may be anything, and must not spoil the question."""
    meta = data.get("metadata") or data.get("litellm_metadata") or {}
    said = [key.metadata, meta.get("requester_metadata"), meta.get("spend_logs_metadata")]
    tags = meta.get("tags")
    model, provider = sold_as(data["model"])
    return {
        "model": model,
        "provider": provider,
        "scope": first(one.get("leeway_scope") for one in said if isinstance(one, dict)),
        "team": list(names(key.team_alias, key.team_id)),
        "key": list(names(key.key_alias, key.token)),
        "user": first([key.user_email, key.user_id, key.end_user_id]),
        "tags": list(names(*tags))[:50] if isinstance(tags, list) else [],
        "use_case": first(one.get("use_case") for one in said if isinstance(one, dict)),
        "environment": first(one.get("environment") for one in said if isinstance(one, dict)),
        "project": first([key.project_alias, key.project_id]),
        "source": "litellm",
    }


def sold_as(name: str) -> tuple[str, str | None]:
    """The model that a name in config.yaml stands for, and its provider: usage is reported under those."""
    from litellm.proxy.proxy_server import llm_router  # made after this file is read

    deployments = llm_router.get_model_list(model_name=name) if llm_router else None
    provider, slash, model = (deployments[0]["litellm_params"]["model"] if deployments else name).partition("/")
    return (model, provider) if slash else (provider, None)


def names(*values: Any) -> Iterator[str]:
    """Those that Leeway can take for a name."""
    return (value for value in values if isinstance(value, str) and 0 < len(value) <= 300 and value.isprintable())


def first(values: Any) -> str | None:
    return next(names(*values), None)


leeway = Leeway()
