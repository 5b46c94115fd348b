"""The line on governed tools: a percentage only of what was measured, and in its place the reason why there is none."""

from dataclasses import replace
from datetime import date

import pytest

from bot.demo.actor import texts
from bot.slack.rendering import Renderer
from tests.golden import cast
from tests.golden.cast import ZONE
from workflows.governed import Share
from workflows.money import usd

WEEK = (date(2026, 11, 16), date(2026, 11, 21))


def share(counted: int, charged: int | None, provider: str = "openai", days: int = 6) -> Share:
    return Share(provider, days, *WEEK, usd(counted), None if charged is None else usd(charged))


def told(renderer: Renderer, *shares: Share) -> str:
    digest = replace(cast.digest(), governed=shares)
    message = renderer.render("digest.yaml", digest=digest, zone=ZONE)
    (block,) = [block for block in message["blocks"] if block.get("block_id") == "governed"]
    return "".join(texts([block]))


SAID = {
    "82\u00a0% of the $100 that OpenAI charged on 6 UTC days": [share(82, 100)],
    "100\u00a0% of the $100 that OpenAI charged on 1 UTC day": [share(100, 100, days=1)],
    "0\u00a0% of the $100 that OpenAI charged on 6 UTC days": [share(0, 100)],
    "under 1\u00a0% of the $10,000 that OpenAI charged on 6 UTC days": [share(1, 10_000)],
    "OpenAI is not comparable yet, $103 was counted where it charged $100 on 6 UTC days": [share(103, 100)],
    "OpenAI charged nothing on 6 UTC days": [share(0, 0)],
    "Anthropic is not known yet": [share(0, 0, "anthropic", days=0)],
    "unknown, no provider's cost report is connected": [share(82, None, "azure"), share(9, None, "openai")],
    "81\u00a0% of the $100 that OpenAI charged on 6 UTC days; unknown for providers that nobody named and azure:"
    " no cost report is connected": [share(81, 100), share(1, None, ""), share(2, None, "azure")],
}


@pytest.mark.parametrize(("said", "shares"), SAID.items(), ids=range(len(SAID)))
def test_what_was_measured_is_said_and_what_was_not_is_unknown(renderer: Renderer, said: str, shares: list[Share]) -> None:
    assert told(renderer, *shares) == f"Through governed tools: {said}."


def test_without_any_report_or_usage_it_is_unknown(renderer: Renderer) -> None:
    assert told(renderer) == "Through governed tools: unknown, no provider's cost report is connected."


def test_teams_are_told_nothing_of_it(renderer: Renderer) -> None:
    message = renderer.render("digest.yaml", digest=cast.digest(), zone=ZONE)
    assert "governed" not in [block.get("block_id") for block in message["blocks"]]


def test_providers_are_senders_words_and_a_few_are_enough(renderer: Renderer) -> None:
    names = ["*bold* <!here>", "a\nb", "c" * 300, "d", "e"]
    said = told(renderer, share(82, 100), *(share(1, None, name) for name in names))
    assert "\n" not in said and said.endswith("and 2 more: no cost report is connected.")
    assert "c" * 41 not in said
