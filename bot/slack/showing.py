"""Showing: makes what people see in Slack equal to what is true. One method an effect; each may run any number of times.

Cards and digests are kept up to date; warnings and news are said once and then stand.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.slack.front import Front, log
from bot.slack.loud import Loud
from bot.slack.noticing import Noticer
from bot.slack.posting import CHANNEL, Also, Spot, each
from workflows import digesting, spotting
from workflows.digest import Digest
from workflows.effects import Do, News
from workflows.explaining import Card
from workflows.hands import ANY, NONE
from workflows.inbox import deal
from workflows.keeping import attempt
from workflows.metering import outlook
from workflows.overrides import Override, Status
from workflows.people import PersonId
from workflows.ports import Post, Unavailable, UnitOfWork
from workflows.quotas import Quota
from workflows.requests import Request
from workflows.stops import stopped

Handler = Callable[[str], None]

THREAD, ANCHOR = "thread", "anchor"


class Shower:
    """Delivers the effects that end in Slack."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._kit = front.kit
        self._poster = front.poster
        self._loud = Loud(front)
        self._noticer = Noticer(front, self._thread_of)

    def handlers(self) -> dict[Do, Handler]:
        """What each kind of effect is delivered by."""
        return {
            Do.SHOW_WARNING: self.warning,
            Do.SHOW_REQUEST: self.request,
            Do.TELL_THREAD: self.news,
            Do.SHOW_CHECKIN: self.checkin,
            Do.SHOW_DIGEST: self.digest,
            Do.SHOW_DENIAL: self.denial,
            Do.SHOW_SPIKE: self.spike,
            Do.SHOW_GAP: self.gap,
            **self._loud.handlers(),
            **self._noticer.handlers(),
        }

    def warning(self, key: str) -> None:
        """The scope's channel and its owner have the warning: each is told once."""
        thing, now = f"warning:{key}", self._kit.clock.now()
        with self._kit.reads() as unit:
            notice = unit.meter.notice(key)
            quota = self._kit.policy.quota(notice.quota) if notice else None
            told = {post.place for post in unit.posts.of(thing)}
            if notice is None or quota is None or now not in notice.window:
                return  # the window is over: what it says would no longer be true
            out = outlook(unit, self._kit.policy, quota, now, ranged=True)
        channel = self._home(quota)
        owner = self._owner(quota, channel)
        said = partial(self._front.renderer.render, "warning.yaml", notice=notice, outlook=out, channel=channel)

        def in_channel() -> None:
            self._poster.put(Spot(thing, CHANNEL, channel), said(owner=None, zone=self._front.zone))

        def to_owner(person: PersonId) -> None:
            message = said(owner=person, zone=self._front.zone_of(person))
            self._poster.put(Spot(thing, f"dm:{person}", self._poster.im(person)), message)

        puts = [in_channel] if channel and CHANNEL not in told else []
        each([*puts, partial(to_owner, owner)] if owner and f"dm:{owner}" not in told else puts)

    def request(self, key: str) -> None:
        """Every copy of a card shows its request as it is; those asked now, who cover for them, or can undo a vote, have one."""
        thing = f"request:{key}"
        with self._kit.reads() as unit:
            request = unit.requests.get(key)
            if request is None:
                return
            now = self._kit.clock.now()
            hands = deal(unit, self._kit.policy, request, now)
            told = replace(self._front.card(unit, request), hands=hands)
        asked = dict.fromkeys([*readers(told), *(person for person, hand in hands.items() if hand.undoes)])
        each(
            [
                lambda: self._loud.glass(told),
                lambda: self._in_thread(thing, told),
                lambda: self._to(request.requester, thing, told, "requester"),
                *(partial(self._to, person, thing, told, "approver") for person in asked),
                *(partial(self._copy, post, told) for post in self._others(thing, request, asked)),
            ]
        )

    def _to(self, person: PersonId, thing: str, told: Card, viewer: str) -> None:
        self._put(Spot(thing, f"dm:{person}", ""), told, viewer, person)

    def _others(self, thing: str, request: Request, asked: Iterable[PersonId]) -> list[Post]:
        """The copies of those who were asked before, and any that were found by a click."""
        seen = {THREAD, ANCHOR, f"dm:{request.requester}", *(f"dm:{p}" for p in asked)}
        return [post for post in self._poster.all(thing) if post.place not in seen]

    def _copy(self, post: Post, told: Card) -> None:
        person = PersonId(post.place.removeprefix("dm:")) if post.place.startswith("dm:") else None
        self._put(Spot(post.thing, post.place, post.channel), told, "approver" if person else "thread", person)

    def _in_thread(self, thing: str, told: Card) -> None:
        channel = self._home(told.quota)
        if not channel:
            return
        root = self._poster.find(thing, ANCHOR) or self._root(thing, told, channel)
        spot = Spot(thing, THREAD, root.channel if root else channel, root.ts if root else "")
        self._put(spot, told, "thread", None)
        if root is None and (own := self._poster.find(thing, THREAD)):
            self._poster.anchor(Post(thing, ANCHOR, own.channel, own.ts, ""))

    def _root(self, thing: str, told: Card, channel: str) -> Post | None:
        """Whose thread is the request's: what told of a broken glass, the warning it was asked from, or the quota's latest."""
        with self._kit.reads() as unit:
            loud = unit.posts.get(f"glass:{told.request.id}", CHANNEL)
            warning = loud or self._warning(unit, told.request, told.quota)
        if warning is None or warning.channel != channel:
            return None
        return self._poster.anchor(Post(thing, ANCHOR, warning.channel, warning.ts, ""))

    def _warning(self, unit: UnitOfWork, request: Request, quota: Quota) -> Post | None:
        notice = unit.meter.notice(request.origin) if request.origin else None
        if notice is None or notice.quota != quota.key:
            notice = unit.meter.latest(quota.key, self._kit.policy.window(quota, request.submitted))
        return unit.posts.get(f"warning:{notice.key}", CHANNEL) if notice else None

    def _put(self, spot: Spot, told: Card, viewer: str, person: PersonId | None) -> None:
        zone = self._front.zone_of(person) if person else self._front.zone
        mine = replace(told, hand=told.hands.get(person, NONE) if person else ANY)
        message = self._front.renderer.render("card.yaml", card=mine, viewer=viewer, zone=zone)
        channel = spot.channel or (self._poster.im(person) if person else "")
        self._poster.put(Spot(spot.thing, spot.place, channel, spot.thread), message)

    def news(self, key: str) -> None:
        """The request's thread, or without one its requester, has that piece of news: said once."""
        request_id, word, *which = key.split("/")
        thing = f"news:{key}"
        if self._poster.find(thing, THREAD):
            return
        with self._kit.reads() as unit:
            request = unit.requests.get(request_id)
            if request is None:
                return
            override = unit.overrides.get(which[0]) if which else first_of(unit, request)
            told = self._front.card(unit, request, override=override)
        if word == News.ACTIVE and told.status is not Status.ACTIVE:
            return  # it ended before this could be told; that it did is news of its own
        message = self._front.renderer.render("news.yaml", news=News(word), card=told, zone=self._front.zone)
        self._poster.put(self._thread_of(thing, told.request, told.quota), message)

    def _thread_of(self, thing: str, request: Request, quota: Quota) -> Spot:
        if not self._home(quota):
            return Spot(thing, THREAD, self._poster.im(request.requester))
        root = self._poster.find(f"request:{request.id}", ANCHOR)
        if root is None:
            raise Unavailable(f"{request.id} has no thread yet")
        return Spot(thing, THREAD, root.channel, root.ts)

    def checkin(self, key: str) -> None:
        """The requester has the check-in; when it is answered it says so."""
        with self._kit.reads() as unit:
            override = unit.overrides.get(key)
            request = unit.requests.get(override.request) if override else None
            if override is None or request is None:
                return
            told = self._front.card(unit, request)
        message = self._front.renderer.render("checkin.yaml", card=told, zone=self._front.zone_of(override.holder))
        self._poster.put(Spot(f"checkin:{key}", "dm", self._poster.im(override.holder)), message)

    def digest(self, key: str) -> None:
        """The channel has that week's digest: said once, and brought up to date where a figure of the week is another now."""
        thing, now = f"digest:{key}", self._kit.clock.now()
        posted = self._poster.find(thing, CHANNEL)
        with self._kit.reads() as unit:
            report = unit.reports.get(key)
            if report is None and posted:
                return  # it was told before what is told was kept
            told = report.said if report else self._digest(unit, key, now)
            amended = digesting.again(unit, self._kit.policy, report, now) if report else None
        if amended is None:
            self._tell(key, told, lambda unit: digesting.keep(unit, told))
        elif amended.shown and amended is not report:
            self._tell(key, amended.shown, lambda unit: digesting.keep_amended(unit, amended, now))

    def _digest(self, unit: UnitOfWork, key: str, now: datetime) -> Digest:
        return digesting.compute(unit, self._kit.policy, key, now, maker=self._kit.maker)

    def _tell(self, key: str, told: Digest, keep: Also) -> None:
        message = self._front.renderer.render("digest.yaml", digest=told, zone=self._front.zone)
        self._poster.put(Spot(f"digest:{key}", CHANNEL, told.channel), message, keep)

    def denial(self, key: str) -> None:
        """Whoever was stopped by a gateway knows by what, and whom to ask: said once, however their name is written there."""
        now = self._kit.clock.now()
        with self._kit.reads() as unit:
            denied = unit.denials.get(key)
        if denied is None or now not in denied.window:
            return  # it was reset meanwhile
        person = self._kit.directory.find(denied.denial.who)
        if person is None:
            log.info("the person of denial %s is not known here", key)
            attempt(self._kit.units, lambda unit: unit.denials.miss(key))
            return
        spot = Spot(f"denial:{denied.budget}", f"dm:{person}", self._poster.im(person))
        if self._poster.find(spot.thing, spot.place):
            return
        with self._kit.reads() as unit:
            told = stopped(unit, self._kit.policy, denied, reader=person, now=now)
        zone = self._front.zone_of(person)
        self._poster.put(spot, self._front.renderer.render("denial.yaml", stopped=told, zone=zone))

    def spike(self, key: str) -> None:
        """Whoever owns the scope has the diagnosis, or its channel where nobody does: said once."""
        thing, place = f"spike:{key}", "owner"
        if self._poster.find(thing, place):
            return
        with self._kit.reads() as unit:
            told = spotting.diagnose(unit, self._kit.policy, key, self._kit.clock.now())
        if told is None:
            return
        owner = self._kit.policy.owner(told.spike.scope)
        channel = self._poster.im(owner) if owner else self._kit.policy.home(told.spike.scope)
        if channel:
            message = self._front.renderer.render("spike.yaml", told=told, zone=self._front.zone)
            self._poster.put(Spot(thing, place, channel), message)

    def gap(self, key: str) -> None:
        """Whoever owns the quota, or a scope above it, knows that nobody can decide in a stage: said once a day."""
        quota_key, _, stage = key.split("|", 2)
        quota = self._kit.policy.quota(quota_key)
        owner = self._kit.policy.owner(quota.scope) if quota else None
        thing = f"gap:{key}"
        if quota is None or owner is None or self._poster.find(thing, "owner"):
            return
        message = self._front.renderer.render("gap.yaml", quota=quota, stage=stage)
        self._poster.put(Spot(thing, "owner", self._poster.im(owner)), message)

    def _home(self, quota: Quota) -> str:
        """The channel of a quota: its own, or that of the nearest scope that has one; "" for none."""
        return quota.channel or self._kit.policy.home(quota.scope)

    def _owner(self, quota: Quota, channel: str) -> PersonId | None:
        """Who owns a quota; where there is no channel either, the nearest owner above: somebody is to hear of it."""
        return quota.owner or (None if channel else self._kit.policy.owner(quota.scope))


def first_of(unit: UnitOfWork, request: Request) -> Override | None:
    """The override that news without a name of its own is about."""
    return next(iter(unit.overrides.every(request.id)), None)


def readers(told: Card) -> tuple[PersonId, ...]:
    """Who has the card to decide by: those who may now; where policy decided, those who would have been asked."""
    return told.request.route.approvers() if told.request.by_policy else told.asked
