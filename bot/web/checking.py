"""`POST /v1/check`: may this call proceed? Answered from memory.

200  {"decision": "allow", "reason": "…", "quota": "…", "remaining": 15800000000, "resets_at": "…", "ask": "https://…", …}
400  the body is no JSON: {"error": "…", "position": 17}
401, 403  no token, or one that may not do this
413  the body is too large
422  a field cannot be right: {"error": "…", "field": "scope", "reason": "…"}
503  it is not known what was spent, and the database does not answer: ask again after Retry-After
"""

from anyio import to_thread

from bot.web.asked import Question, Questions
from bot.web.bearer import Bearers
from bot.web.bodies import whole
from bot.web.calls import Answer, Call, Turned, answer
from bot.web.doors import Doors
from bot.web.fields import Unreadable, Wrong
from bot.web.verdicts import Verdicts
from workflows.admission import Verdict
from workflows.ports import Unavailable

LARGEST = 64_000  # bytes; a question has a few hundred


class Checking:
    """The door for those who ask before they call a model."""

    def __init__(self, doors: Doors, bearers: Bearers) -> None:
        self._gate = doors.gate
        self._clock = doors.clock
        self._bearers = bearers
        self._questions = Questions(doors.policy, doors.prices)
        self._verdicts = Verdicts(doors.policy, doors.ask)

    async def post(self, call: Call) -> Answer:
        await self._bearers.admit(call.header(b"authorization"), "check")
        body = await whole(call, LARGEST)
        try:
            question = self._questions.read(body)
        except Unreadable as error:
            raise Turned(400, str(error), position=error.position) from error
        except Wrong as wrong:
            raise Turned(422, f"{wrong.field or 'the body'} {wrong.reason}", field=wrong.field, reason=wrong.reason) from wrong
        verdict = self._check(question)
        if verdict is None:
            verdict = await self._after_reading(question)
        return answer(200, self._verdicts.said(verdict, question.scope, every=question.every))

    def _check(self, question: Question) -> Verdict | None:
        return self._gate.check(question.scope, question.model, question.estimate, now=self._clock.now())

    async def _after_reading(self, question: Question) -> Verdict:
        """Once, when we begin, or when the clock was set back by hours."""
        try:
            await to_thread.run_sync(self._gate.refresh, self._clock.now())
        except Unavailable as error:
            raise Turned(503, f"{error}; ask again", (b"retry-after", b"1")) from error
        verdict = self._check(question)
        if verdict is None:
            raise Turned(503, "the clock was set back while the database was read; ask again", (b"retry-after", b"1"))
        return verdict
