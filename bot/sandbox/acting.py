"""What a person does in the workspace: press, type, submit, close, command, speak.

Where Slack's client would refuse, so does this, before the app hears of it; where the app fails, the person is told.
"""

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.answers import complain, posted, settle
from bot.sandbox.deliver import NOTHING, Ack, Courier
from bot.sandbox.elements import KINDS, Element, complaint, options, starting_values, state, walk
from bot.sandbox.elements import action as acted
from bot.sandbox.errors import ControlError
from bot.sandbox.modals import View
from bot.sandbox.workspace import Message, Room, Workspace

Block = dict[str, Any]


def person(ws: Workspace, key: str) -> str:
    """A person who can act. Bots and deactivated people cannot."""
    user = ws.users.get(key)
    if user is None:
        raise ControlError(f"there is no user {key}", 404)
    if user.is_bot or user.deleted:
        raise ControlError(f"{key} is {'a bot' if user.is_bot else 'deactivated'} and cannot act")
    return key


def room_of(ws: Workspace, user: str, key: str) -> Room:
    room = ws.rooms.get(key)
    if room is None or user not in room.members:
        raise ControlError(f"{user} is in no channel {key}", 404)
    return room


def message_of(room: Room, user: str, ts: str) -> Message:
    found = room.messages.get(ts)
    if found is None or found.to not in (None, user):
        raise ControlError(f"{user} sees no message {ts} in {room.id}", 404)
    return found


def pick(blocks: list[Block], action_id: str, block_id: str | None) -> tuple[Block, Element]:
    """The element meant; where several share an action_id the block must be named."""
    found = [(b, e) for b, e in walk(blocks) if e["action_id"] == action_id and block_id in (None, b["block_id"])]
    if not found:
        raise ControlError(f"nothing here has the action_id {action_id!r}", 404)
    if len(found) > 1:
        raise ControlError(f"{len(found)} elements have the action_id {action_id!r}: say which block_id")
    return found[0]


def chosen(element: Element, value: Any) -> Any:
    """What goes into the action: a state entry, or the option of an overflow menu."""
    if element["type"] in KINDS:
        return state(element, value)
    if element["type"] != "overflow":
        return None
    for option in options(element):
        if option.get("value") == value:
            return option
    raise ControlError(f"no option has the value {value!r}")


def fires(block: Block) -> bool:
    return block["type"] != "input" or bool(block.get("dispatch_action"))


class Acting:
    """One workspace, the way to its app, and its own address."""

    def __init__(self, ws: Workspace, courier: Courier) -> None:
        self.ws, self.courier = ws, courier

    async def press(self, user: str, base: str, *, room: Room, ts: str, at: tuple[Block, Element], value: Any) -> Ack:
        """An act on an element of a message."""
        ws, (block, element), message = self.ws, at, message_of(room, user, ts)
        held = chosen(element, value)
        if element["type"] in KINDS:
            message.picks.setdefault(user, {}).setdefault(block["block_id"], {})[element["action_id"]] = held
            ws.touch()
        if not fires(block):
            return NOTHING
        picks = message.picks.get(user, {})
        values = {b: entries | picks.get(b, {}) for b, entries in starting_values(message.blocks).items()}
        sent = payloads.message_action(
            ws,
            user,
            room,
            message,
            actions=[acted(block, element, held=held, at=ws.moment())],
            state=values,
            trigger=ws.modals.trigger(user),
            url=base + ws.hooks.give(room.id, user, ts),
        )
        return self._heard(user, await self.courier.interact(sent))

    async def press_view(self, view: View, at: tuple[Block, Element], value: Any) -> Ack:
        """An act on an element of a modal or App Home."""
        block, element = at
        held = chosen(element, value)
        if element["type"] in KINDS:
            view.type_in(block, element, value)
            self.ws.touch()
        if not fires(block):
            return NOTHING
        action = acted(block, element, held=held, at=self.ws.moment())
        inside = view.id if view.body["type"] == "modal" else None
        trigger = self.ws.modals.trigger(view.user, inside)
        sent = payloads.view_action(self.ws, view, actions=[action], trigger=trigger)
        return self._heard(view.user, await self.courier.interact(sent))

    async def submit(self, view: View, values: dict[str, Any]) -> dict[str, Any]:
        """Fills a modal and sends it."""
        if not view.body.get("submit"):
            raise ControlError("this modal has no submit button")
        meant = [(*_field(view, name), value) for name, value in values.items()]
        for _, element, value in meant:
            state(element, value)  # all or nothing: a wrong value leaves the form as it was
        for block, element, value in meant:
            view.type_in(block, element, value)
        view.errors = _complaints(view)
        self.ws.touch()
        if view.errors:
            return {"ok": False, "ack_ms": 0, "status": None, "errors": view.errors}
        trigger = self.ws.modals.trigger(view.user, view.id)
        ack = await self.courier.interact(payloads.submission(self.ws, view, trigger))
        return settle(self.ws, view, ack)

    async def close(self, view: View) -> None:
        """Closes the top modal, or the whole stack where the view says so; the app hears of it if it asked to."""
        if view.body["type"] != "modal":
            raise ControlError("an App Home cannot be closed")
        clear = bool(view.body.get("clear_on_close"))
        gone = self.ws.modals.clear(view.user) if clear else [view]
        if not clear:
            self.ws.modals.close(view)
        for one in gone:
            if one.body.get("notify_on_close"):
                await self.courier.interact(payloads.closed(self.ws, one, cleared=clear))

    async def command(self, user: str, base: str, *, room: Room, name: str, text: str) -> Ack:
        """A slash command; what the app answers in its acknowledgement is shown."""
        url = base + self.ws.hooks.give(room.id, user)
        trigger = self.ws.modals.trigger(user)
        form = payloads.command(self.ws, user, room, name=name, text=text, trigger=trigger, url=url)
        ack = await self.courier.command(form)
        if not ack.ok:
            complain(self.ws, user, ack, f"{name} failed")
        elif ack.body:
            posted(self.ws, room, user, ack.body)
        return ack

    async def shortcut(self, user: str, callback_id: str) -> Ack:
        sent = payloads.shortcut(self.ws, user, callback_id, self.ws.modals.trigger(user))
        return self._heard(user, await self.courier.interact(sent))

    async def message_shortcut(self, user: str, base: str, *, room: Room, ts: str, callback_id: str) -> Ack:
        message, url = message_of(room, user, ts), base + self.ws.hooks.give(room.id, user, ts)
        trigger = self.ws.modals.trigger(user)
        sent = payloads.message_shortcut(self.ws, user, room, message, callback_id=callback_id, trigger=trigger, url=url)
        return self._heard(user, await self.courier.interact(sent))

    async def say(self, user: str, room: Room, text: str, *, thread_ts: str | None) -> str:
        """A person's own message. A mention reaches the app only in a channel it is in, as in Slack."""
        thread = None
        if thread_ts is not None:
            parent = message_of(room, user, thread_ts)
            thread = parent.thread_ts or parent.ts
        said = self.ws.post(room, Message("", user, text, thread_ts=thread))
        if f"<@{self.ws.bot}>" in text and room.user is None:
            if self.ws.bot in room.members:
                await self.courier.event(payloads.mention(self.ws, room, said))
            else:
                self.ws.note(user, f"You mentioned @{self.ws.users[self.ws.bot].name}, but it is not in this channel.")
        return said.ts

    async def home(self, user: str) -> None:
        await self.courier.event(payloads.home_opened(self.ws, user))

    def _heard(self, user: str, ack: Ack) -> Ack:
        if not ack.ok:
            complain(self.ws, user, ack)
        return ack


def _field(view: View, name: str) -> tuple[Block, Element]:
    """A field by its block_id or, failing that, its action_id."""
    fields = [(block, element) for block, element in walk(view.blocks) if element["type"] in KINDS]
    found = [at for at in fields if at[0]["block_id"] == name] or [at for at in fields if at[1]["action_id"] == name]
    if len(found) != 1:
        raise ControlError(f"{len(found) or 'no'} fields of this modal are called {name!r}")
    return found[0]


def _complaints(view: View) -> dict[str, str]:
    inputs = [block for block in view.blocks if block["type"] == "input"]
    told = {b["block_id"]: complaint(b, view.values[b["block_id"]][b["element"]["action_id"]]) for b in inputs}
    return {name: words for name, words in told.items() if words}
