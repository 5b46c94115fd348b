"""A team is warned once for each threshold, and always before it is stopped."""

import pytest

from bot.demo.actor import Missing, buttons, said
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, usd, world

CLOSED = POLICY.replace("routing:", '  platform/closed: {limit: "$100 a month", channel: "#team-closed"}\nrouting:', 1)


def test_each_threshold_is_told_once(world: World) -> None:
    for amount in (6_999, 1, 1, 1_998, 1, 1, 998, 1, 1):
        world.search.spends(usd(amount))
    told = [m["text"].split(":")[0] for m in world.told("team-search", "reached its")]
    assert told == ["Search reached its 70 % warning", "Search reached its 90 % warning", "Search reached its soft limit"]


def test_a_jump_tells_only_the_most_severe(world: World) -> None:
    world.search.spends(usd(12_500))
    (told,) = world.told("team-search", "reached its")
    assert "hard limit" in told["text"]
    assert "ask" in buttons(told)
    world.search.spends(usd(100))
    assert len(world.told("team-search", "reached its")) == 1


def test_the_owner_is_told_as_often_as_the_channel_and_in_few_words(world: World) -> None:
    for amount in (6_999, 1, 1, 1_998, 1, 1, 998, 1, 1):
        world.search.spends(usd(amount))
    told = [m["text"].split(":")[0] for m in world.bob.messages("leeway")]
    assert told == ["Search reached its 70 % warning", "Search reached its 90 % warning", "Search reached its soft limit"]
    (own,) = (m for m in world.bob.messages("leeway") if "70 % warning" in m["text"])
    assert "You own `platform/search`" in said(own) and "ask" in buttons(own)


def test_an_event_that_crosses_a_team_s_limit_and_the_whole_s_tells_each_channel_and_each_owner_of_its_own() -> None:
    with world(POLICY.replace("$250,000 a month", "$12,000 a month")) as acme:
        acme.search.spends(usd(10_000))
        for channel, who, words in (
            ("team-search", acme.bob, "Search reached its soft"),
            ("ai-platform", acme.pat, "Platform reached its 70 %"),
        ):
            assert [words in m["text"] for m in acme.told(channel, "reached its")] == [True]
            assert [words in m["text"] for m in who.messages("leeway")] == [True]


def test_a_request_from_the_owner_s_copy_stands_in_the_thread_of_the_channel_s(world: World) -> None:
    world.search.spends(usd(7_000))
    warning = world.bob.sees("70 % warning")
    assert not world.bob.press(world.bob.sees("70 % warning", channel="leeway"), "ask").error
    assert not world.bob.submit(**form()).errors
    assert world.ada.sees("$400", thread=warning["ts"])


def test_one_who_cannot_be_told_now_is_told_later_and_nobody_twice(world: World) -> None:
    world.trouble("conversations.open", error="internal_error")
    world.search.spends(usd(7_000))
    assert (len(world.told("team-search", "70 % warning")), world.bob.messages("leeway")) == (1, [])
    world.settles()
    assert len(world.told("team-search", "70 % warning")) == len(world.bob.messages("leeway")) == 1
    world.trouble("chat.postMessage", error="internal_error")
    world.mobile.spends(usd(5_000))
    assert (len(world.told("team-mobile", "70 % warning")), len(world.lin.messages("leeway"))) == (0, 1)
    world.settles()
    assert len(world.told("team-mobile", "70 % warning")) == len(world.lin.messages("leeway")) == 1


def test_where_a_scope_has_neither_channel_nor_owner_the_nearest_owner_above_hears_of_it() -> None:
    bare = POLICY.replace('channel: "#ai-platform", ', "").replace(', channel: "#team-search", owner: bob@acme.example', "")
    with world(bare) as acme:
        acme.search.spends(usd(7_000))
        (told,) = acme.pat.messages("leeway")
        assert "You own what is above `platform/search` · no channel is told of it" in said(told)


def test_a_new_month_warns_again(world: World) -> None:
    world.search.spends(usd(7_000))
    world.days_pass(30)
    world.search.spends(usd(7_000))
    assert len(world.told("team-search", "70 % warning")) == 2


def test_a_warning_says_what_was_spent_what_is_left_and_when_it_resets(world: World) -> None:
    for _ in range(5):
        world.search.spends(usd(1_500))
        world.days_pass(1)
    warning = world.ada.sees("70 % warning")["text"]
    assert "$7,500" in warning
    assert "$2,500 left" in warning
    assert "at the average of its first 4 days empty on Mon 9 Nov" in warning
    assert "resets 1 Dec" in warning


def test_a_warning_says_what_its_forecast_rests_on(world: World) -> None:
    for _ in range(15):
        world.search.spends(usd(480))
        world.days_pass(1)
    assert "at this pace empty on Mon 23 Nov (from 14 days)" in world.ada.sees("70 % warning")["text"]


def test_usage_that_is_sent_twice_counts_once(world: World) -> None:
    world.search.spends(usd(6_000))
    world.count -= 1
    world.search.spends(usd(6_000))
    with pytest.raises(Missing):
        world.ada.sees("70 % warning")


def test_a_warning_that_no_channel_takes_is_kept_for_operators_and_the_others_are_delivered() -> None:
    with world(CLOSED) as acme:
        acme.closed.spends(usd(95))
        acme.search.spends(usd(7_000))
        assert acme.ada.sees("Search reached its 70 % warning")
        (kept,) = acme.dead()
        assert kept.effect.key.startswith("platform/closed")
        assert "not_in_channel" in kept.error
        acme.is_down(hours=1)
        assert acme.dead() == [kept]
