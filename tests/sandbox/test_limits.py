"""Every size Slack limits, at the limit and one past it; Slack's names and pointers for what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.sandbox import limits
from bot.sandbox.errors import ApiError
from tests.sandbox.world import FOOD, World, button, field, modal, option, plain, row

Json = dict[str, Any]


def mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words}


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain("x"), **more}


def confirm(**more: Any) -> Json:
    whole = {"title": plain("x"), "text": plain("x"), "confirm": plain("x"), "deny": plain("x"), **more}
    return row(button(confirm=whole))


def menu(**more: Any) -> Json:
    return row({"type": "static_select", "action_id": "m", "options": [option("x")], **more})


def options(count: int) -> list[Json]:
    return [option(f"v{n}") for n in range(count)]


def chart(**more: Any) -> Json:
    whole = {
        "type": "line",
        "series": [{"name": "s", "data": [{"label": "c", "value": 1}]}],
        "axis_config": {"categories": ["c"]},
        **more,
    }
    return {"type": "data_visualization", "title": "x", "chart": whole}


def points(count: int) -> Json:
    names = [f"c{n}" for n in range(count)]
    data = [{"label": name, "value": 1} for name in names]
    return chart(series=[{"name": "s", "data": data}], axis_config={"categories": names})


def series(count: int) -> Json:
    return chart(series=[{"name": f"s{n}", "data": [{"label": "c", "value": n}]} for n in range(count)])


# what, its limit, and one block that has n of it
IN_A_BLOCK: list[tuple[str, int, Callable[[int], Json]]] = [
    ("section text", 3000, lambda n: section(text=mrkdwn("x" * n))),
    ("section fields", 10, lambda n: section(fields=[plain("x")] * n)),
    ("section field", 2000, lambda n: section(fields=[mrkdwn("x" * n)])),
    ("header", 150, lambda n: {"type": "header", "text": plain("x" * n)}),
    ("context elements", 10, lambda n: {"type": "context", "elements": [plain("x")] * n}),
    ("actions elements", 25, lambda n: row(*(button(f"a{i}") for i in range(n)))),
    ("button text", 75, lambda n: row(button(text=plain("x" * n)))),
    ("button value", 2000, lambda n: row(button(value="x" * n))),
    ("button accessibility_label", 75, lambda n: row(button(accessibility_label="x" * n))),
    ("button url", 3000, lambda n: row(button(url="x" * n))),
    ("options", 100, lambda n: menu(options=options(n))),
    ("option text", 75, lambda n: menu(options=[{"text": plain("x" * n), "value": "x"}])),
    ("option value", 75, lambda n: menu(options=[{"text": plain("x"), "value": "x" * n}])),
    ("option description", 75, lambda n: menu(options=[option("x") | {"description": plain("x" * n)}])),
    ("option groups", 100, lambda n: menu(option_groups=[{"label": plain("x"), "options": options(1)}] * n)),
    ("option group label", 75, lambda n: menu(option_groups=[{"label": plain("x" * n), "options": options(1)}])),
    ("placeholder", 150, lambda n: menu(placeholder=plain("x" * n))),
    ("overflow options", 5, lambda n: row({"type": "overflow", "action_id": "o", "options": options(n)})),
    ("checkboxes", 10, lambda n: row({"type": "checkboxes", "action_id": "c", "options": options(n)})),
    ("radio buttons", 10, lambda n: row({"type": "radio_buttons", "action_id": "r", "options": options(n)})),
    ("confirm title", 100, lambda n: confirm(title=plain("x" * n))),
    ("confirm text", 300, lambda n: confirm(text=plain("x" * n))),
    ("confirm button", 30, lambda n: confirm(confirm=plain("x" * n))),
    ("deny button", 30, lambda n: confirm(deny=plain("x" * n))),
    ("input label", 2000, lambda n: field("f", {"type": "plain_text_input"}, label=plain("x" * n))),
    ("input hint", 2000, lambda n: field("f", {"type": "plain_text_input"}, hint=plain("x" * n))),
    ("text input", 3000, lambda n: field("f", {"type": "plain_text_input", "initial_value": "x" * n})),
    ("text input max_length", 3000, lambda n: field("f", {"type": "plain_text_input", "max_length": n})),
    ("action_id", 255, lambda n: row(button("x" * n))),
    ("block_id", 255, lambda n: section(block_id="x" * n)),
    ("image alt_text", 2000, lambda n: {"type": "image", "image_url": "https://a.b", "alt_text": "x" * n}),
]
IN_A_MESSAGE: list[tuple[str, int, Callable[[int], Json]]] = [
    ("markdown", 12_000, lambda n: {"type": "markdown", "text": "x" * n}),
    ("table rows", 100, lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n}),
    ("table columns", 20, lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]}),
    ("chart title", 50, lambda n: chart() | {"title": "x" * n}),
    ("chart points", 20, points),
    ("chart series", 6, series),
]


@pytest.mark.parametrize(("what", "most", "make"), IN_A_BLOCK + IN_A_MESSAGE, ids=lambda v: str(v)[:40])
def test_a_message_takes_the_limit_and_no_more(what: str, most: int, make: Callable[[int], Json]) -> None:
    limits.message([make(most)])
    with pytest.raises(ApiError) as no:
        limits.message([make(most + 1)])
    assert no.value.name == "invalid_blocks"
    assert "[json-pointer:/blocks" in no.value.detail["errors"][0]


@pytest.mark.parametrize(("what", "most", "make"), IN_A_BLOCK, ids=lambda v: str(v)[:40])
def test_a_view_takes_the_limit_and_no_more(what: str, most: int, make: Callable[[int], Json]) -> None:
    limits.view(modal(make(most)), "modal")
    with pytest.raises(ApiError) as no:
        limits.view(modal(make(most + 1)), "modal")
    assert no.value.name == "invalid_arguments"
    messages = no.value.detail["response_metadata"]["messages"]
    assert messages[0].startswith("[ERROR] ") and "[json-pointer:/view/blocks" in messages[0]


OF_A_VIEW: list[tuple[str, int, Callable[[int], Json]]] = [
    ("blocks", 100, lambda n: modal(*[{"type": "divider"}] * n)),
    ("title", 24, lambda n: modal(title=plain("x" * n))),
    ("submit", 24, lambda n: modal(submit=plain("x" * n))),
    ("close", 24, lambda n: modal(close=plain("x" * n))),
    ("private_metadata", 3000, lambda n: modal(private_metadata="x" * n)),
    ("callback_id", 255, lambda n: modal(callback_id="x" * n)),
    ("external_id", 255, lambda n: modal(external_id="x" * n)),
    ("alert", 200, lambda n: modal({"type": "alert", "text": plain("x" * n)})),
    ("home blocks", 100, lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}),
]


@pytest.mark.parametrize(("what", "most", "make"), OF_A_VIEW, ids=lambda v: str(v)[:40])
def test_a_whole_view_takes_the_limit_and_no_more(what: str, most: int, make: Callable[[int], Json]) -> None:
    limits.view(make(most), "modal", "home")
    with pytest.raises(ApiError, match="invalid_arguments"):
        limits.view(make(most + 1), "modal", "home")


def test_a_message_holds_fifty_blocks() -> None:
    limits.message([{"type": "divider"}] * 50)
    with pytest.raises(ApiError) as no:
        limits.message([{"type": "divider"}] * 51)
    assert no.value.detail["errors"] == ["no more than 50 items allowed [json-pointer:/blocks]"]


def test_all_blocks_of_a_message_together_are_limited() -> None:
    full = [section(text=plain("x" * 3000))] * 4
    limits.message([*full, section(text=plain("x" * 1200))])
    with pytest.raises(ApiError, match="msg_blocks_too_long"):
        limits.message([*full, section(text=plain("x" * 1201))])


def test_all_markdown_of_a_message_together_is_limited() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    limits.message([half, half])
    with pytest.raises(ApiError, match="msg_blocks_too_long"):
        limits.message([half, half, {"type": "markdown", "text": "x"}])


@pytest.mark.parametrize(("block", "most"), [(chart(), 2), ({"type": "table", "rows": [[{}]]}, 1)])
def test_some_blocks_are_limited_per_message(block: Json, most: int) -> None:
    limits.message([block] * most)
    with pytest.raises(ApiError, match="invalid_blocks"):
        limits.message([block] * (most + 1))


def test_a_view_is_limited_in_bytes() -> None:
    words = [section(text=plain("x" * 2800)) for _ in range(90)]
    with pytest.raises(ApiError, match="view_too_large"):
        limits.view(modal(*words), "modal")


WRONG: list[tuple[Json, str]] = [
    ({"type": "soup"}, "unsupported type: soup [json-pointer:/blocks/0/type]"),
    ({"text": plain("x")}, "missing required field: type [json-pointer:/blocks/0]"),
    ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
    ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
    ({"type": "header", "text": mrkdwn("x")}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ({"type": "header", "text": "x"}, "must provide an object [json-pointer:/blocks/0/text]"),
    ({"type": "header", "text": plain("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "divider", "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
    ({"type": "actions", "elements": []}, "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ({"type": "actions", "elements": {}}, "must be an array [json-pointer:/blocks/0/elements]"),
    ({"type": "image", "image_url": "https://a.b"}, "missing required field: alt_text [json-pointer:/blocks/0]"),
    (row(button(style="red")), "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    (row(button("a"), button("a")), '`action_id` "a" already exists for another element'),
    (menu(initial_option=option("y")), "must be one of the provided options"),
    ({"type": "alert", "text": plain("x")}, "unsupported type: alert [json-pointer:/blocks/0/type]"),
    (chart(axis_config={"categories": ["d"]}), "must be one of the categories"),
]


@pytest.mark.parametrize(("block", "words"), WRONG, ids=lambda v: str(v)[:50])
def test_what_is_wrong_is_said_in_slacks_words_with_its_place(block: Json, words: str) -> None:
    with pytest.raises(ApiError) as no:
        limits.message([block])
    assert any(words in told for told in no.value.detail["errors"])


def test_a_block_id_is_used_once() -> None:
    with pytest.raises(ApiError, match="invalid_blocks"):
        limits.message([section(block_id="a"), section(block_id="a")])


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    with pytest.raises(ApiError) as no:
        limits.view(modal(field("f", {"type": "plain_text_input"}), submit=None), "modal")
    assert no.value.detail["response_metadata"]["messages"] == ["[ERROR] missing required field: submit [json-pointer:/view]"]


@pytest.mark.parametrize("kind", ["markdown", "table", "data_visualization"])
def test_some_blocks_are_for_messages_only(kind: str) -> None:
    with pytest.raises(ApiError, match="invalid_arguments"):
        limits.view(modal({"type": kind, "text": "x"}), "modal")


@pytest.mark.parametrize("kind", ["number_input", "email_text_input", "url_text_input"])
def test_some_fields_are_for_modals_only(kind: str) -> None:
    block = field("f", {"type": kind} | ({"is_decimal_allowed": True} if kind == "number_input" else {}))
    limits.view(modal(block), "modal")
    with pytest.raises(ApiError, match="invalid_blocks"):
        limits.message([block])
    with pytest.raises(ApiError, match="invalid_arguments"):
        limits.view({"type": "home", "blocks": [block]}, "home")


def test_every_element_stands_where_slack_lets_it() -> None:
    limits.message([row({"type": "datetimepicker", "action_id": "d"})])
    for block in (
        section(accessory={"type": "datetimepicker"}),
        field("f", button()),
        row({"type": "plain_text_input"}),
    ):
        with pytest.raises(ApiError) as no:
            limits.message([block])
        assert "unsupported type" in no.value.detail["errors"][0]


def test_the_app_reads_the_reasons_over_http(world: World) -> None:
    with pytest.raises(SlackApiError) as no:
        world.web.chat_postMessage(channel=FOOD, text="x", blocks=[{"type": "header", "text": plain("x" * 151)}])
    told = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert no.value.response["errors"] == [told]
    assert no.value.response["response_metadata"]["messages"] == [f"[ERROR] {told}"]
    assert world.messages() == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "blocks",
                    "elements",
                    "element",
                    "options",
                    "block_id",
                    "action_id",
                    "label",
                    "accessory",
                    "initial_option",
                    "option_groups",
                    "value",
                    "title",
                    "chart",
                    "series",
                    "rows",
                    "fields",
                ]
            ),
            inner | st.sampled_from(["section", "actions", "input", "static_select", "button", "plain_text", "modal"]),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_nonsense_is_refused_and_never_breaks_the_check(nonsense: Any) -> None:
    for check in (
        lambda: limits.message([nonsense]),
        lambda: limits.message(nonsense),
        lambda: limits.view(nonsense, "modal"),
    ):
        with pytest.raises(ApiError):
            check()
            raise ApiError("fine")
