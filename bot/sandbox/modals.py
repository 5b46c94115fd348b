"""Views: modal stacks, App Homes, and the triggers that open them.

A trigger works once, for three seconds of the sandbox's time. A stack holds three views. What a person typed survives
an update where block_id and action_id stay the same; an untouched field takes the new initial value.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.complete import complete
from bot.sandbox.elements import Element, State, Values, starting_values, state, still_fits, walk
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.pulse import Pulse

TRIGGER_LIFE = timedelta(seconds=3)
STACK_MOST = 3


@dataclass
class View:
    """One modal or App Home as one person has it; `typed` names the fields that person touched."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)
    typed: set[tuple[str, str]] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["blocks"]
        return found

    def type_in(self, block: dict[str, Any], element: Element, value: Any) -> State:
        """Puts a person's choice into a field. Raises `ControlError` where the field cannot hold it."""
        held = state(element, value)
        self.values.setdefault(block["block_id"], {})[element["action_id"]] = held
        self.typed.add((block["block_id"], element["action_id"]))
        return held

    def take(self, body: dict[str, Any]) -> None:
        """Shows a new version of itself, keeping what was typed where it still fits."""
        values = starting_values(body["blocks"])
        kept = set()
        for block, element in walk(body["blocks"]):
            at = (block["block_id"], element["action_id"])
            if at in self.typed and still_fits(element, self.values[at[0]][at[1]]):
                values[at[0]][at[1]] = self.values[at[0]][at[1]]
                kept.add(at)
        self.body, self.values, self.typed, self.errors = body, values, kept, {}


@dataclass
class Trigger:
    """A person's act, exchangeable for one view."""

    user: str
    view: str | None
    at: datetime
    used: bool = False


class Modals:
    """Every view of one workspace."""

    def __init__(self, pulse: Pulse) -> None:
        self.pulse = pulse
        self.reset()

    def reset(self) -> None:
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}

    def trigger(self, user: str, view: str | None = None) -> str:
        serial = self.pulse.serial()
        name = f"{serial}.{int(self.pulse.now().timestamp())}.{serial:032x}"
        self.triggers[name] = Trigger(user, view, self.pulse.now())
        return name

    def exchange(self, name: str) -> Trigger:
        """Uses a trigger up."""
        trigger = self.triggers.get(name)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self.pulse.now() - trigger.at > TRIGGER_LIFE:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger

    def open(self, name: str, body: dict[str, Any]) -> View:
        """A new modal for the person behind a trigger; it replaces what that person had open."""
        self._unique(body, None)
        user = self.exchange(name).user
        self.clear(user)
        return self._put(user, body)

    def push(self, name: str, body: dict[str, Any]) -> View:
        """A view on top of the one the trigger came from."""
        self._unique(body, None)
        trigger = self.exchange(name)
        if trigger.view not in self.stacks.get(trigger.user, []):
            raise ApiError("not_found")
        return self.put_on(trigger.user, body)

    def put_on(self, user: str, body: dict[str, Any]) -> View:
        self._unique(body, None)
        if len(self.stacks.get(user, [])) >= STACK_MOST:
            raise ApiError("push_limit_reached")
        return self._put(user, body)

    def _put(self, user: str, body: dict[str, Any]) -> View:
        stack = self.stacks.setdefault(user, [])
        key = self.pulse.fresh("V")
        view = View(key, user, {}, self._hash(), stack[0] if stack else key, stack[-1] if stack else None)
        view.take(self._whole(body))
        self.views[key] = view
        stack.append(key)
        self.pulse.touch()
        return view

    def change(self, view: View, body: dict[str, Any], held: str | None = None) -> View:
        """A new version of an open view; `held` is the hash the app believes in."""
        if held and held != view.hash:
            raise ApiError("hash_conflict")
        self._unique(body, view)
        view.take(self._whole(body))
        view.hash = self._hash()
        self.pulse.touch()
        return view

    def publish(self, user: str, body: dict[str, Any], held: str | None = None) -> View:
        """The App Home of one person."""
        if user not in self.homes:
            key = self.pulse.fresh("V")
            self.homes[user] = View(key, user, {"type": "home", "blocks": []}, self._hash(), key)
            self.views[key] = self.homes[user]
            held = None
        return self.change(self.homes[user], body, held)

    def find(self, key: str, external: str = "") -> View:
        """An open view by its id or its external_id."""
        for view in self.views.values():
            if view.id == key or (external and view.body.get("external_id") == external):
                return view
        raise ApiError("not_found")

    def top(self, user: str, key: str) -> View:
        """The view a person can act in: the one on top of the stack, or the App Home."""
        stack = self.stacks.get(user, [])
        home = self.homes.get(user)
        if key not in stack and (home is None or home.id != key):
            raise ControlError(f"{user} has no view {key}", 404)
        if key in stack and stack[-1] != key:
            raise ControlError(f"the view {key} lies under another one")
        return self.views[key]

    def close(self, view: View) -> None:
        """Takes the top view away; the one beneath shows again."""
        self.stacks[view.user].remove(view.id)
        del self.views[view.id]
        self.pulse.touch()

    def clear(self, user: str) -> list[View]:
        """Closes a person's whole stack, top first."""
        gone = [self.views[key] for key in reversed(self.stacks.get(user, []))]
        for view in gone:
            self.close(view)
        return gone

    def _unique(self, body: dict[str, Any], but: View | None) -> None:
        name = body.get("external_id")
        if name and any(v.body.get("external_id") == name for v in self.views.values() if v is not but):
            raise ApiError("duplicate_external_id")

    def _whole(self, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "blocks": complete(body["blocks"], self.pulse.fresh)}

    def _hash(self) -> str:
        return f"{int(self.pulse.now().timestamp())}.{self.pulse.serial():08x}"
