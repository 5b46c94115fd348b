"""Gateways that enforce limits, as the port `LimitStore`: one adapter each, and a router that sends every quota to its own.

Not here: the embedded store, for companies without a gateway; its limits are rows, so it is `bot.store.limits`.
"""

from collections.abc import Callable, Mapping

from bot.limits.asking import Access
from bot.limits.claude import ClaudeLimits
from bot.limits.litellm import LiteLLM
from bot.limits.mlflow import MLflowLimits
from bot.limits.openai import OpenAILimits
from bot.limits.openrouter import OpenRouterLimits
from bot.limits.router import Router
from workflows.ports import Clock, LimitStore

ADAPTERS: Mapping[str, Callable[[Access, Clock], LimitStore]] = {
    "litellm": LiteLLM,
    "mlflow": MLflowLimits,
    "openai": OpenAILimits,
    "claude": ClaudeLimits,
    "openrouter": OpenRouterLimits,
}

__all__ = ["ADAPTERS", "Access", "LiteLLM", "Router"]
