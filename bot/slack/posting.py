"""Posting: every message of ours is remembered, so that it can be brought up to date and is not sent twice.

A time-out after Slack took a message cannot be told from one before: the app may not read channels to find out. The message
is then sent again; should a reader press a button on the first copy, `adopt` makes it the one that is kept up to date.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk import WebClient

from bot.slack.calling import call
from workflows.people import PersonId
from workflows.ports import Post, Rejected, Unavailable, UnitOfWork, Units

log = logging.getLogger("leeway.slack")

Also = Callable[[UnitOfWork], None]

CHANNEL = "channel"  # the place of what a quota's channel is told at its top level
_LOST = ("message_not_found", "cant_update_message", "channel_not_found", "is_archived")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message goes: the thing it shows, to whom, the channel, and the thread if any; `aloud` in the channel, too."""

    thing: str
    place: str
    channel: str
    thread: str = ""
    aloud: bool = False


class Poster:
    """Puts messages where they belong and remembers where that is."""

    def __init__(self, client: WebClient, units: Units, reads: Units) -> None:
        self._client = client
        self._units = units
        self._reads = reads
        self._ims: dict[PersonId, str] = {}

    def put(self, spot: Spot, message: Mapping[str, Any], also: Also | None = None) -> Post:
        """Makes the message at a spot say this: posts it, edits it, or leaves it when it says so already.

        `also` is done in the transaction that remembers the message.
        """
        digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()[:16]
        there = self.find(spot.thing, spot.place)
        if there is None:
            return self._keep(self._post(spot, message, digest), also)
        if there.digest == digest:
            return self._keep(there, also) if also else there
        self._edit(there, message)
        return self._keep(replace(there, digest=digest), also)

    def find(self, thing: str, place: str) -> Post | None:
        """Our message of that thing and place."""
        with self._reads() as unit:
            return unit.posts.get(thing, place)

    def all(self, thing: str) -> list[Post]:
        """Every message of ours that shows a thing."""
        with self._reads() as unit:
            return unit.posts.of(thing)

    def anchor(self, post: Post) -> Post:
        """Remembers a message of another thing as the root of this thing's thread."""
        return self._keep(post)

    def adopt(self, post: Post) -> bool:
        """A button was pressed; True when we did not know that message: a copy whose posting was never confirmed."""
        with self._reads() as unit:
            known = unit.posts.at(post.channel, post.ts)
        if known:
            return False
        self._keep(replace(post, place=f"{post.place}:{post.ts}"))
        return True

    def im(self, person: PersonId) -> str:
        """The direct-message channel with a person."""
        if person not in self._ims:
            self._ims[person] = call(self._client.conversations_open, users=person)["channel"]["id"]
        return self._ims[person]

    def link(self, post: Post) -> str:
        """A link to a message; "" when Slack does not give one."""
        try:
            return str(call(self._client.chat_getPermalink, channel=post.channel, message_ts=post.ts)["permalink"])
        except (Unavailable, Rejected) as error:
            log.info("no link to %s: %s", post.thing, error)
            return ""

    def whisper(self, channel: str, person: PersonId, message: Mapping[str, Any], thread: str = "") -> None:
        """Tells one person something that nobody else sees."""
        there = {"thread_ts": thread} if thread else {}
        call(self._client.chat_postEphemeral, channel=channel, user=person, **there, **message)

    def tell(self, person: PersonId, message: Mapping[str, Any], channel: str = "", thread: str = "") -> None:
        """Tells one person where they are, or in a direct message where nothing can be whispered to them."""
        try:
            if channel:
                self.whisper(channel, person, message, thread)
                return
        except Rejected as rejected:
            log.info("%s cannot be told in %s: %s", person, channel, rejected)
        call(self._client.chat_postMessage, channel=self.im(person), **message)

    def _post(self, spot: Spot, message: Mapping[str, Any], digest: str) -> Post:
        there: dict[str, Any] = {"thread_ts": spot.thread} if spot.thread else {}
        if spot.thread and spot.aloud:
            there["reply_broadcast"] = True
        said = call(
            self._client.chat_postMessage, channel=spot.channel, unfurl_links=False, unfurl_media=False, **there, **message
        )
        return Post(spot.thing, spot.place, said["channel"], said["ts"], digest)

    def _edit(self, post: Post, message: Mapping[str, Any]) -> None:
        try:
            call(self._client.chat_update, channel=post.channel, ts=post.ts, **message)
        except Rejected as rejected:
            if str(rejected).split(" ")[0] not in _LOST:
                raise
            # Somebody deleted the copy or closed the channel: there is nothing left that could be wrong.

    def _keep(self, post: Post, also: Also | None = None) -> Post:
        with self._units() as unit:
            unit.posts.put(post)
            if also:
                also(unit)
            unit.commit()
        return post


def each(puts: Iterable[Callable[[], None]]) -> None:
    """Does all of them, then says what went wrong: one person who cannot be reached must not keep the others in the dark."""
    errors: list[Unavailable | Rejected] = []
    for put in puts:
        try:
            put()
        except (Unavailable, Rejected) as error:
            errors.append(error)
    if errors:
        raise next((error for error in errors if isinstance(error, Unavailable)), errors[0])
