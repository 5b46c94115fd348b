"""Telling: questions and their answers, and that a decision was taken back or is asked for anew.

People's words about private work stay in direct messages. What was said stands; only the copy with the button is edited.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from bot.slack.front import Front
from bot.slack.posting import Spot, each
from bot.slack.showing import ANCHOR, THREAD, Handler
from workflows import covering
from workflows.effects import Do
from workflows.people import PersonId
from workflows.ports import Unavailable
from workflows.quotas import Quota, retired
from workflows.requests import Request, State
from workflows.rules import Data
from workflows.sequels import Again

Put = Callable[[], None]
Message = Mapping[str, Any]


class Telling:
    """Delivers the effects by which people hear of each other's words."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._kit = front.kit
        self._poster = front.poster

    def handlers(self) -> dict[Do, Handler]:
        """What each kind of effect is delivered by."""
        return {Do.SHOW_QUESTION: self.question, Do.TELL_AGAIN: self.again}

    def question(self, key: str) -> None:
        """The requester has the question, with a button while it is open; whoever asked has the answer; the thread has both."""
        request_id, _, number = key.partition("/")
        with self._kit.reads() as unit:
            request = unit.requests.get(request_id)
        if request is not None:
            each(
                [
                    *self._to_requester(request, int(number)),
                    *self._answered(request, int(number)),
                    *self._thread(request, int(number)),
                ]
            )

    def _to_requester(self, request: Request, number: int) -> Iterator[Put]:
        asked, thing = request.questions[number], f"question:{request.id}/{number}"
        place = f"dm:{request.requester}"
        still = request.state is State.PENDING and asked.answered is None
        if still or self._poster.find(thing, place):
            yield partial(self._dm, thing, request.requester, request, number)

    def _answered(self, request: Request, number: int) -> Iterator[Put]:
        asked, thing = request.questions[number], f"answer:{request.id}/{number}"
        if asked.answered is not None and not self._poster.find(thing, f"dm:{asked.by}"):
            yield partial(self._dm, thing, asked.by, request, number)

    def _dm(self, thing: str, person: PersonId, request: Request, number: int) -> None:
        viewer = "asker" if thing.startswith("answer:") else "requester"
        self._tell(thing, person, self._words(request, number, viewer))

    def _thread(self, request: Request, number: int) -> Iterator[Put]:
        """First the question, then the answer, each once; nothing of it where the words are private or there is no thread."""
        asked = request.questions[number]
        if request.case.data >= Data.CONFIDENTIAL or not self._home(request):
            return
        said = ["question"] if asked.answered is None else ["question", "answer"]
        for word in said:
            thing = f"{word}:{request.id}/{number}"
            if not self._poster.find(thing, THREAD):
                yield partial(self._reply, thing, request, self._words(request, number, f"{word} in thread"))

    def _words(self, request: Request, number: int, viewer: str) -> Message:
        known = {"request": request, "number": number, "quota": self._quota(request), "viewer": viewer}
        return self._front.renderer.render("question.yaml", **known)

    def again(self, key: str) -> None:
        """The thread knows why a request that was decided is open again; asked for anew, so do those who are asked now."""
        request_id, word, number = key.split("/")
        with self._kit.reads() as unit:
            request = unit.requests.get(request_id)
            asked = covering.asked(unit, request, self._kit.clock.now()) if request and word == Again.REOPENED else ()
        if request is None:
            return
        thing = f"again:{key}"
        vote = request.voided[int(number)] if word == Again.UNDONE else None
        message = self._front.renderer.render("again.yaml", request=request, quota=self._quota(request), vote=vote)
        each([*self._once(thing, request, message), *self._anew(thing, asked, message)])

    def _anew(self, thing: str, asked: Iterable[PersonId], message: Message) -> Iterator[Put]:
        """An edit of their card is no notice: who is asked again has one."""
        for person in asked:
            if not self._poster.find(thing, f"dm:{person}"):
                yield partial(self._tell, thing, person, message)

    def _tell(self, thing: str, person: PersonId, message: Message) -> None:
        self._poster.put(Spot(thing, f"dm:{person}", self._poster.im(person)), message)

    def _once(self, thing: str, request: Request, message: Message) -> Iterator[Put]:
        if not self._poster.find(thing, THREAD):
            yield partial(self._reply, thing, request, message)

    def _reply(self, thing: str, request: Request, message: Message) -> None:
        """In the request's thread, or without one to the requester."""
        if not self._home(request):
            self._poster.put(Spot(thing, THREAD, self._poster.im(request.requester)), message)
            return
        root = self._poster.find(f"request:{request.id}", ANCHOR)
        if root is None:
            raise Unavailable(f"{request.id} has no thread yet")
        self._poster.put(Spot(thing, THREAD, root.channel, root.ts), message)

    def _home(self, request: Request) -> str:
        quota = self._quota(request)
        return quota.channel or self._kit.policy.home(quota.scope)

    def _quota(self, request: Request) -> Quota:
        return self._kit.policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)
