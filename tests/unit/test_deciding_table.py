"""Everybody who can be there does everything in every state, and what comes of it is what is written down here, by hand."""

import pytest

from docs.deciding import NOBODY, PEOPLE, SCENES, doings, happened, tried
from workflows.decisions import LEGAL
from workflows.refusals import Why
from workflows.requests import State

SHORT = {
    "own": Why.OWN_REQUEST,
    "closed": Why.CONCERNED,
    "unasked": Why.NOT_ASKED,
    "voted": Why.ALREADY_VOTED,
    "decided": Why.ALREADY_DECIDED,
    "changed": Why.CHANGED_SINCE,
    "over": Why.DEADLINE_PASSED,
    "early": Why.NOT_DUE,
    "why?": Why.REASON_MISSING,
    "more": Why.NOT_LESS,
    "longer": Why.NOT_SHORTER,
    "none": Why.NO_VOTE,
    "late": Why.TOO_LATE_TO_UNDO,
    "same": Why.NOTHING_CHANGED,
    "no news": Why.NOTHING_NEW,
    "again": Why.REOPENED_BEFORE,
    "what?": Why.NO_SUCH_QUESTION,
    "soon": Why.NUDGED_LATELY,
    "who?": Why.NO_STAND_IN,
    "alien": Why.NOT_YOURS,
    "intact": Why.NOT_BROKEN,
    "theirs": Why.NO_REVIEW_OF_YOURS,
    "seen": Why.REVIEWED,
    "people's": Why.NOT_BY_POLICY,
    "taken": Why.TAKEN_BACK,
}

# Who may decide decides; the requester edits, answers, withdraws and nudges; whoever voted takes it back; nobody else does more.
PENDING = """
                    |requester|beneficiary|stand-in|asked    |delegate |later    |voted    |passed   |reviewer |stranger
approve             |own      |closed     |closed  |pending  |pending  |pending  |voted    |unasked  |unasked  |unasked
approve less        |own      |closed     |closed  |pending  |pending  |pending  |voted    |unasked  |unasked  |unasked
approve more        |own      |closed     |closed  |more     |more     |more     |voted    |unasked  |unasked  |unasked
approve for longer  |own      |closed     |closed  |longer   |longer   |longer   |voted    |unasked  |unasked  |unasked
approve what was changed since|own|closed |closed  |changed  |changed  |changed  |voted    |unasked  |unasked  |unasked
deny                |own      |closed     |closed  |denied   |denied   |denied   |voted    |unasked  |unasked  |unasked
deny without a reason|own     |closed     |closed  |why?     |why?     |why?     |voted    |unasked  |unasked  |unasked
ask a question      |own      |closed     |closed  |pending  |pending  |pending  |pending  |unasked  |unasked  |unasked
pass                |own      |closed     |closed  |pending  |unasked  |pending  |voted    |unasked  |unasked  |unasked
reassign to a rung  |own      |closed     |closed  |pending  |unasked  |pending  |voted    |unasked  |unasked  |unasked
reassign to anybody |own      |closed     |closed  |who?     |unasked  |who?     |voted    |unasked  |unasked  |unasked
undo                |none     |none       |none    |none     |none     |none     |pending  |none     |none     |none
undo too late       |none     |none       |none    |none     |none     |none     |late     |none     |none     |none
answer              |pending  |alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
answer what nobody asked|what?|alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
edit the words      |pending  |alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
edit to more        |pending  |alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
edit what was changed since|changed|alien |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
edit nothing        |same     |alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
withdraw            |withdrawn|alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
nudge               |pending  |alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
nudge too soon      |soon     |alien      |alien   |alien    |alien    |alien    |alien    |alien    |alien    |alien
reopen              |open     |open       |open    |open     |open     |open     |open     |open     |open     |open
reopen with nothing new|open  |open       |open    |open     |open     |open     |open     |open     |open     |open
say that it was right|open|open|open|open|open|open|open|open|open|open
say that it was not|open|open|open|open|open|open|open|open|open|open
say that it was not, without a reason|open|open|open|open|open|open|open|open|open|open
revoke|open|open|open|open|open|open|open|open|open|open
revoke without a reason|open|open|open|open|open|open|open|open|open|open
"""

BARRED = "requester own, beneficiary closed, stand-in closed"

# Where another state differs: a doing, then who gets what. A decided request is decided for everybody, but for these.
DIFFERENT = {
    "pending": "",
    "pending, one yes is missing": """
        approve: asked approved, delegate approved
        approve less: asked approved, delegate approved
    """,
    "pending, past its deadline": """
        approve: asked over, delegate over, later over
        approve less: asked over, delegate over, later over
        approve more: asked over, delegate over, later over
        approve for longer: asked over, delegate over, later over
        deny: asked over, delegate over, later over
        deny without a reason: asked over, delegate over, later over
        edit the words: requester over
        edit to more: requester over
        edit nothing: requester over
    """,
    "approved": """
        undo: * none, asked pending, voted pending
        undo too late: * none, asked late, voted late
        say that it was right: * intact
        say that it was not: * intact
        say that it was not, without a reason: * intact
        revoke: * people's
        revoke without a reason: * people's
    """,
    "approved by policy": f"""
        undo: * none
        undo too late: * none
        say that it was right: * intact
        say that it was not: * intact
        say that it was not, without a reason: * intact
        revoke: * unasked, asked approved, later approved, voted approved, passed approved, {BARRED}
        revoke without a reason: * unasked, asked why?, later why?, voted why?, passed why?, {BARRED}
    """,
    "approved by policy, and revoked": f"""
        undo: * none
        undo too late: * none
        say that it was right: * intact
        say that it was not: * intact
        say that it was not, without a reason: * intact
        revoke: * unasked, asked taken, later taken, voted taken, passed taken, {BARRED}
        revoke without a reason: * unasked, asked taken, later taken, voted taken, passed taken, {BARRED}
    """,
    "granted by breaking the glass": """
        undo: * none
        undo too late: * none
        say that it was right: * theirs, requester own, beneficiary closed, stand-in closed, reviewer approved
        say that it was not: * theirs, requester own, beneficiary closed, stand-in closed, reviewer approved
        say that it was not, without a reason: * theirs, requester own, beneficiary closed, stand-in closed, reviewer why?
        revoke: * people's
        revoke without a reason: * people's
    """,
    "granted by breaking the glass, and reviewed": """
        undo: * none
        undo too late: * none
        say that it was right: * theirs, requester own, beneficiary closed, stand-in closed, reviewer seen
        say that it was not: * theirs, requester own, beneficiary closed, stand-in closed, reviewer seen
        say that it was not, without a reason: * theirs, requester own, beneficiary closed, stand-in closed, reviewer seen
        revoke: * people's
        revoke without a reason: * people's
    """,
    "denied": """
        undo: * none, asked pending, voted decided
        undo too late: * none, asked late, voted late
        reopen: * alien, requester pending
        reopen with nothing new: * alien, requester no news
    """,
    "denied again": """
        undo: * none, asked pending
        undo too late: * none, asked late
        reopen: * alien, requester again
        reopen with nothing new: * alien, requester again
    """,
    "withdrawn": "",
    "lapsed": "",
}

OPEN = "its gateway decides withdrawn, guardrails hold early, "
OPEN += "escalate pending, who is asked leaves pending, somebody else leaves early"
BY_ITSELF = {
    "pending": f"lapse early, {OPEN}",
    "pending, one yes is missing": f"lapse early, {OPEN}",
    "pending, past its deadline": f"lapse lapsed, {OPEN}",
}


def full(word: str) -> str:
    """A word of the tables as `docs.deciding` says it."""
    return "(open)" if word == "open" else f"({SHORT[word]})" if word in SHORT else word


def pairs(text: str, known: list[str]) -> dict[str, str]:
    """'a b, c d': what each gets."""
    found = {}
    for pair in filter(None, text.split(", ")):
        who = next(each for each in known if pair.startswith(f"{each} "))
        found[who] = full(pair.removeprefix(f"{who} "))
    return found


def expected(name: str) -> dict[str, dict[str, str]]:
    """The table of a state as it is written here."""
    head, *lines = ([cell.strip() for cell in line.split("|")] for line in PENDING.strip("\n").splitlines())
    table = {doing: dict(zip(head[1:], map(full, cells), strict=True)) for doing, *cells in lines}
    if not name.startswith("pending"):
        table = {doing: dict.fromkeys(head[1:], full("decided")) for doing in table}
    for line in filter(None, map(str.strip, DIFFERENT[name].splitlines())):
        doing, _, cells = line.partition(": ")
        told = pairs(cells, ["*", *head[1:]])
        others = dict.fromkeys(head[1:], told.pop("*")) if "*" in told else {}
        table[doing] |= others | told
    return table


@pytest.mark.parametrize("name", SCENES)
def test_everybody_in_every_state_gets_what_is_written_down(name: str) -> None:
    wanted, found = expected(name), tried(SCENES[name])
    assert set(found) == set(wanted)
    assert {doing: {who: word for who, word in by.items() if word != wanted[doing][who]} for doing, by in found.items()} == {
        doing: {} for doing in wanted
    }


@pytest.mark.parametrize("name", SCENES)
def test_what_nobody_does_happens_only_while_it_is_open(name: str) -> None:
    every = list(happened(SCENES[name]))
    assert happened(SCENES[name]) == (
        pairs(BY_ITSELF[name], every) if name in BY_ITSELF else dict.fromkeys(every, full("decided"))
    )


def test_the_table_is_whole() -> None:
    assert set(DIFFERENT) == set(SCENES)
    assert {scene.request.state for scene in SCENES.values()} == set(State)
    assert set(expected("pending")["approve"]) == set(PEOPLE)


def test_the_table_does_everything_that_can_happen() -> None:
    scene = SCENES["denied"]
    events = [*doings(PEOPLE["asked"], scene.request, scene.now).values(), *NOBODY.values()]
    assert {type(event) for event in events} == {kind for legal in LEGAL.values() for kind in legal}


def test_where_each_event_leads_is_written_down() -> None:
    staying = ("Edit", "Ask", "Answer", "Pass", "Reassign", "Escalate", "Lose", "Nudge", "Undo")
    ends = {"Withdraw": {"withdrawn"}, "Overtaken": {"withdrawn"}, "Lapse": {"lapsed"}, "Clear": {"approved"}}
    found = {state: {event.__name__: set(map(str, after)) for event, after in legal.items()} for state, legal in LEGAL.items()}
    assert found == {
        State.PENDING: {"Vote": {"pending", "approved", "denied"}, **{name: {"pending"} for name in staying}, **ends},
        State.APPROVED: {"Undo": {"pending"}, "Review": {"approved"}, "Revoke": {"approved"}},
        State.DENIED: {"Undo": {"pending"}, "Reopen": {"pending"}},
        State.WITHDRAWN: {},
        State.LAPSED: {},
    }
