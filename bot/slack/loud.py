"""Telling loudly: a broken glass, to the quota's channel, its owner and whoever reviews it, until it is reviewed."""

from collections.abc import Callable
from functools import partial

from bot.slack.front import Front
from bot.slack.posting import CHANNEL, Spot, each
from workflows.effects import Do
from workflows.explaining import Card
from workflows.people import PersonId


class Loud:
    """Delivers the effects of a broken glass."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._kit = front.kit
        self._poster = front.poster

    def handlers(self) -> dict[Do, Callable[[str], None]]:
        """What each kind of effect is delivered by."""
        return {Do.REMIND_GLASS: self.reminder, Do.TELL_OVERDUE: self.overdue}

    def glass(self, told: Card) -> None:
        """Channel, owner and reviewers of a broken glass have the message, and it says how it stands."""
        if told.request.glass is None:
            return
        policy, thing = self._kit.policy, f"glass:{told.request.id}"
        channel = told.quota.channel or policy.home(told.quota.scope)
        puts = [partial(self._put, thing, CHANNEL, told, viewer="channel", channel=channel)] if channel else []
        owner = policy.owner(told.quota.scope)
        readers = {owner: "owner"} if owner and owner != told.request.requester else {}
        readers |= dict.fromkeys(told.request.glass.reviewers, "reviewer")
        each([*puts, *(partial(self._to, thing, told, who, viewer) for who, viewer in readers.items())])

    def reminder(self, key: str) -> None:
        """Each reviewer is reminded, once at each time."""
        request_id, _, _ = key.partition("/")
        told = self._card(request_id)
        if told is None or told.request.glass is None or told.request.glass.by is not None:
            return
        each([partial(self._remind, f"glass:{key}", told, who) for who in told.request.glass.reviewers])

    def overdue(self, key: str) -> None:
        """The channel of leadership hears that a review is overdue: said once."""
        told, channel = self._card(key), self._kit.policy.digest.leadership
        if told is None or told.request.glass is None or told.request.glass.by is not None or not channel:
            return
        message = self._front.renderer.render("glass-reminder.yaml", card=told, viewer="leadership", zone=self._front.zone)
        if self._poster.find(f"overdue:{key}", CHANNEL) is None:
            self._poster.put(Spot(f"overdue:{key}", CHANNEL, channel), message)

    def _card(self, key: str) -> Card | None:
        with self._kit.reads() as unit:
            request = unit.requests.get(key)
            return self._front.card(unit, request) if request else None

    def _to(self, thing: str, told: Card, who: PersonId, viewer: str) -> None:
        self._put(thing, f"dm:{who}", told, viewer=viewer, channel=self._poster.im(who), zone=self._front.zone_of(who))

    def _put(self, thing: str, place: str, told: Card, *, viewer: str, channel: str, zone: str = "") -> None:
        message = self._front.renderer.render("glass.yaml", card=told, viewer=viewer, zone=zone or self._front.zone)
        self._poster.put(Spot(thing, place, channel), message)

    def _remind(self, thing: str, told: Card, who: PersonId) -> None:
        if self._poster.find(thing, f"dm:{who}") is None:
            zone = self._front.zone_of(who)
            message = self._front.renderer.render("glass-reminder.yaml", card=told, viewer="reviewer", zone=zone)
            self._poster.put(Spot(thing, f"dm:{who}", self._poster.im(who)), message)
