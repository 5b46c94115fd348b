"""Providers' cost reports, as the port `CostReports`: one adapter a vendor, over HTTP.

Contract-tested, not live-tested: the pages in the tests are what the vendors' own SDKs take for theirs.
"""

from collections.abc import Callable, Mapping

from bot.reports.anthropic import AnthropicReports
from bot.reports.asking import Access
from bot.reports.openai import OpenAIReports
from workflows.governed import Vendor
from workflows.ports import Clock, CostReports

ADAPTERS: Mapping[Vendor, Callable[[Access, Clock], CostReports]] = {
    Vendor.OPENAI: OpenAIReports,
    Vendor.ANTHROPIC: AnthropicReports,
}

__all__ = ["ADAPTERS", "Access", "AnthropicReports", "OpenAIReports"]
