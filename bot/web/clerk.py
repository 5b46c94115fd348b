"""The clerk: keeps what comes in beside usage. It is little, and each of it is looked at by itself.

A token that may only report usage must not make spend vanish: corrections need a scope of their own, and bear the token's name in
the record.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from anyio import to_thread

from bot.web.bearer import Bearers
from bot.web.calls import Call, Turned
from bot.web.doors import Doors
from bot.web.intake import UNKEPT, busy
from bot.web.restated import Found
from bot.web.usage import Refusal
from workflows.correcting import BACK, Corrected
from workflows.corrections import Correction, Fault, Faulty
from workflows.money import Unit, show
from workflows.ports import Unavailable

T = TypeVar("T")

MAY_NOT = 'this token may not correct: make one with "leeway token create --scope ingest --scope correct"'
log = logging.getLogger("leeway.web")


class Kept(NamedTuple):
    """How much counts from now on, and how much did before."""

    accepted: int = 0
    duplicates: int = 0

    def and_(self, more: "Kept") -> "Kept":
        return Kept(self.accepted + more.accepted, self.duplicates + more.duplicates)


class Clerk:
    """Keeps outcomes and corrections, in this order: a body may put right what it brings."""

    def __init__(self, doors: Doors, bearers: Bearers) -> None:
        self._doors = doors
        self._bearers = bearers

    async def keep(self, call: Call, found: Found) -> Kept:
        """What became of what is no usage. What cannot be booked joins what was refused."""
        kept = await self._produced(found) if found.outcomes else Kept()
        if found.corrections or found.restated:
            kept = kept.and_(await self._corrected(call, found))
        return kept

    async def _produced(self, found: Found) -> Kept:
        new = await _done(lambda: self._doors.produce([one for _, one in found.outcomes]))
        return Kept(len(new), len(found.outcomes) - len(new))

    async def _corrected(self, call: Call, found: Found) -> Kept:
        name, scopes = await self._bearers.bearer(call.header(b"authorization"))
        if "correct" not in scopes:
            found.refuse([Refusal(index, "type", MAY_NOT) for index, _ in [*found.corrections, *found.restated]])
            return Kept()
        booked = await self._booked(found, found.corrections, self._doors.correct, f"token:{name}")
        return booked.and_(await self._booked(found, found.restated, self._doors.restate, f"token:{name}"))

    async def _booked(
        self, found: Found, some: list[tuple[int, Correction]], book: Callable[[Sequence[Correction]], Corrected], by: str
    ) -> Kept:
        if not some:
            return Kept()
        signed = [(index, replace(one, by=by)) for index, one in some]
        done = await _done(lambda: book([one for _, one in signed]))
        found.refuse([Refusal(index, *said(faulty)) for index, one in signed if (faulty := done.faulty.get(one.key))])
        return Kept(len(done.new), len(signed) - len(done.new) - sum(one.key in done.faulty for _, one in signed))


async def _done(work: Callable[[], T]) -> T:
    """Does what may take a while in a thread; Turned when it cannot be done."""
    try:
        return await to_thread.run_sync(work)
    except Unavailable as error:
        raise busy(str(error), error.after) from error
    except Exception as error:
        log.exception("a correction or an outcome could not be kept")
        raise Turned(500, UNKEPT) from error


def said(faulty: Faulty) -> tuple[str, str]:
    """The field of a correction that is why it was not booked, and a sentence that goes after it."""
    match faulty.fault:
        case Fault.UNKNOWN:
            return "data.corrects", f"is nothing that was counted; look at id and source (usage is found for {BACK.days} days)"
        case Fault.OVERTAKEN:
            return "data.corrects", f"was corrected already, by {faulty.instead}; to change that, correct it"
        case Fault.SAME:
            return "data", "says what is counted already; nothing would change"
        case Fault.ABSURD:
            return "data", f"comes to {show(faulty.cost, Unit.USD)}; are these tokens of one event?"
