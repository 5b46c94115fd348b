"""What the digest says of a quota: whose it is, how its week was, and where it stands, each only as far as it is true."""

from dataclasses import replace
from typing import Any

import pytest

from bot.demo.actor import texts
from bot.slack.rendering import Renderer
from tests.golden import cast
from tests.golden.cast import ZONE, Words
from workflows.digest import Amended, Change, Line
from workflows.money import Unit, usd
from workflows.outcomes import Made, Worth
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


def shown(renderer: Renderer, **changes: Any) -> str:
    """All that a digest says, blocks only."""
    bare = replace(cast.digest(), lines=(), exceptions=(), ending=(), worth=())
    message = renderer.render("digest.yaml", digest=replace(bare, **changes), zone=ZONE)
    return "".join(texts(message["blocks"]))


def at(spent: int, week: int = 100, scope: str = "platform/search") -> Line:
    return Line(cast.stands(cast.quota(Words(scope=scope)), usd(spent)), usd(week), usd(week))


def test_what_there_is_no_room_for_is_said_with_what_of_it_a_reader_may_want_to_look_at(renderer: Renderer) -> None:
    lines = [at(100)] * 16 + [at(100), at(7_500), at(9_500), at(10_100), at(12_500)]
    assert "and 5 more quotas, 1 at the hard limit, 1 at the soft limit and 2 at the warning level: /leeway status" in shown(
        renderer, lines=tuple(lines)
    )
    assert "and 1 more quota: /leeway status" in shown(renderer, lines=(at(100),) * 17)
    assert "more quota" not in shown(renderer, lines=(at(100),) * 16)


def test_quotas_in_which_nothing_was_spent_share_a_line_unless_something_is_to_be_seen_there(renderer: Renderer) -> None:
    idle = [at(100, 0, f"platform/team-{n}") for n in range(8)]
    said = shown(renderer, lines=(at(100), *idle, at(12_500, 0, "platform/over")))
    assert "nothing was spent in Team 0, Team 1, Team 2, Team 3, Team 4, Team 5 and 2 more" in said
    assert "Over: $0 in the week" in said and "hard limit reached" in said


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        ((Made("tickets", 4),), "Search: $10 for 4 tickets ($2.50 each)"),
        ((Made("tickets", 4, 3600, usd(7)),), "Search: $10 for 4 tickets ($2.50 each; 1 hour saved; valued at $7)"),
        ((Made("tickets", 0),), "Search: $10 for 0 tickets"),
        ((Made("tickets", 0, 5400),), "Search: $10 for 0 tickets (1.5 hours saved)"),
        (
            (Made("reviews", 2), Made("tickets", 4)),
            "Search: $10 for 2 reviews ($5 each) and 4 tickets ($2.50 each), each over the whole of it",
        ),
        ((Made("a", 1), Made("b", 1), Made("c", 1)), "1 a ($10 each), 1 b ($10 each) and 1 more, each over the whole of it"),
    ],
)
def test_spend_stands_next_to_what_was_produced_without_a_figure_where_there_is_none(
    renderer: Renderer, worth: tuple[Made, ...], said: str
) -> None:
    told = shown(renderer, worth=(Worth("platform/search", "", usd(10), worth),))
    assert said in told
    assert "None" not in told and "inf" not in told


def test_use_cases_without_outcomes_are_named_beside_those_with_and_in_one_line_where_nobody_reports(renderer: Renderer) -> None:
    some, none = Worth("platform/search", "chat", usd(10), (Made("tickets", 4),)), Worth("platform/mobile", "", usd(3))
    assert "Search, chat: $10 for 4 tickets ($2.50 each)no outcomes reported: Mobile ($3)" in shown(renderer, worth=(some, none))
    assert "*Outcomes in the week:* none were reported." in shown(renderer, worth=(none,))
    assert "utcomes" not in shown(renderer, lines=(at(100),))


def test_what_an_override_brought_is_told_as_what_somebody_said(renderer: Renderer) -> None:
    """It is another claim than what systems counted."""
    told = shown(renderer, exceptions=cast.digest().exceptions, worth=tuple(cast.worth()))
    assert "as systems counted them" in told
    assert "asked what came of it: part of it happened, 31 × tickets resolved (40 expected)" in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("platform/search:usd/month", Unit.USD, usd(8_420), usd("8540.40")), "+$120.40 of late usage in Search"),
        (Change("platform/search:usd/month", Unit.USD, usd(8_420), usd(8_000), -usd(420)), "-$420 by correction in Search"),
        (
            Change("platform/search:tokens/day", Unit.TOKENS, 10, 15, -2),
            "+7 tokens of late usage and -2 tokens by correction in Search (said 10 tokens, now 15 tokens)",
        ),
    ],
)
def test_an_amendment_says_what_came_late_and_what_was_corrected(renderer: Renderer, change: Change, said: str) -> None:
    amended = Amended(cast.digest().window, cast.NOW, (change,))
    assert f"Amended Mon 23 Nov: {said}" in shown(renderer, amended=amended, lines=(at(100),))
    assert f"Amended, 16 to 22 Nov: {said}" in shown(renderer, earlier=(amended,), lines=(at(100),))


def test_what_was_granted_is_said_and_not_what_was_asked_for(renderer: Renderer) -> None:
    told = cast.digest()
    granted = [replace(c, override=replace(c.override, amount=usd(123))) if c.override else c for c in told.exceptions]
    said = " ".join(texts(renderer.render("digest.yaml", digest=replace(told, exceptions=tuple(granted)), zone=ZONE)["blocks"]))
    assert " +$123: approved" in said and " +$400: denied" in said and " +$400: approved" not in said
