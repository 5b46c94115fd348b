"""Noticing: tells a holder that an override ends soon, in the request's thread or, where it has none, in direct messages."""

from collections.abc import Callable

from bot.slack.front import Front
from bot.slack.posting import Spot
from workflows.effects import Do
from workflows.noticing import ending
from workflows.quotas import Quota
from workflows.requests import Request

NOTICE = "notice"

ThreadOf = Callable[[str, Request, Quota], Spot]
"""Where a message of that thing goes, about a request on that quota."""


class Noticer:
    """Delivers the notices before an end."""

    def __init__(self, front: Front, thread_of: ThreadOf) -> None:
        self._front = front
        self._thread_of = thread_of

    def handlers(self) -> dict[Do, Callable[[str], None]]:
        """What each kind of effect is delivered by."""
        return {Do.SHOW_NOTICE: self.notice}

    def notice(self, key: str) -> None:
        """The holder knows that it ends soon: said once, if it still does."""
        thing, kit = f"{NOTICE}:{key}", self._front.kit
        if self._front.poster.all(thing):
            return
        with kit.reads() as unit:
            told = ending(unit, kit.policy, key, kit.clock.now())
        if told is None:
            return
        spot = self._thread_of(thing, told.request, told.standing.quota)
        self._front.poster.put(spot, self._front.renderer.render("notice.yaml", told=told, zone=self._front.zone))
