"""Operating: what operators are told: that new overrides are paused, that a store does not follow, that somebody changed a limit.

It goes to their channel, or to each of them where there is none; a message says how it stands as long as that can change.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from bot.slack.front import Front
from bot.slack.posting import CHANNEL, Spot, each
from bot.slack.showing import Handler
from workflows import stuck, switch
from workflows.audit import Entry
from workflows.effects import Do
from workflows.groups import able, members
from workflows.limits import HERE
from workflows.people import PersonId
from workflows.quotas import retired
from workflows.stuck import Phase, Told


class Operating:
    """Delivers the effects that operators hear of."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._kit = front.kit
        self._poster = front.poster

    def handlers(self) -> dict[Do, Handler]:
        """What each kind of effect is delivered by."""
        return {Do.TELL_SWITCH: self.switch, Do.SHOW_STUCK: self.stuck, Do.TELL_EDIT: self.edit}

    def switch(self, key: str) -> None:
        """Operators know who paused new overrides and why, with a button to resume; and when they may begin again."""
        number = int(key)
        with self._kit.reads() as unit:
            chain = unit.record.chain(switch.CHAIN)
        pause = switch.pause_of(chain[number - 1])
        if pause is not None:
            after = chain[number] if number < len(chain) else None
            self._tell(f"switch:{number}", "switch.yaml", pause=pause, resumed=after, news=False)
            return
        told = partial(self._tell, template="switch.yaml", pause=switch.pause_of(chain[number - 2]), resumed=chain[number - 1])
        each([partial(told, f"switch:{number - 1}", news=False), partial(told, f"switch:{number}", news=True)])

    def stuck(self, key: str) -> None:
        """Operators know of an override that its store does not follow: of its begin, and of its end, each kept up to date."""
        with self._kit.reads() as unit:
            override, now = unit.overrides.get(key), self._kit.clock.now()
            found = [stuck.tell(self._kit.policy, unit, override, phase, now=now) for phase in Phase] if override else []
        each([partial(self._stuck, told) for told in found if told is not None])

    def _stuck(self, told: Told) -> None:
        """What was never told need not be taken back; what stays stuck is told anew after an hour, and each day."""
        thing = f"stuck:{told.override.id}/{told.phase}"
        if told.stuck is None and not self._poster.all(thing):
            return
        key, now = told.override.quota, self._kit.clock.now()
        known = self._kit.policy.quota(key)
        where = self._kit.limits.traits(known).title if known else HERE.title
        said: dict[str, Any] = {"told": told, "quota": known or retired(key, told.override.unit), "where": where}
        self._tell(thing, "stuck.yaml", **said, again=False)
        if times := told.times(now):
            self._tell(f"{thing}/{times}", "stuck.yaml", below=thing, **said, again=True)

    def edit(self, key: str) -> None:
        """Operators know what somebody did to a limit in its store, and what became of it: said once."""
        quota_key, _, number = key.rpartition("|")
        quota = self._kit.policy.quota(quota_key)
        with self._kit.reads() as unit:
            chain = unit.record.chain(f"limit:{quota_key}")
        if quota is None:
            return  # app.yaml no longer has it, so nothing here depends on its limit
        entry: Entry = chain[int(number) - 1]
        where = self._kit.limits.traits(quota).title
        self._tell(f"edit:{key}", "limit-edit.yaml", edit=entry.after, at=entry.at, quota=quota, where=where)

    def _tell(self, thing: str, template: str, *, below: str = "", **said: Any) -> None:
        each([partial(self._put, spot, template, said, below) for spot in self._spots(thing)])

    def _spots(self, thing: str) -> Iterator[tuple[Spot, str]]:
        """Where operators are told, and in which zone each reads it."""
        operators = self._kit.policy.operators
        if operators.channel:
            yield Spot(thing, CHANNEL, operators.channel), self._front.zone
            return
        for person in able(members(operators.who, self._kit.policy.people, self._kit.directory), self._kit.directory):
            yield self._to(thing, person), self._front.zone_of(person)

    def _to(self, thing: str, person: PersonId) -> Spot:
        return Spot(thing, f"dm:{person}", "")

    def _put(self, at: tuple[Spot, str], template: str, said: dict[str, Any], below: str) -> None:
        spot, zone = at
        if below and self._poster.find(spot.thing, spot.place):
            return  # it was told anew: that stands as it was said
        root = self._poster.find(below, spot.place) if below else None
        channel = root.channel if root else spot.channel or self._poster.im(PersonId(spot.place.removeprefix("dm:")))
        message = self._front.renderer.render(template, zone=zone, **said)
        self._poster.put(Spot(spot.thing, spot.place, channel, root.ts if root else "", bool(root)), message)
