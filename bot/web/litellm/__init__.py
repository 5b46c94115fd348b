"""LiteLLM's doors: its log of calls, and its budget alerts."""

from bot.web.litellm.door import LiteLLM

__all__ = ["LiteLLM"]
