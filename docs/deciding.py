"""Who can do what to a request, and when: everybody who can be there, in every state, does everything. Found by trying.

`docs/requests.md` prints it (`generate.py`); a test compares it with what people wrote down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from workflows.automatic import Automatic, Mode
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Term
from workflows.decisions import decide
from workflows.events import (
    Answer,
    Ask,
    Clear,
    Edit,
    Escalate,
    Event,
    Lapse,
    Lose,
    Nudge,
    Overtaken,
    Pass,
    Reassign,
    Reopen,
    Review,
    Revoke,
    Undo,
    Withdraw,
)
from workflows.money import Unit, usd
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Glass, Request, State, Way
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEADLINE = NOON + timedelta(days=5)

# Who they are to the request; each has a column.
PEOPLE: Mapping[str, PersonId] = {
    who: PersonId(who)
    for who in (
        "requester",
        "beneficiary",
        "stand-in",  # the requester's own delegate
        "asked",
        "delegate",  # of who is asked
        "later",  # asked, too, in a stage that is not open yet
        "voted",
        "passed",
        "reviewer",  # of a broken glass
        "stranger",
    )
}
ASKED, LATER, VOTED, PASSED = (PEOPLE[who] for who in ("asked", "later", "voted", "passed"))
REQUESTER, DELEGATE, STRANGER, REVIEWER = (PEOPLE[who] for who in ("requester", "delegate", "stranger", "reviewer"))
COLLEAGUE, BOSS = PersonId("colleague"), PersonId("boss")

CASE = Case(
    quota="platform/search:usd/month",
    amount=usd(500),
    unit=Unit.USD,
    term=Term(span=timedelta(days=2)),
    justification="The evaluation of the new index.",
    impact=Impact("tickets resolved", 40, "the dashboard"),
    data=Data.INTERNAL,
)
ROUTE = Route(
    (
        Stage("manager", (ASKED, PASSED), rungs=((BOSS,),)),
        Stage("finance", (LATER, COLLEAGUE), rungs=((BOSS,),)),
        Stage("owner", (VOTED,), rungs=((BOSS,),)),
    )
)
CLOSED = (PEOPLE["beneficiary"], PEOPLE["stand-in"])
WAY = Way(ROUTE, Limit.SOFT, excluded=CLOSED)
FRESH = Request("R-1", REQUESTER, CASE, ROUTE, Limit.SOFT, submitted=NOON, deadline=DEADLINE, excluded=CLOSED)


def yes(by: PersonId, at: datetime = NOON) -> Vote:
    return Vote(by, Verdict.APPROVE, at)


def after(request: Request, *events: Event, now: datetime = NOON) -> Request:
    """The request after events that must all happen."""
    for event in events:
        decided = decide(request, event, now=now)
        if isinstance(decided, Refused):
            raise TypeError(f"{event} was refused: {decided.why}")
        request = decided
    return request


PENDING = after(FRESH, Ask(VOTED, "Why now?"), yes(VOTED), Pass(PASSED))
LAST = after(PENDING, yes(COLLEAGUE))
DENIED = after(PENDING, Vote(ASKED, Verdict.DENY, NOON, reason="Use the small model."))
BROKEN = replace(FRESH, route=Route(), state=State.APPROVED, decided=NOON, glass=Glass((REVIEWER,), NOON + 24 * HOUR))
CLEARED = after(replace(FRESH, auto=Automatic("routine", Mode.ON)), Clear())
NEWS = replace(CASE, justification="The launch is on Monday now.")


@dataclass(frozen=True, slots=True)
class Scene:
    """A request in a state, at a moment."""

    request: Request
    now: datetime = NOON + HOUR


SCENES: Mapping[str, Scene] = {
    "pending": Scene(PENDING),
    "pending, one yes is missing": Scene(LAST),
    "pending, past its deadline": Scene(LAST, DEADLINE),
    "approved": Scene(after(LAST, yes(ASKED))),
    "approved by policy": Scene(CLEARED),
    "approved by policy, and revoked": Scene(after(CLEARED, Revoke(ASKED, "The evaluation is over."))),
    "granted by breaking the glass": Scene(BROKEN),
    "granted by breaking the glass, and reviewed": Scene(after(BROKEN, Review(REVIEWER, fine=True))),
    "denied": Scene(DENIED),
    "denied again": Scene(
        after(DENIED, Reopen(REQUESTER, NEWS, WAY), Vote(ASKED, Verdict.DENY, NOON, revision=2, reason="Still not."))
    ),
    "withdrawn": Scene(after(PENDING, Withdraw(REQUESTER))),
    "lapsed": Scene(after(PENDING, Lapse(), now=DEADLINE), DEADLINE + HOUR),
}


def doings(by: PersonId, request: Request, now: datetime) -> dict[str, Event]:
    """Everything that a person can do to a request, whether or not they may; a delegate does it for who is asked."""
    seat = ASKED if by == DELEGATE else None
    approve = Vote(by, Verdict.APPROVE, now, request.revision, acting_for=seat)
    deny = replace(approve, verdict=Verdict.DENY, reason="Not this month.")
    words = replace(request.case, justification="Said better.")
    more = replace(request.case, amount=usd(900))
    return {
        "approve": approve,
        "approve less": replace(approve, amount=usd(200), term=Term(span=HOUR)),
        "approve more": replace(approve, amount=usd(501)),
        "approve for longer": replace(approve, term=Term(span=timedelta(days=3))),
        "approve what was changed since": replace(approve, revision=request.revision - 1),
        "deny": deny,
        "deny without a reason": replace(deny, reason=" "),
        "ask a question": Ask(by, "Which index?", acting_for=seat),
        "answer": Answer(by, 0, "Because the old one is gone."),
        "answer what nobody asked": Answer(by, 7, "Yes."),
        "pass": Pass(by),
        "reassign to a rung": Reassign(by, BOSS),
        "reassign to anybody": Reassign(by, STRANGER),
        "undo": Undo(by, within=10 * 24 * HOUR),
        "undo too late": Undo(by, within=HOUR),
        "edit the words": Edit(by, words, WAY, request.revision),
        "edit to more": Edit(by, more, WAY, request.revision),
        "edit what was changed since": Edit(by, more, WAY, request.revision - 1),
        "edit nothing": Edit(by, request.case, WAY, request.revision),
        "withdraw": Withdraw(by),
        "nudge": Nudge(by, every=HOUR),
        "nudge too soon": Nudge(by, every=30 * 24 * HOUR),
        "reopen": Reopen(by, words, WAY),
        "reopen with nothing new": Reopen(by, request.case, WAY),
        "say that it was right": Review(by, fine=True),
        "say that it was not": Review(by, fine=False, words="It could have waited."),
        "say that it was not, without a reason": Review(by, fine=False),
        "revoke": Revoke(by, "The evaluation is over."),
        "revoke without a reason": Revoke(by, " "),
    }


NOBODY: Mapping[str, Event] = {
    "lapse": Lapse(),
    "its gateway decides": Overtaken("wish:claude/1/denied"),
    "guardrails hold": Clear(),
    "escalate": Escalate(),
    "who is asked leaves": Lose(frozenset({ASKED})),
    "somebody else leaves": Lose(frozenset({STRANGER})),
}


def told(scene: Scene, event: Event) -> str:
    """What comes of an event, in a word: the state after it, or in brackets the reason why nothing happened."""
    decided = decide(scene.request, event, now=scene.now)
    if not isinstance(decided, Refused):
        return decided.state.value
    return "(open)" if decided.facts.get("state") is State.PENDING else f"({decided.why})"


def tried(scene: Scene) -> dict[str, dict[str, str]]:
    """By doing, by person: what comes of it."""
    every = {who: doings(by, scene.request, scene.now) for who, by in PEOPLE.items()}
    return {doing: {who: told(scene, every[who][doing]) for who in PEOPLE} for doing in every["stranger"]}


def happened(scene: Scene) -> dict[str, str]:
    """What comes of what nobody does."""
    return {name: told(scene, event) for name, event in NOBODY.items()}


ALIKE = {"(already_decided)", "(open)"}  # what a state says to everybody


def tables() -> str:
    """Everything that was tried, a table for each state. What is always answered the same is said in a sentence."""
    return "\n\n".join(f"### {name[0].upper()}{name[1:]}\n\n{_table(scene)}" for name, scene in SCENES.items())


def _table(scene: Scene) -> str:
    rows, same = [], []
    for doing, by in tried(scene).items():
        if set(by.values()) <= ALIKE:
            same.append(doing)
        else:
            rows.append(f"| {doing} | {' | '.join(map(_shown, by.values()))} |")
    lines = [f"| | {' | '.join(PEOPLE)} |", "| --- |" + " --- |" * len(PEOPLE), *rows, ""] if rows else []
    if same:
        why = "open" if scene.request.state is State.PENDING else "already decided"
        lines += [f"{', '.join(same).capitalize()}: *{why}*, whoever does it.", ""]
    return "\n".join([*lines, _by_itself(scene)])


def _by_itself(scene: Scene) -> str:
    return "; ".join(f"{name}: {_shown(word)}" for name, word in happened(scene).items()).capitalize() + "."


def _shown(word: str) -> str:
    """A change is printed strong; a refusal by its name."""
    return f"*{word.strip('()').replace('_', ' ')}*" if word.startswith("(") else f"**{word}**"
