"""The front: what every listener is given, and the ways in which it answers a person."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk import WebClient

from bot.slack.calling import call
from bot.slack.moves import Moves
from bot.slack.posting import Poster
from bot.slack.reading import Click, inputs
from bot.slack.rendering import Renderer
from workflows.explaining import Card, card
from workflows.keeping import Kit
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.ports import Rejected, UnitOfWork
from workflows.refusals import Refused
from workflows.requests import Request

log = logging.getLogger("leeway.slack")


@dataclass(frozen=True, slots=True)
class Front:
    """The use cases' kit, and the way to Slack."""

    kit: Kit
    client: WebClient
    poster: Poster
    renderer: Renderer
    moves: Moves = field(default_factory=Moves)

    @property
    def zone(self) -> str:
        """The organisation's time zone: what a channel reads."""
        return self.kit.policy.organization.zone

    def zone_of(self, person: PersonId) -> str:
        """A person's own time zone."""
        known = self.kit.directory.person(person)
        return known.zone if known else self.zone

    def card(self, unit: UnitOfWork, request: Request, *, override: Override | None = None) -> Card:
        """Everything a card tells about a request, and how its quota store behaves."""
        told = card(unit, self.kit.policy, request, self.kit.clock.now(), override=override)
        known = self.kit.policy.quota(told.quota.key)
        return replace(told, store=self.kit.limits.traits(known)) if known else told

    def sentence(self, refused: Refused, person: PersonId) -> str:
        """Why something was refused, in words for this person."""
        return self.renderer.sentence(refused, self.zone_of(person))

    def answer(self, click: Click, refused: Refused) -> None:
        """Tells the person who clicked, and nobody else, why nothing changed."""
        self.poster.tell(click.by, {"text": self.sentence(refused, click.by)}, click.channel, click.thread)

    def open(self, trigger: str, view: Mapping[str, Any]) -> None:
        """Opens a modal."""
        call(self.client.views_open, trigger_id=trigger, view=view)

    def follow(self, changed: Click, made: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]) -> None:
        """Brings an open modal up to what was typed in it: `made` makes it of the one that was seen, or has nothing to show.

        Slack takes a view only in place of the one that was seen. Of several changes on their way at once that would be the first
        to arrive, so the last of them is shown all the same.
        """
        if (seen := changed.view) is None:
            return
        self.moves.heard(seen["id"], changed.at)
        fresh = made(seen)
        if fresh is None or self._replaced(seen["id"], fresh, hash=seen["hash"]):
            return
        if self.moves.last(seen["id"], changed.at):
            self._replaced(seen["id"], fresh)

    def _replaced(self, view_id: str, fresh: Mapping[str, Any], **held: str) -> bool:
        """Changes an open modal; False when it is closed, or no longer the one that was seen."""
        try:
            call(self.client.views_update, view_id=view_id, view=fresh, **held)
        except Rejected as rejected:
            if not str(rejected).startswith(("hash_conflict", "not_found", "view_not_found")):
                raise
            log.debug("the modal moved on: %s", rejected)
            return False
        return True

    def beside(self, refused: Refused, person: PersonId) -> str:
        """The same, to stand beside a field, where Slack parses nothing."""
        return self.renderer.sentence(refused, self.zone_of(person), plain=True)

    def errors(self, problems: Iterable[Refused], view: Mapping[str, Any], person: PersonId) -> dict[str, str]:
        """Each problem's sentence under its field; what has no field of its own goes under the first.

        A block's name may say more after a ":".
        """
        blocks = inputs(view)
        said: dict[str, str] = {}
        for problem in problems:
            place = next((block for block in blocks if block.partition(":")[0] == problem.place), blocks[0])
            sentence = self.beside(problem, person)
            said[place] = f"{said[place]} {sentence}" if place in said else sentence
        return said
