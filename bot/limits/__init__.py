"""Gateways that enforce limits, as the port `LimitStore`: one adapter each, and a router that sends every quota to its own.

Not here: the embedded store, for companies without a gateway; its limits are rows, so it is `bot.store.limits`.
"""

from collections.abc import Callable, Mapping

from bot.limits.asking import Access
from bot.limits.claude import ClaudeLimits
from bot.limits.claude_wishes import ClaudeWishes
from bot.limits.litellm import LiteLLM
from bot.limits.mlflow import MLflowLimits
from bot.limits.openai import OpenAILimits
from bot.limits.openrouter import OpenRouterLimits
from bot.limits.router import Router
from workflows.ports import Clock, LimitStore, Wishes

ADAPTERS: Mapping[str, Callable[[Access, Clock], LimitStore]] = {
    "litellm": LiteLLM,
    "mlflow": MLflowLimits,
    "openai": OpenAILimits,
    "claude": ClaudeLimits,
    "openrouter": OpenRouterLimits,
}
WISHES: Mapping[str, Callable[[Access], Wishes]] = {"claude": ClaudeWishes}
"""Gateways in which members ask for more by themselves."""

__all__ = ["ADAPTERS", "WISHES", "Access", "LiteLLM", "Router"]
