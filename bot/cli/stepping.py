"""What happened to a request, one step a line: read off what each entry of the record changed.

A step of a kind that is not known here is told by its name and the fields that it changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.config.problems import tame
from workflows.money import Unit, show
from workflows.times import show_moment, show_span
from workflows.tracing import CLICKS, OUTCOME, Row, Step

LONG = 400  # of a person's words: a reason is read whole where it is not a letter


@dataclass(frozen=True, slots=True)
class Words:
    """How people and moments are written here."""

    name: Callable[[str], str]
    zone: str

    def names(self, people: Iterable[str]) -> str:
        return ", ".join(self.name(person) for person in people) or "nobody"

    def moment(self, at: datetime) -> str:
        return show_moment(at, self.zone)

    def at(self, iso: str) -> str:
        """A moment of the record."""
        return self.moment(datetime.fromisoformat(iso))


def quoted(text: object) -> str:
    """People's own words, on one line, without what a terminal would act on."""
    return f'"{tame(" ".join(str(text).split()), LONG)}"'


def told(step: Step, words: Words) -> str:
    """What a step was, in a sentence without who and when."""
    if step.subject.startswith(CLICKS):
        return f"pressed a button that changed nothing: {step.did.removeprefix('refused: ').replace('_', ' ')}"
    if step.subject.startswith(OUTCOME):
        return f"says what came of it: {step.after['happened'].replace('_', ' ')}{_came(step.after)}"
    tell = _TOLD.get(step.did.partition(":")[0], _anything)
    return "; ".join([*tell(step, words), *_moved(step, words)])


def _came(row: Row) -> str:
    count = f", {row['quantity']:,}" if row.get("quantity") is not None else ""
    return count + (f" {quoted(row['words'])}" if row.get("words") else "")


def _moved(step: Step, words: Words) -> Iterator[str]:
    """Who is asked besides or no more, and whether it is decided now."""
    joined, left = step.people()
    if step.before and joined and not step.added("voided"):
        yield f"asked as well: {words.names(sorted(joined))}"
    if step.before and left and not step.added("voided"):
        yield f"not asked any more: {words.names(sorted(left))}"
    if step.before and step.changed().get("state"):
        yield f"so it is {step.after['state']}"


def _submitted(step: Step, words: Words) -> Iterator[str]:
    yield f"asks for {_ask(step.after['case'], words)}"
    yield from _appealed(step.after)
    yield f"asked: {_stages(step.after)}"
    yield from _guarded(step.after)


def _appealed(row: Row) -> Iterator[str]:
    appeal = row.get("appeal")
    if appeal:
        yield f"appeals against {', '.join(broken['rule'] for broken in appeal['broken'])}: {quoted(appeal['words'])}"


def _ask(case: Row, words: Words) -> str:
    return f"{_amount(case['amount'], case)} on {case['quota']} {_term(case['term'], words)}, {case['data']} data"


def _amount(size: int, case: Row) -> str:
    return show(size, Unit(case["unit"]))


def _term(term: Row, words: Words) -> str:
    said = [f"for {show_span(timedelta(seconds=term['span']))}"] if term["span"] is not None else []
    return ", ".join([*said, f"until {words.at(term['until'])}"] if term["until"] else said)


def _stages(row: Row) -> str:
    stages = row["route"]["stages"]
    return ", then ".join(f"{s['quorum']} of " * (s["quorum"] > 1) + s["name"].removeprefix("people:") for s in stages)


def _guarded(row: Row) -> Iterator[str]:
    auto = row.get("auto")
    if auto and auto["violated"]:
        yield f"{auto['rule']} does not approve it: outside of {', '.join(auto['violated'])}"
    elif auto:
        yield f"{auto['rule']} {'approves' if auto['mode'] == 'on' else 'would approve (shadow)'} it"


def _voted(step: Step, words: Words) -> Iterator[str]:
    for vote in step.added("votes"):
        said = {"approve": "approves", "deny": "denies"}[vote["verdict"]]
        less = [_amount(vote["amount"], step.after["case"])] if vote.get("amount") is not None else []
        less += [_term(vote["term"], words)] if vote.get("term") else []
        yield said + (f" {' '.join(less)}" if less else "") + _place(vote, words)
        if vote.get("over"):
            yield "it is over their authority"
        yield from (f"{word}: {quoted(vote[key])}" for key, word in (("reason", "reason"), ("instead", "a yes for")) if vote[key])


def _place(vote: Row, words: Words) -> str:
    return f" for {words.name(vote['acting_for'])}, who is away" if vote.get("acting_for") else ""


def _edited(step: Step, words: Words) -> Iterator[str]:
    fields = {name.removeprefix("case."): values for name, values in step.changed().items() if name.startswith("case.")}
    yield ("asks again, with " if step.did == "reopen" else "changes ") + ", ".join(
        _field(name, values, step.after["case"]) for name, values in fields.items()
    )
    voided = step.added("voided")
    if voided:
        yield f"so what was said before no longer counts: {words.names(vote['by'] for vote in voided)}"
    if step.changed().get("route.stages"):
        yield f"asked now: {_stages(step.after)}"
    elif not voided:
        yield "it asks for no more, so votes stand"
    yield from _appealed(step.after) if step.changed().get("appeal.words") else ()
    yield from _guarded(step.after) if step.changed().get("auto.rule") else ()


def _field(name: str, values: tuple[Any, Any], case: Row) -> str:
    was, now = (_value(name, value, case) for value in values)
    return f"{name.removeprefix('term.').replace('span', 'duration').replace('_', ' ')} from {was} to {now}"


def _value(name: str, value: Any, case: Row) -> str:
    if name == "amount":
        return _amount(value, case)
    if name == "term.span" and value is not None:
        return show_span(timedelta(seconds=value))
    if value in (None, "", []):
        return "nothing"
    return quoted(value if isinstance(value, str) else ", ".join(map(str, value)) if isinstance(value, list) else value)


def _asked(step: Step, _: Words) -> Iterator[str]:
    yield from (f"asks: {quoted(question['text'])}" for question in step.added("questions"))


def _answered(step: Step, _: Words) -> Iterator[str]:
    yield from (f"answers: {quoted(question['answer'])}" for question in step.added("questions"))


def _undone(step: Step, _: Words) -> Iterator[str]:
    yield from (f"takes back: {vote['verdict']}" for vote in step.added("voided"))


def _as(sentence: str) -> Callable[[Step, Words], Iterator[str]]:
    return lambda *_: iter([sentence])


def _granted(step: Step, _: Words) -> Iterator[str]:
    yield f"so {show(step.after['amount'], Unit(step.after['unit']))} is granted on {step.after['quota']}, as {step.subject}"


def _limits(step: Step) -> str:
    unit = Unit(step.after["unit"])
    return f": its limit went from {show(step.limits[0], unit)} to {show(step.limits[1], unit)}" if step.limits else ""


def _verified(step: Step, words: Words) -> Iterator[str]:
    yield f"the quota store was read back and enforces {step.subject}{_limits(step)}"
    yield f"it ends {words.at(step.after['ends'])}"


def _gone(step: Step, _: Words) -> Iterator[str]:
    yield f"the quota store was read back without {step.subject}{_limits(step)}"


def _cleared(step: Step, _: Words) -> Iterator[str]:
    yield f"{step.after['auto']['rule']} approves it: it is inside every guardrail"


def _revoked(step: Step, words: Words) -> Iterator[str]:
    if "term" in step.after:  # of an override
        yield from _stopped(step, words)
    else:
        yield f"ends what was granted: {quoted(step.after['revoked']['words'])}"


def _broke(step: Step, words: Words) -> Iterator[str]:
    yield f"breaks the glass for {_ask(step.after['case'], words)}: nobody was asked"
    yield f"to be reviewed by {words.at(step.after['glass']['due'])}"


def _reviewed(step: Step, _: Words) -> Iterator[str]:
    glass = step.after["glass"]
    yield f"reviewed it: it was {'right' if glass['fine'] else 'not right'}" + (
        f" {quoted(glass['words'])}" if glass["words"] else ""
    )


def _stopped(step: Step, _: Words) -> Iterator[str]:
    yield f"{step.subject} is over before its end: {step.after['why']}"


def _anything(step: Step, _: Words) -> Iterator[str]:
    if step.changed().get("why"):
        yield from _stopped(step, _)
        return
    fields = dict.fromkeys(name.partition(".")[0] for name in step.changed())
    yield tame(step.did, LONG) + (f" ({', '.join(fields)})" if fields else "")


_TOLD: Mapping[str, Callable[[Step, Words], Iterator[str]]] = {
    "submitted": _submitted,
    "approved by policy": _cleared,
    "revoked": _revoked,
    "broke the glass": _broke,
    "reviewed": _reviewed,
    "voted": _voted,
    "edit": _edited,
    "reopen": _edited,
    "ask": _asked,
    "answer": _answered,
    "undo": _undone,
    "pass": _as("leaves it to the others"),
    "reassign": _as("names somebody in their place"),
    "escalate": _as("nobody decided in time"),
    "lose": _as("somebody who was asked cannot be asked any more"),
    "nudge": _as("has those reminded who are asked"),
    "withdraw": _as("takes it back"),
    "lapsed": _as("nobody decided before the deadline"),
    "granted": _granted,
    "verified": _verified,
    "gone": _gone,
}
