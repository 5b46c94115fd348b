"""Every limit Slack puts on blocks and views, as a table. Where Slack's own pages disagree the smaller number stands.

Only shapes are here; `limits` asks for them and knows what only a whole message or view can tell.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.elements import options
from bot.sandbox.shapes import (
    Check,
    Fault,
    anything,
    boolean,
    either,
    fields,
    integer,
    items,
    kinds,
    number,
    one_of,
    string,
    then,
)

TEXT_MOST = 40_000
EDIT_MOST = 4_000
# undocumented: people meet msg_blocks_too_long from about here on
BLOCKS_MOST = 13_200
MARKDOWN_MOST = 12_000
VIEW_MOST = 250_000

_id = string(255)
_url = string(3000)


def _text(most: int, *types: str) -> Check:
    shape = fields({"type": anything, "text": string(most)}, {"emoji": boolean, "verbatim": boolean})
    return kinds(dict.fromkeys(types, shape))


def _plain(most: int) -> Check:
    return _text(most, "plain_text")


def _any_text(most: int) -> Check:
    return _text(most, "plain_text", "mrkdwn")


_confirm = fields(
    {"title": _plain(100), "text": _any_text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": one_of("primary", "danger")},
)
_dispatch = fields({}, {"trigger_actions_on": items(2, one_of("on_enter_pressed", "on_character_entered"))})


def _option(text: Check, value: int = 75) -> Check:
    return fields({"text": text, "value": string(value)}, {"description": _any_text(75), "url": _url})


def _initial(value: Any, at: str) -> Iterator[Fault]:
    """What is chosen at first must be one of the options."""
    offered = [option["value"] for option in options(value)]
    chosen = [(f"{at}/initial_option", value["initial_option"])] if value.get("initial_option") else []
    chosen += [(f"{at}/initial_options/{i}", o) for i, o in enumerate(value.get("initial_options") or [])]
    for where, option in chosen:
        if option["value"] not in offered:
            yield "must be one of the provided options", where


_picked = _option(_plain(75))
_chosen = _option(_any_text(75))
_group = fields({"label": _plain(75), "options": items(100, _picked)})
_action = {"type": anything}
_common: dict[str, Check] = {"action_id": _id, "focus_on_load": boolean}
_menu: dict[str, Check] = {**_common, "placeholder": _plain(150), "confirm": _confirm}
_many: dict[str, Check] = {**_menu, "max_selected_items": integer(1, 1000)}
_lists: dict[str, Check] = {"options": items(100, _picked), "option_groups": items(100, _group)}
_ids = items(1000, _id)
_filter = fields({}, {"include": items(4, string(20)), "exclude_external_shared_channels": boolean, "exclude_bot_users": boolean})
_typed: dict[str, Check] = {**_common, "placeholder": _plain(150), "dispatch_action_config": _dispatch}
_conversation: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": _filter}


def _one(may: dict[str, Check], need: dict[str, Check] | None = None) -> Check:
    return fields({**_action, **(need or {})}, may)


def _choice(may: dict[str, Check], need: dict[str, Check] | None = None) -> Check:
    return then(_one(may, need), either("options", "option_groups"), _initial)


_ten = {"options": items(10, _chosen)}
ELEMENTS: dict[str, Check] = {
    "button": _one(
        {
            "action_id": _id,
            "url": _url,
            "value": string(2000, 0),
            "style": one_of("primary", "danger"),
            "confirm": _confirm,
            "accessibility_label": string(75),
        },
        {"text": _plain(75)},
    ),
    "static_select": _choice({**_menu, **_lists, "initial_option": _picked}),
    "multi_static_select": _choice({**_many, **_lists, "initial_options": items(100, _picked)}),
    "external_select": _one({**_menu, "min_query_length": integer(0, 1000), "initial_option": _picked}),
    "multi_external_select": _one({**_many, "min_query_length": integer(0, 1000), "initial_options": items(100, _picked)}),
    "users_select": _one({**_menu, "initial_user": _id}),
    "multi_users_select": _one({**_many, "initial_users": _ids}),
    "conversations_select": _one({**_menu, **_conversation, "initial_conversation": _id, "response_url_enabled": boolean}),
    "multi_conversations_select": _one({**_many, **_conversation, "initial_conversations": _ids}),
    "channels_select": _one({**_menu, "initial_channel": _id, "response_url_enabled": boolean}),
    "multi_channels_select": _one({**_many, "initial_channels": _ids}),
    "overflow": _one({"action_id": _id, "confirm": _confirm}, {"options": items(5, _picked)}),
    "checkboxes": _choice({**_common, "confirm": _confirm, "initial_options": items(10, _chosen)}, _ten),
    "radio_buttons": _choice({**_common, "confirm": _confirm, "initial_option": _chosen}, _ten),
    "datepicker": _one({**_menu, "initial_date": string(10, 10)}),
    "timepicker": _one({**_menu, "initial_time": string(5, 5), "timezone": string(100)}),
    "datetimepicker": _one({**_common, "confirm": _confirm, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "plain_text_input": _one(
        {
            **_typed,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "number_input": _one(
        {**_typed, "initial_value": string(100), "min_value": string(100), "max_value": string(100)},
        {"is_decimal_allowed": boolean},
    ),
    "email_text_input": _one({**_typed, "initial_value": string(3000, 0)}),
    "url_text_input": _one({**_typed, "initial_value": string(3000, 0)}),
    "rich_text_input": _one({**_typed, "initial_value": anything, "min_lines": integer(1, 100), "max_lines": integer(1, 100)}),
    "image": then(
        _one({"image_url": _url, "slack_file": anything}, {"alt_text": string(2000)}), either("image_url", "slack_file")
    ),
}
_BUTTONS = {"button", "overflow"}
_STILL = {"image"}
_MODAL_ONLY = {"number_input", "email_text_input", "url_text_input"}
_TYPED = {"plain_text_input", "rich_text_input"} | _MODAL_ONLY


def _but(*unfit: set[str]) -> Check:
    """Any element except those that do not fit the place."""
    return kinds({name: check for name, check in ELEMENTS.items() if name not in set().union(*unfit)})


_ACCESSORY = _but(_TYPED, {"datetimepicker"})
_ACTIONS = _but(_TYPED, _STILL)
_CONTEXT = kinds({"image": ELEMENTS["image"], "mrkdwn": _any_text(3000), "plain_text": _any_text(3000)})


def _block(may: dict[str, Check], need: dict[str, Check] | None = None) -> Check:
    return fields({**_action, **(need or {})}, {"block_id": _id, **may})


def _input(elements: Check) -> Check:
    return _block(
        {"hint": _plain(2000), "optional": boolean, "dispatch_action": boolean},
        {"label": _plain(2000), "element": elements},
    )


_points = items(20, fields({"label": string(20), "value": number}))
_axis = fields({"categories": items(20, string(20))}, {"x_label": string(50), "y_label": string(50)})
_series = items(6, fields({"name": string(20), "data": _points}))


def _labelled(chart: Any, at: str) -> Iterator[Fault]:
    """A point may only stand at one of the categories."""
    for i, series in enumerate(chart["series"]):
        for j, point in enumerate(series["data"]):
            if point["label"] not in chart["axis_config"]["categories"]:
                yield "must be one of the categories", f"{at}/series/{i}/data/{j}/label"


_plot = then(fields({**_action, "series": _series, "axis_config": _axis}), _labelled)
_chart = kinds(
    {"pie": fields({**_action, "segments": items(6, fields({"label": string(20), "value": number}))})}
    | dict.fromkeys(("bar", "line", "area"), _plot)
)

EVERYWHERE: dict[str, Check] = {
    "section": then(
        _block({"text": _any_text(3000), "fields": items(10, _any_text(2000)), "accessory": _ACCESSORY, "expand": boolean}),
        either("text", "fields"),
    ),
    "divider": _block({}),
    "header": _block({}, {"text": _plain(150)}),
    "context": _block({}, {"elements": items(10, _CONTEXT)}),
    "actions": _block({}, {"elements": items(25, _ACTIONS)}),
    "image": then(
        _block({"title": _plain(2000), "image_url": _url, "slack_file": anything}, {"alt_text": string(2000)}),
        either("image_url", "slack_file"),
    ),
    "rich_text": _block({}, {"elements": items(1000, anything, 0)}),
}
MESSAGE: dict[str, Check] = EVERYWHERE | {
    "input": _input(_but(_BUTTONS, _STILL, _MODAL_ONLY)),
    "markdown": _block({}, {"text": string(MARKDOWN_MOST)}),
    "table": _block({"column_settings": items(20, anything, 0)}, {"rows": items(100, items(20, anything))}),
    "data_visualization": _block({}, {"title": string(50), "chart": _chart}),
}
HOME: dict[str, Check] = EVERYWHERE | {"input": _input(_but(_BUTTONS, _STILL, _MODAL_ONLY, {"datetimepicker"}))}
MODAL: dict[str, Check] = EVERYWHERE | {
    "input": _input(_but(_BUTTONS, _STILL)),
    "alert": _block({"level": one_of("default", "info", "warning", "error", "success")}, {"text": _any_text(200)}),
}
