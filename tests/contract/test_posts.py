"""Posts: one for each thing and place."""

from dataclasses import replace

from tests.contract.conftest import World
from workflows.ports import Post

CARD = Post("R1", "channel", "C0SEARCH", "1764.0001", "aa")


def test_a_post_is_found_by_thing_and_place(world: World) -> None:
    copy = replace(CARD, place="U0BOB", channel="D0BOB")
    world.keep(lambda unit: [unit.posts.put(p) for p in (CARD, copy, replace(CARD, thing="R2"))])
    with world.units() as unit:
        assert unit.posts.get("R1", "U0BOB") == copy
        assert unit.posts.get("R1", "elsewhere") is None
        assert unit.posts.of("R1") == [copy, CARD]
        assert unit.posts.of("R9") == []


def test_a_newer_post_replaces_the_one_of_its_thing_and_place(world: World) -> None:
    world.keep(lambda unit: unit.posts.put(CARD))
    moved = replace(CARD, channel="C0NEW", ts="1765.0002", digest="bb")
    world.keep(lambda unit: unit.posts.put(moved))
    with world.units() as unit:
        assert unit.posts.of("R1") == [moved]


def test_every_post_of_a_message_is_found_by_where_it_is(world: World) -> None:
    root = replace(CARD, place="anchor")
    other = replace(CARD, thing="R2", place="anchor")
    elsewhere = replace(CARD, thing="R3", channel="C0ELSE")
    world.keep(lambda unit: [unit.posts.put(p) for p in (other, CARD, root, elsewhere)])
    with world.units() as unit:
        assert unit.posts.at(CARD.channel, CARD.ts) == [root, CARD, other]
        assert unit.posts.at(CARD.channel, "1.0") == []


def test_the_posts_about_a_request_are_its_card_its_news_and_no_other_s(world: World) -> None:
    things = ["request:R-A", "news:R-A/active", "remind:R-A/20261103T090000/1", "news:R-A/active/O-A.2", "checkin:O-A"]
    strangers = ["request:R-AB", "news:R-AB/active", "request:R_A", "checkin:O-A.2", "R-A"]
    world.keep(lambda unit: [unit.posts.put(replace(CARD, thing=thing)) for thing in (*things, *strangers)])
    with world.reads() as unit:
        about = {subject: [post.thing for post in unit.posts.about(subject)] for subject in ("R-A", "O-A", "R-X")}
    assert about == {"R-A": sorted(things[:4]), "O-A": ["checkin:O-A"], "R-X": []}
