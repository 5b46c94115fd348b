"""Intake: what every door for usage does alike.

Who may come in, how large a body may be, where it is read, and what is answered when it cannot be kept. A door brings how its
bytes are read and how its own kind of answer looks. The till is shared: what comes in by several doors is committed together.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from math import ceil
from typing import TypeVar

from anyio import to_thread

from bot.web.bearer import Bearers
from bot.web.bodies import whole
from bot.web.calls import Call, Turned
from bot.web.doors import Doors
from bot.web.fields import HISTORICAL, HISTORY, LATEST, Unreadable
from bot.web.till import Till
from bot.web.usage import Place, Read
from workflows.metering import Recorded
from workflows.ports import Unavailable

log = logging.getLogger("leeway.web")

SMALL = 64_000  # bytes that are read at once; a larger body would keep other calls waiting, so a thread reads it
UNFOLDS = 20  # how much larger a compressed body may be taken to be before it is looked at: telemetry repeats itself
UNKEPT = "this could not be kept, and why is in Leeway's log; sending it again is safe"

R = TypeVar("R", bound=Read)

Reader = Callable[[bytes, Place], Read]
"""From the bytes of a body to its usages and what is wrong with the rest; raises Unreadable when it is no such body at all."""


class Intake:
    """The way in of every door for usage."""

    def __init__(self, doors: Doors, bearers: Bearers) -> None:
        self._doors = doors
        self._bearers = bearers
        self._till = Till(doors.record)
        self._held = 0  # bytes of bodies whose calls are not answered yet

    async def body(self, call: Call, scope: str = "ingest", *, authorization: str | None = None, most: int = 0) -> bytes:
        """The body of a call whose bearer may do this; it counts as held until the call is answered.

        `authorization` is who calls, where that is not in the header of this name; `most` is for a door that takes larger ones.
        """
        await self._bearers.admit(call.header(b"authorization") if authorization is None else authorization, scope)
        most = max(most, self._doors.largest_body)
        size = _size(call, most)
        if self._held and self._held + size > self._doors.most_held:
            raise busy("as much usage as there is room for is being read")
        self._held += size
        call.after = partial(self._release, size)
        return await whole(call, most)

    def _release(self, size: int) -> None:
        self._held -= size

    async def read(self, body: bytes, reader: Callable[[bytes, Place], R], call: Call | None = None) -> R:
        """What a body says. A `call` may say in its address that it brings history."""
        historical = call is not None and HISTORICAL in call.query.decode("latin-1").split("&")
        place = self._doors.place(HISTORY if historical else LATEST)
        try:
            return reader(body, place) if len(body) <= SMALL else await to_thread.run_sync(reader, body, place)
        except Unreadable as error:
            raise Turned(400, str(error), position=error.position) from error

    async def keep(self, found: Read) -> Recorded:
        """What became of usages, once they are committed. What is found to be absurd then joins what was refused."""
        try:
            recorded = await self._till.take(found.usages)
        except Unavailable as error:
            raise busy(str(error), error.after) from error
        except Exception as error:
            log.exception("usage could not be kept")
            raise Turned(500, UNKEPT) from error
        if recorded.absurd:
            found.refuse_absurd(recorded.absurd)
        return recorded


def _size(call: Call, largest: int) -> int:
    """The bytes that a body may come to, as far as its head tells."""
    declared = call.headers.get(b"content-length", b"")
    said = int(declared) if declared.isdigit() else largest
    unfolds = UNFOLDS if b"content-encoding" in call.headers else 1
    return min(said * unfolds, largest)


def busy(why: str, after: timedelta | None = None) -> Turned:
    """What a sender is told that should come back: nothing was kept, or that is not known."""
    wait = ceil(after.total_seconds()) if after else 1
    return Turned(503, f"{why}; send the same again", (b"retry-after", b"%d" % max(1, wait)))
