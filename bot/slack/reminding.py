"""Reminding: reminders, the news that others are asked as well, and what those who are away and stand in for them are told.

Each is said once and then stands, but for what stand-ins are told: that is brought up to date when it is over. The requester's
nudge is heard here, too.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.slack.deciding import respond, target
from bot.slack.front import Front
from bot.slack.posting import Spot
from bot.slack.reading import click
from workflows import chasing
from workflows.chasing import More
from workflows.effects import Do
from workflows.people import PersonId
from workflows.ports import Post, Unavailable
from workflows.quotas import retired
from workflows.requests import Request, State

Handler = Callable[[str], None]


def register(bolt: App, front: Front) -> None:
    """Listens to the requester's nudge."""

    @bolt.action("nudge")
    def nudge(ack: Ack, body: dict[str, Any]) -> None:
        pressed = click(body)
        respond(front, pressed, chasing.nudge(front.kit, target(pressed.value)[0], pressed.by))
        ack()


class Reminding:
    """Delivers the effects by which people hear of what waits for them."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._kit = front.kit
        self._poster = front.poster

    def handlers(self) -> dict[Do, Handler]:
        """What each kind of effect is delivered by."""
        return {
            Do.CHASE: lambda key: chasing.chase(self._kit, key),
            Do.REMIND: self.remind,
            Do.TELL_MORE: self.more,
            Do.TELL_AWAY: self.away,
        }

    def remind(self, key: str) -> None:
        """Somebody has the reminder that is due: below the card in their messages, and where they see it."""
        request_id, _, who = key.partition("/")
        person, place = PersonId(who), f"dm:{who}"
        told = chasing.reminder(self._kit, request_id, person)
        things = [f"remind:{request_id}/{mark}" for mark in told.marks] if told else []
        unsaid = [thing for thing in things if not self._poster.find(thing, place)]
        if told is None or not unsaid:
            return
        card = self._poster.find(f"request:{request_id}", place)
        quota = self._kit.policy.quota(told.request.case.quota) or retired(told.request.case.quota, told.request.case.unit)
        zone = self._front.zone_of(person)
        message = self._front.renderer.render("reminder.yaml", reminder=told, quota=quota, zone=zone)
        spot = Spot(unsaid[0], place, self._poster.im(person), card.ts if card else "", aloud=True)
        post = self._poster.put(spot, message)
        for thing in unsaid[1:]:
            self._poster.anchor(Post(thing, place, post.channel, post.ts, post.digest))

    def more(self, key: str) -> None:
        """The request's thread, or without one its requester, knows who else is asked, and why: said once."""
        request_id, _, why, *who = key.split("/")
        thing = f"more:{key}"
        with self._kit.reads() as unit:
            request = unit.requests.get(request_id)
        fresh = [PersonId(p) for p in who[0].split(",")] if who else []
        if request is None or request.state is not State.PENDING or self._poster.find(thing, "thread"):
            return
        quota = self._kit.policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)
        said = {"request": request, "quota": quota, "why": More(why), "fresh": fresh, "zone": self._front.zone}
        message = self._front.renderer.render("more.yaml", **said)
        channel = quota.channel or self._kit.policy.home(quota.scope)
        self._poster.put(self._thread(thing, request, channel), message)

    def _thread(self, thing: str, request: Request, channel: str) -> Spot:
        if not channel:
            return Spot(thing, "thread", self._poster.im(request.requester))
        root = self._poster.find(f"request:{request.id}", "anchor")
        if root is None:
            raise Unavailable(f"{request.id} has no thread yet")
        return Spot(thing, "thread", root.channel, root.ts)

    def away(self, key: str) -> None:
        """Who is away, or stands in for them, knows it, and when it is over."""
        person, reader, start = key.split("/")
        thing, place = f"away:{person}/{start}", f"dm:{reader}"
        with self._kit.reads() as unit:
            away = unit.aways.get(PersonId(person))
        counts = away is not None and reader in (person, away.delegate) and f"{away.start:%Y%m%dT%H%M}" == start
        over = away is None or not counts or away.end <= self._kit.clock.now()
        if over and not self._poster.find(thing, place):
            return
        said = {"person": person, "away": None if over else away, "own": reader == person}
        message = self._front.renderer.render("away-told.yaml", **said, zone=self._front.zone_of(PersonId(reader)))
        self._poster.put(Spot(thing, place, self._poster.im(PersonId(reader))), message)
