"""What the digest says of a quota: whose it is, how its week was, and where it stands, each only as far as it is true."""

from dataclasses import replace

import pytest

from bot.demo.actor import texts
from bot.slack.rendering import Renderer
from tests.golden import cast
from tests.golden.cast import ZONE
from workflows.digest import Line
from workflows.money import usd
from workflows.quotas import key_of


def told(renderer: Renderer, *lines: Line) -> tuple[str, str]:
    """The notification's text, and all that the message says."""
    digest = replace(cast.digest(), lines=lines, exceptions=(), ending=())
    message = renderer.render("digest.yaml", digest=digest, zone=ZONE)
    return message["text"], "".join(texts(message["blocks"]))


def test_a_quota_for_some_models_is_never_taken_for_the_whole(renderer: Renderer) -> None:
    whole = cast.quota()
    premium = replace(whole, key=key_of(whole.scope, whole.unit, whole.period, "premium"), models=("claude-opus-*",))
    lines = [Line(cast.stands(quota), usd(900), usd(800)) for quota in (whole, premium)]
    for said in told(renderer, *lines):
        assert said.count("Search (premium models)") == 1


@pytest.mark.parametrize(
    ("spent", "before", "said"),
    [
        (2_758, 84, "about 33 times as much as the week before"),
        (300, 100, "about 3 times as much as the week before"),
        (299, 100, "199 % more than the week before"),
        (85, 100, "15 % less than the week before"),
        (1_001, 1_000, "about as much as the week before"),
        (5, 0, "nothing the week before"),
    ],
)
def test_a_week_is_compared_in_words_that_people_can_picture(renderer: Renderer, spent: int, before: int, said: str) -> None:
    _, shown = told(renderer, Line(cast.stands(cast.quota()), usd(spent), usd(before)))
    assert f" in the week, {said}\nMonthly budget: " in shown


def test_what_cannot_be_compared_is_not(renderer: Renderer) -> None:
    _, shown = told(renderer, Line(cast.stands(cast.quota()), usd(5), None))
    assert "$5 in the week\nMonthly budget: " in shown and "week before" not in shown


def test_no_more_is_said_to_be_under_overrides_than_they_gave(renderer: Renderer) -> None:
    over = cast.stands(cast.quota(), spent=usd(10_705), extra=usd(400))
    _, shown = told(renderer, Line(over, usd(900), usd(900)))
    assert "of $10,400 (102\u00a0%); $400 beyond the base under overrides; soft limit reached" in shown
