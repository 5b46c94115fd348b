"""Questions: what an approver wants to know before deciding, and the requester's answer. The deadline does not wait for them."""

from workflows.ballots import Question
from workflows.drafting import Typed, clean
from workflows.events import Answer, Ask
from workflows.keeping import Kit
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request, State
from workflows.reviewing import change, may, says


def may_ask(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Whether somebody may ask about a request now."""
    return may(kit, request_id, Ask(by, "?"), by)


def ask(kit: Kit, request_id: str, by: PersonId, typed: Typed) -> Request | Refused:
    """An approver asks the requester something."""
    text = _words(typed, "question")
    return text if isinstance(text, Refused) else says(kit, request_id, Ask(by, text), by)


def may_answer(kit: Kit, request_id: str, number: int, by: PersonId) -> Request | Refused:
    """Whether somebody may answer a question now."""
    return may(kit, request_id, Answer(by, number, "?"), by)


def answer(kit: Kit, request_id: str, number: int, *, by: PersonId, typed: Typed) -> Request | Refused:
    """The requester answers."""
    text = _words(typed, "answer")
    return text if isinstance(text, Refused) else change(kit, request_id, Answer(by, number, text), by)


def _words(typed: Typed, name: str) -> str | Refused:
    return clean(str(typed.get(name) or "").strip(), name, least=1)


def open_questions(request: Request) -> tuple[tuple[int, Question], ...]:
    """Those that can still be answered, each with its number."""
    if request.state is not State.PENDING:
        return ()
    return tuple((n, q) for n, q in enumerate(request.questions) if q.answered is None)
