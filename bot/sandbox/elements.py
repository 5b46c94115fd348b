"""Interactive elements: what state each holds, how a plain value becomes that state, what Slack's client refuses.

One row a type. `key` is the field of `state.values` (and of an action) that carries the choice, `initial` the field of
the element it starts from. Values come from `act` and `submit` as plain strings, lists of them, or epoch seconds.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.sandbox.errors import ControlError

Element = dict[str, Any]
State = dict[str, Any]
Values = dict[str, dict[str, State]]


def _text(_: Element, value: Any) -> Any:
    if not isinstance(value, str):
        raise ControlError("a text field takes a string")
    return value


def _number(element: Element, value: Any) -> Any:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return _text(element, str(value) if plain else value)


def _option(element: Element, value: Any) -> Any:
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}
    for option in options(element):
        if option.get("value") == value:
            return option
    raise ControlError(f"no option has the value {value!r}")


def _name(prefixes: str) -> Callable[[Element, Any], Any]:
    def pick(_: Element, value: Any) -> Any:
        if isinstance(value, str) and value[:1] and value[0] in prefixes:
            return value
        raise ControlError(f"takes an id that starts with one of {prefixes}, not {value!r}")

    return pick


def _each(one: Callable[[Element, Any], Any]) -> Callable[[Element, Any], Any]:
    def pick(element: Element, value: Any) -> Any:
        if not isinstance(value, list):
            raise ControlError("takes a list of values")
        return [one(element, item) for item in value]

    return pick


def _date(_: Element, value: Any) -> Any:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ControlError(f"takes a date like 2026-11-23, not {value!r}") from None


def _time(_: Element, value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return value
    raise ControlError(f"takes a time like 09:30, not {value!r}")


def _moment(_: Element, value: Any) -> Any:
    # Slack wants ten digits: 2001-09-09 to 2286-11-20
    if isinstance(value, int) and not isinstance(value, bool) and 10**9 <= value < 10**10:
        return value
    raise ControlError(f"takes whole epoch seconds, not {value!r}")


def _rich(_: Element, value: Any) -> Any:
    if not isinstance(value, str):
        raise ControlError("a rich text field takes a string here")
    run = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [run]} if value else None


@dataclass(frozen=True)
class Kind:
    """How one type of element behaves."""

    key: str
    initial: str
    read: Callable[[Element, Any], Any]

    @property
    def many(self) -> bool:
        return self.key.endswith("s")


_OPTION = Kind("selected_option", "initial_option", _option)
_OPTIONS = Kind("selected_options", "initial_options", _each(_option))
KINDS: dict[str, Kind] = {
    "plain_text_input": Kind("value", "initial_value", _text),
    "number_input": Kind("value", "initial_value", _number),
    "email_text_input": Kind("value", "initial_value", _text),
    "url_text_input": Kind("value", "initial_value", _text),
    "rich_text_input": Kind("rich_text_value", "initial_value", _rich),
    "static_select": _OPTION,
    "external_select": _OPTION,
    "radio_buttons": _OPTION,
    "multi_static_select": _OPTIONS,
    "multi_external_select": _OPTIONS,
    "checkboxes": _OPTIONS,
    "users_select": Kind("selected_user", "initial_user", _name("UW")),
    "multi_users_select": Kind("selected_users", "initial_users", _each(_name("UW"))),
    "conversations_select": Kind("selected_conversation", "initial_conversation", _name("CDGU")),
    "multi_conversations_select": Kind("selected_conversations", "initial_conversations", _each(_name("CDGU"))),
    "channels_select": Kind("selected_channel", "initial_channel", _name("C")),
    "multi_channels_select": Kind("selected_channels", "initial_channels", _each(_name("C"))),
    "datepicker": Kind("selected_date", "initial_date", _date),
    "timepicker": Kind("selected_time", "initial_time", _time),
    "datetimepicker": Kind("selected_date_time", "initial_date_time", _moment),
}


def options(element: Element) -> list[dict[str, Any]]:
    groups = element.get("option_groups") or [element]
    return [option for group in groups for option in group.get("options") or []]


def walk(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Element]]:
    """Every element with an action in the order a person sees them, each with its block."""
    for block in blocks:
        inside = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        yield from ((block, element) for element in inside if isinstance(element, dict) and "action_id" in element)


def state(element: Element, value: Any) -> State:
    """The element's entry of `state.values` once `value` was chosen; None and "" clear it."""
    kind = KINDS[element["type"]]
    empty: Any = [] if kind.many else None
    return {"type": element["type"], kind.key: empty if value in (None, "") else kind.read(element, value)}


def starting(element: Element) -> State:
    """The element's entry before anybody touched it: its initial value, or Slack's empty one."""
    kind = KINDS[element["type"]]
    return {"type": element["type"], kind.key: element.get(kind.initial, [] if kind.many else None)}


def starting_values(blocks: list[dict[str, Any]]) -> Values:
    values: Values = {}
    for block, element in walk(blocks):
        if element["type"] in KINDS:
            values.setdefault(block["block_id"], {})[element["action_id"]] = starting(element)
    return values


def still_fits(element: Element, held: State) -> bool:
    """Whether a choice survives a new version of its element: same type, and its options are still offered."""
    if held["type"] != element["type"]:
        return False
    chosen = held.get("selected_options") or [held.get("selected_option")]
    offered = options(element)
    return not offered or all(option in offered for option in chosen if option)


def complaint(block: dict[str, Any], held: State) -> str | None:
    """What Slack's client says before it sends a form: required fields, lengths, numbers, addresses; None if fine."""
    element = block["element"]
    value = held[KINDS[element["type"]].key]
    if not value and value != 0:
        return None if block.get("optional") else "Please complete this required field."
    check = _COMPLAINTS.get(element["type"], _too_many)
    return check(element, value)


def _too_many(element: Element, value: Any) -> str | None:
    most = element.get("max_selected_items")
    return f"Please select no more than {most} items." if most and len(value) > most else None


def _length(element: Element, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Must be at least {least} characters long."
    return f"Must be at most {most} characters long." if len(value) > most else None


def _amount(element: Element, value: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+", value):
        return "Please enter a valid number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return None


def _email(_: Element, value: str) -> str | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Please enter a valid email address."


def _url(_: Element, value: str) -> str | None:
    return None if re.fullmatch(r"https?://\S+", value) else "Please enter a valid URL."


_COMPLAINTS: dict[str, Callable[[Element, Any], str | None]] = {
    "plain_text_input": _length,
    "number_input": _amount,
    "email_text_input": _email,
    "url_text_input": _url,
}


def action(block: dict[str, Any], element: Element, *, held: Any, at: str) -> dict[str, Any]:
    """One entry of `actions` in a block_actions payload; `held` is the state entry, or the chosen overflow option."""
    sent = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"], "action_ts": at}
    if element["type"] in KINDS:
        initial = KINDS[element["type"]].initial
        extra = {initial: element[initial]} if initial in element else {}
        return sent | extra | {k: v for k, v in held.items() if k != "type"}
    if element["type"] == "overflow":
        return sent | {"selected_option": held}
    return sent | {k: element[k] for k in ("text", "value", "style", "url", "confirm") if k in element}
