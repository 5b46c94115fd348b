"""The bodies of the control calls, as values. A field nobody knows is refused, so that a misspelt one is noticed."""

from typing import Annotated, Any

from msgspec import Meta, Struct, field

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Words = Annotated[str, Meta(max_length=40_000)]


class Ask(Struct, forbid_unknown_fields=True, kw_only=True):
    """What all of them share: nothing unknown."""


class Act(Ask):
    who: Name = field(name="as")
    action_id: Name
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    block_id: str | None = None
    value: Any = None


class Submit(Ask):
    who: Name = field(name="as")
    view_id: Name
    values: dict[str, Any] = {}


class Close(Ask):
    who: Name = field(name="as")
    view_id: Name


class Command(Ask):
    who: Name = field(name="as")
    channel: Name
    command: Annotated[str, Meta(pattern=r"^/[^\s/]+$", max_length=32)]
    text: Words = ""


class Shortcut(Ask):
    who: Name = field(name="as")
    callback_id: Name
    channel: str | None = None
    ts: str | None = None


class Say(Ask):
    who: Name = field(name="as")
    channel: Name
    text: Annotated[str, Meta(min_length=1, max_length=40_000)]
    thread_ts: str | None = None


class Home(Ask):
    who: Name = field(name="as")


class Clock(Ask):
    jump: float | None = None
    to: str | None = None


class Trouble(Ask):
    method: Name
    error: str | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    retry_after: Annotated[int, Meta(ge=0)] | None = None
    after: bool = False
    hang: bool = False
    times: Annotated[int, Meta(ge=1, le=10_000)] = 1
