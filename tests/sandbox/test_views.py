"""Modals and App Homes: triggers, the stack, hashes, what was typed, what an answer does."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from tests.sandbox.world import ADA, BOB, World, button, error, field, modal, option, plain, row, typed


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}


def section(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": plain(words), **more}


def test_a_trigger_works_once(world: World) -> None:
    trigger = world.trigger()
    world.web.views_open(trigger_id=trigger, view=modal())
    assert error(world.web.views_open, trigger_id=trigger, view=modal()) == "exchanged_trigger_id"
    assert len(world.views()) == 1


def test_a_trigger_lives_three_seconds_of_the_sandboxs_time(world: World) -> None:
    first, second = world.trigger(), world.trigger()
    world.clock.passes(seconds=3)
    world.web.views_open(trigger_id=first, view=modal())
    world.clock.passes(microseconds=1)
    assert error(world.web.views_open, trigger_id=second, view=modal()) == "expired_trigger_id"


def test_a_made_up_trigger_is_invalid(world: World) -> None:
    assert error(world.web.views_open, trigger_id="12.34.ab", view=modal()) == "invalid_trigger_id"


def test_a_refused_view_leaves_its_trigger_unused(world: World) -> None:
    trigger = world.trigger()
    assert error(world.web.views_open, trigger_id=trigger, view=modal(title=plain("x" * 25))) == "invalid_arguments"
    world.web.views_open(trigger_id=trigger, view=modal())


def test_a_modal_is_seen_by_the_person_who_triggered_it_alone(world: World) -> None:
    view = world.opens(typed("dish"))
    assert [v["id"] for v in world.views(ADA)] == [view["id"]] and world.views(BOB) == []
    assert view["root_view_id"] == view["id"] and view["previous_view_id"] is None


def _push(world: World) -> Any:
    top = world.views()[-1]["id"]
    world.do("act", who=ADA, view_id=top, action_id="eat")
    return world.web.views_push(trigger_id=world.app.last["trigger_id"], view=modal(row(button())))


def test_a_stack_holds_three_views(world: World) -> None:
    root = world.opens(row(button()))
    second = _push(world)["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (root["id"], root["id"])
    _push(world)
    assert error(_push, world=world) == "push_limit_reached"
    assert len(world.views()) == 3


def test_a_push_needs_a_trigger_from_inside_the_modal(world: World) -> None:
    world.opens(row(button()))
    assert error(world.web.views_push, trigger_id=world.trigger(), view=modal()) == "not_found"


def test_only_the_top_of_the_stack_can_be_acted_in(world: World) -> None:
    root = world.opens(row(button()))
    _push(world)
    answer = world.raw("submit", {"as": ADA, "view_id": root["id"], "values": {}})
    assert answer.status_code == 400 and "under another" in answer.json()["error"]


def test_a_new_modal_replaces_the_one_that_was_open(world: World) -> None:
    world.opens(typed("dish"))
    second = world.opens(typed("drink"))
    assert [v["id"] for v in world.views()] == [second["id"]]


def test_a_stale_hash_is_a_conflict(world: World) -> None:
    view = world.opens(typed("dish"))
    fresh = world.web.views_update(view_id=view["id"], hash=view["hash"], view=modal(typed("dish")))["view"]
    assert fresh["hash"] != view["hash"]
    stale = {"view_id": view["id"], "hash": view["hash"], "view": modal(typed("dish"))}
    assert error(world.web.views_update, **stale) == "hash_conflict"


def test_an_external_id_is_unique_and_finds_its_view(world: World) -> None:
    view = world.opens(typed("dish"), external_id="lunch-7")
    trigger = world.trigger(BOB)
    assert error(world.web.views_open, trigger_id=trigger, view=modal(external_id="lunch-7")) == "duplicate_external_id"
    again = world.web.views_update(external_id="lunch-7", view=modal(external_id="lunch-7"))["view"]
    assert again["id"] == view["id"]
    assert error(world.web.views_update, external_id="lunch-8", view=modal()) == "not_found"


def test_an_update_keeps_what_was_typed_where_ids_are_the_same(world: World) -> None:
    view = world.opens(typed("dish"), typed("drink"))
    world.do("act", who=ADA, view_id=view["id"], action_id="it", block_id="dish", value="soup")
    world.web.views_update(view_id=view["id"], view=modal(section("Hurry"), typed("dish", initial_value="pie")))
    (shown,) = world.views()
    assert shown["values"] == {"dish": {"it": {"type": "plain_text_input", "value": "soup"}}}
    world.web.views_update(view_id=view["id"], view=modal(typed("dish")))
    assert world.views()[0]["values"]["dish"]["it"]["value"] == "soup"
    world.web.views_update(view_id=view["id"], view=modal(typed("dish2", initial_value="pie")))
    assert world.views()[0]["values"]["dish2"]["it"]["value"] == "pie"


def test_an_update_gives_an_untouched_field_its_new_initial_value(world: World) -> None:
    view = world.opens(typed("dish", initial_value="soup"))
    world.web.views_update(view_id=view["id"], view=modal(typed("dish", initial_value="pie")))
    assert world.views()[0]["values"]["dish"]["it"]["value"] == "pie"


def test_an_update_drops_a_choice_that_is_no_longer_offered(world: World) -> None:
    def menu(*values: str) -> dict[str, Any]:
        return field("dish", {"type": "static_select", "options": [option(v) for v in values]})

    view = world.opens(menu("soup", "pie"))
    world.do("act", who=ADA, view_id=view["id"], action_id="it", value="pie")
    world.web.views_update(view_id=view["id"], view=modal(menu("soup", "rice")))
    assert world.views()[0]["values"]["dish"]["it"]["selected_option"] is None


def test_typing_in_a_plain_field_is_not_told_to_the_app(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.heard.clear()
    told = world.do("act", who=ADA, view_id=view["id"], action_id="it", value="soup")
    assert told == {"ok": True, "ack_ms": 0, "status": None} and world.app.heard == []


def test_a_field_with_dispatch_action_tells_the_app_with_the_whole_state(world: World) -> None:
    view = world.opens({**typed("dish"), "dispatch_action": True}, typed("note", initial_value="hot"))
    world.do("act", who=ADA, view_id=view["id"], action_id="it", block_id="dish", value="soup")
    heard = world.app.last
    assert heard["type"] == "block_actions" and heard["container"] == {"type": "view", "view_id": view["id"]}
    assert heard["actions"][0]["value"] == "soup"
    values = heard["view"]["state"]["values"]
    assert (values["dish"]["it"]["value"], values["note"]["it"]["value"]) == ("soup", "hot")
    assert "response_url" not in heard and "message" not in heard


def test_a_menu_outside_an_input_tells_the_app_at_once(world: World) -> None:
    menu = {"type": "static_select", "action_id": "pick", "options": [option("soup"), option("pie")]}
    view = world.opens(section("Dish", block_id="dish", accessory=menu))
    world.do("act", who=ADA, view_id=view["id"], action_id="pick", value="pie")
    (action,) = world.app.last["actions"]
    assert action["selected_option"]["value"] == "pie" and action["selected_option"]["text"]["emoji"] is True
    assert world.app.last["view"]["state"]["values"]["dish"]["pick"]["selected_option"]["value"] == "pie"


def test_an_overflow_menu_sends_its_option_and_keeps_no_state(world: World) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("soup"), option("pie")]}
    view = world.opens(section("Dish", block_id="dish", accessory=menu))
    world.do("act", who=ADA, view_id=view["id"], action_id="more", value="soup")
    assert world.app.last["actions"][0]["selected_option"]["value"] == "soup"
    assert world.app.last["view"]["state"]["values"] == {}


def test_a_submission_carries_the_view_and_an_empty_answer_closes_it(world: World) -> None:
    view = world.opens(typed("dish"), private_metadata="week 48")
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert told["ok"] and told["status"] == 200 and world.views() == []
    heard = world.app.last
    assert heard["type"] == "view_submission" and heard["user"]["id"] == ADA and heard["response_urls"] == []
    assert heard["view"]["private_metadata"] == "week 48" and heard["view"]["callback_id"] == "order"
    assert heard["view"]["state"]["values"] == {"dish": {"it": {"type": "plain_text_input", "value": "soup"}}}


def test_closing_by_answer_shows_the_view_beneath(world: World) -> None:
    root = world.opens(row(button()))
    top = _push(world)["view"]
    world.do("submit", who=ADA, view_id=top["id"], values={})
    assert [v["id"] for v in world.views()] == [root["id"]]


def test_the_apps_errors_stand_beside_their_fields_until_sent_again(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.reply = {"response_action": "errors", "errors": {"dish": "Sold out"}}
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert (told["ok"], told["response_action"], told["errors"]) == (False, "errors", {"dish": "Sold out"})
    assert world.views()[0]["errors"] == {"dish": "Sold out"}
    world.app.reply = {}
    assert world.do("submit", who=ADA, view_id=view["id"], values={"dish": "pie"})["ok"]
    assert world.views() == []


def test_errors_for_what_is_no_field_are_the_apps_mistake(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.reply = {"response_action": "errors", "errors": {"desert": "Sold out"}}
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert (told["ok"], told["error"]) == (False, "invalid_errors")
    assert "trouble connecting" in world.notices()[0] and len(world.views()) == 1


def test_an_answer_may_update_the_view_in_place(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.reply = {"response_action": "update", "view": modal(typed("dish"), title=plain("Sure?"))}
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert told["response_action"] == "update"
    (shown,) = world.views()
    assert shown["id"] == view["id"] and shown["view"]["title"]["text"] == "Sure?"
    assert shown["values"]["dish"]["it"]["value"] == "soup"


def test_an_answer_may_push_another_view_and_clear_them_all(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.reply = {"response_action": "push", "view": modal(typed("drink"))}
    world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    first, second = world.views()
    assert first["id"] == view["id"]
    world.app.reply = {"response_action": "clear"}
    world.do("submit", who=ADA, view_id=second["id"], values={"drink": "tea"})
    assert world.views() == []


def test_a_view_slack_would_not_take_in_an_answer_leaves_the_modal_and_a_notice(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.reply = {"response_action": "update", "view": modal(title=plain("x" * 25))}
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert (told["ok"], told["error"]) == (False, "invalid_arguments")
    assert "/view/title/text" in world.notices()[0] and len(world.views()) == 1


def test_an_app_that_breaks_on_a_submission_leaves_the_modal_open(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.broken = True
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    assert (told["ok"], told["status"]) == (False, 500)
    assert "trouble connecting" in world.notices()[0] and len(world.views()) == 1


COMPLAINTS: list[tuple[dict[str, Any], Any, str]] = [
    ({"type": "plain_text_input"}, "", "complete this required"),
    ({"type": "plain_text_input"}, None, "complete this required"),
    ({"type": "plain_text_input", "min_length": 5}, "soup", "at least 5"),
    ({"type": "plain_text_input", "max_length": 3}, "soup", "at most 3"),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "valid number"),
    ({"type": "number_input", "is_decimal_allowed": True}, "soup", "valid number"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "10"}, "9.99", "at least 10"),
    ({"type": "number_input", "is_decimal_allowed": False, "max_value": "10"}, "11", "at most 10"),
    ({"type": "email_text_input"}, "ada at acme", "email"),
    ({"type": "url_text_input"}, "acme.test", "URL"),
    ({"type": "static_select", "options": [option("soup")]}, None, "complete this required"),
    ({"type": "multi_static_select", "options": [option("soup")]}, [], "complete this required"),
    ({"type": "multi_users_select", "max_selected_items": 1}, [ADA, BOB], "no more than 1"),
]


@pytest.mark.parametrize(("element", "value", "words"), COMPLAINTS)
def test_slacks_client_refuses_before_the_app_hears(world: World, element: dict[str, Any], value: Any, words: str) -> None:
    view = world.opens(field("dish", element))
    world.app.heard.clear()
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": value})
    assert told["ok"] is False and words in told["errors"]["dish"]
    assert world.app.heard == [] and world.views()[0]["errors"] == told["errors"]


FINE: list[tuple[dict[str, Any], Any]] = [
    ({"type": "plain_text_input", "min_length": 4, "max_length": 4}, "soup"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1.5", "max_value": "1.5"}, "1.5"),
    ({"type": "number_input", "is_decimal_allowed": False, "min_value": "0"}, 0),
    ({"type": "number_input", "is_decimal_allowed": False}, "-3"),
    ({"type": "email_text_input"}, "ada@acme.test"),
    ({"type": "url_text_input"}, "https://acme.test/soup"),
    ({"type": "multi_users_select", "max_selected_items": 2}, [ADA, BOB]),
]


@pytest.mark.parametrize(("element", "value"), FINE)
def test_a_value_at_its_limit_is_sent(world: World, element: dict[str, Any], value: Any) -> None:
    view = world.opens(field("dish", element))
    assert world.do("submit", who=ADA, view_id=view["id"], values={"dish": value})["ok"]


def test_a_person_may_close_the_modal_while_the_app_still_thinks(world: World) -> None:
    view = world.opens(typed("dish"))
    world.app.busy.clear()
    world.app.gate, world.app.reply = Event(), {"response_action": "update", "view": modal(typed("dish"))}
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(world.do, "submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
        assert world.app.busy.wait(10)
        world.do("close", who=ADA, view_id=view["id"])
        world.app.gate.set()
        assert sent.result()["ok"]
    assert world.views() == [] and world.notices() == []


def test_an_optional_field_may_stay_empty(world: World) -> None:
    view = world.opens(typed("note") | {"optional": True})
    assert world.do("submit", who=ADA, view_id=view["id"], values={})["ok"]
    assert world.app.last["view"]["state"]["values"]["note"]["it"] == {"type": "plain_text_input", "value": None}


def test_a_wrong_value_leaves_the_whole_form_as_it_was(world: World) -> None:
    view = world.opens(typed("dish"), field("day", {"type": "datepicker"}))
    answer = world.raw("submit", {"as": ADA, "view_id": view["id"], "values": {"dish": "soup", "day": "someday"}})
    assert answer.status_code == 400 and "2026-11-23" in answer.json()["error"]
    assert world.views()[0]["values"]["dish"]["it"]["value"] is None


def test_closing_tells_the_app_only_where_it_asked(world: World) -> None:
    quiet = world.opens(typed("dish"))
    world.app.heard.clear()
    world.do("close", who=ADA, view_id=quiet["id"])
    assert world.app.heard == [] and world.views() == []
    loud = world.opens(typed("dish"), notify_on_close=True)
    world.do("close", who=ADA, view_id=loud["id"])
    assert (world.app.last["type"], world.app.last["is_cleared"]) == ("view_closed", False)


def test_clear_on_close_takes_the_whole_stack(world: World) -> None:
    world.opens(row(button()), notify_on_close=True)
    world.do("act", who=ADA, view_id=world.views()[-1]["id"], action_id="eat")
    world.web.views_push(trigger_id=world.app.last["trigger_id"], view=modal(clear_on_close=True))
    world.do("close", who=ADA, view_id=world.views()[-1]["id"])
    assert world.views() == []
    assert (world.app.last["type"], world.app.last["is_cleared"]) == ("view_closed", True)


def test_a_closed_view_cannot_be_updated(world: World) -> None:
    view = world.opens(typed("dish"))
    world.do("close", who=ADA, view_id=view["id"])
    assert error(world.web.views_update, view_id=view["id"], view=modal()) == "not_found"


def test_a_published_home_is_that_persons_alone_and_can_be_pressed(world: World) -> None:
    view = world.web.views_publish(user_id=ADA, view=home(section("Hi"), row(button())))["view"]
    shown = world.sees(ADA)["home"]
    assert shown["id"] == view["id"] and shown["blocks"][0]["text"]["text"] == "Hi"
    assert world.sees(BOB)["home"]["blocks"] == []
    world.do("act", who=ADA, action_id="eat")
    assert world.app.last["view"]["type"] == "home" and world.app.last["container"]["view_id"] == view["id"]
    world.web.views_open(trigger_id=world.app.last["trigger_id"], view=modal())
    assert len(world.views()) == 1


def test_a_home_is_published_over_an_old_one_only_with_a_fresh_hash(world: World) -> None:
    first = world.web.views_publish(user_id=ADA, view=home())["view"]
    second = world.web.views_publish(user_id=ADA, view=home(section("Hi")), hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    assert error(world.web.views_publish, user_id=ADA, view=home(), hash=first["hash"]) == "hash_conflict"


def test_a_home_cannot_become_a_modal(world: World) -> None:
    view = world.web.views_publish(user_id=ADA, view=home())["view"]
    assert error(world.web.views_update, view_id=view["id"], view=modal()) == "invalid_arguments"


SHAPES: list[tuple[dict[str, Any], Any, dict[str, Any], dict[str, Any]]] = [
    ({"type": "plain_text_input"}, "soup", {"value": None}, {"value": "soup"}),
    ({"type": "number_input", "is_decimal_allowed": True}, "12.5", {"value": None}, {"value": "12.5"}),
    ({"type": "email_text_input"}, "a@b.c", {"value": None}, {"value": "a@b.c"}),
    ({"type": "url_text_input"}, "https://a.b", {"value": None}, {"value": "https://a.b"}),
    ({"type": "users_select"}, BOB, {"selected_user": None}, {"selected_user": BOB}),
    ({"type": "multi_users_select"}, [BOB], {"selected_users": []}, {"selected_users": [BOB]}),
    ({"type": "conversations_select"}, "C0FOOD", {"selected_conversation": None}, {"selected_conversation": "C0FOOD"}),
    ({"type": "channels_select"}, "C0FOOD", {"selected_channel": None}, {"selected_channel": "C0FOOD"}),
    ({"type": "datepicker"}, "2026-11-24", {"selected_date": None}, {"selected_date": "2026-11-24"}),
    ({"type": "timepicker"}, "09:30", {"selected_time": None}, {"selected_time": "09:30"}),
    ({"type": "datetimepicker"}, 1764000000, {"selected_date_time": None}, {"selected_date_time": 1764000000}),
]


@pytest.mark.parametrize(("element", "value", "before", "after"), SHAPES)
def test_state_has_slacks_shape_before_and_after_a_choice(
    world: World, element: dict[str, Any], value: Any, before: dict[str, Any], after: dict[str, Any]
) -> None:
    view = world.opens(field("f", element))
    assert view["state"]["values"]["f"]["it"] == {"type": element["type"], **before}
    world.do("submit", who=ADA, view_id=view["id"], values={"f": value})
    assert world.app.last["view"]["state"]["values"]["f"]["it"] == {"type": element["type"], **after}


@pytest.mark.parametrize("kind", ["static_select", "radio_buttons"])
def test_one_of_several_options_is_kept_whole(world: World, kind: str) -> None:
    view = world.opens(field("f", {"type": kind, "options": [option("soup"), option("pie")]}))
    assert view["state"]["values"]["f"]["it"]["selected_option"] is None
    world.do("submit", who=ADA, view_id=view["id"], values={"it": "pie"})
    whole = {"text": {"type": "plain_text", "text": "Pie", "emoji": True}, "value": "pie"}
    assert world.app.last["view"]["state"]["values"]["f"]["it"] == {"type": kind, "selected_option": whole}


@pytest.mark.parametrize("kind", ["multi_static_select", "checkboxes"])
def test_several_options_are_kept_whole(world: World, kind: str) -> None:
    view = world.opens(field("f", {"type": kind, "options": [option("soup"), option("pie"), option("rice")]}))
    assert view["state"]["values"]["f"]["it"]["selected_options"] == []
    world.do("submit", who=ADA, view_id=view["id"], values={"f": ["rice", "soup"]})
    held = world.app.last["view"]["state"]["values"]["f"]["it"]
    assert [o["value"] for o in held["selected_options"]] == ["rice", "soup"] and held["type"] == kind


def test_initial_values_are_in_the_state_from_the_start(world: World) -> None:
    soup = option("soup")
    view = world.opens(
        field("a", {"type": "static_select", "options": [soup], "initial_option": soup}),
        field("b", {"type": "checkboxes", "options": [soup], "initial_options": [soup]}),
        field("c", {"type": "users_select", "initial_user": BOB}),
        field("d", {"type": "datetimepicker", "initial_date_time": 1764000000}),
    )
    values = view["state"]["values"]
    assert values["a"]["it"]["selected_option"]["value"] == "soup"
    assert [o["value"] for o in values["b"]["it"]["selected_options"]] == ["soup"]
    assert values["c"]["it"]["selected_user"] == BOB and values["d"]["it"]["selected_date_time"] == 1764000000


def test_ids_nobody_gave_are_made_up(world: World) -> None:
    view = world.opens({"type": "input", "label": plain("Dish"), "element": {"type": "plain_text_input"}})
    (block,) = view["blocks"]
    assert block["block_id"] and block["element"]["action_id"]
    assert world.do("submit", who=ADA, view_id=view["id"], values={block["block_id"]: "soup"})["ok"]


def test_of_two_acts_while_the_clock_stands_the_later_has_the_later_time(world: World) -> None:
    """As with Slack, whose times are of microseconds: an app may go by their order."""
    view = world.opens(row(button()))
    times = []
    for _ in range(3):
        world.do("act", who=ADA, view_id=view["id"], action_id="eat")
        times.append(world.app.last["actions"][0]["action_ts"])
    assert times == sorted(set(times))
