"""Rules and facts in the words of app.yaml, for a terminal: what a rule wants, what it saw, whom it asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.config.problems import LONGEST, tame
from workflows.automatic import Automatic
from workflows.cases import Term
from workflows.money import Unit, show
from workflows.refusals import Refused, Why
from workflows.rules import Facts, Rule, When
from workflows.seats import Route, Stage
from workflows.strictness import Answer
from workflows.times import show_moment, show_span


@dataclass(frozen=True, slots=True)
class Condition:
    """How a condition is written, and what it looks at; `fields` of `When` say it."""

    fields: tuple[str, ...]
    wants: Callable[[When, Facts], str]
    found: Callable[[Facts], str]


def _amount(size: int, unit: Unit | None, facts: Facts) -> str:
    return show(size, unit or facts.unit)


CONDITIONS: Mapping[str, Condition] = {
    "limit": Condition(("limit",), lambda w, _: f"limit {w.limit}", lambda f: f"limit {f.limit}"),
    "amount": Condition(
        ("over", "unit"),
        lambda w, f: f"amount over {_amount(w.over, w.unit, f)}" if w.over >= 0 else f"amount in {w.unit}",
        lambda f: f"amount {show(f.amount, f.unit)}",
    ),
    "percent": Condition(
        ("percent_over",), lambda w, _: f"percent over {w.percent_over} %", lambda f: f"{f.percent} % over the base"
    ),
    "duration": Condition(
        ("longer_than",),
        lambda w, _: f"duration over {show_span(w.longer_than)}",
        lambda f: f"duration {show_span(f.duration)}",
    ),
    "data": Condition(("data",), lambda w, _: f"data {w.data.word}", lambda f: f"data {f.data.word}"),
    "scope": Condition(("scopes",), lambda w, _: f"scope {', '.join(w.scopes)}", lambda f: f"scope {f.scope}"),
    "kind": Condition(("kind",), lambda w, _: f"kind {w.kind}", lambda f: f"kind {f.kind}"),
    "model": Condition(
        ("model_not_approved",),
        lambda *_: "model not approved",
        lambda f: f"models not approved for it: {', '.join(f.unapproved) or 'none'}",
    ),
    "exceptions in 30 days": Condition(
        ("exceptions_30_over",),
        lambda w, _: f"over {w.exceptions_30_over} exceptions in 30 days",
        lambda f: f"{f.exceptions_30} exceptions in 30 days",
    ),
    "exceptions in 90 days": Condition(
        ("exceptions_90_over",),
        lambda w, _: f"over {w.exceptions_90_over} exceptions in 90 days",
        lambda f: f"{f.exceptions_90} in 90 days",
    ),
    "exposure": Condition(
        ("exposure_over", "exposure_unit"),
        lambda w, f: f"exposure over {_amount(w.exposure_over, w.exposure_unit, f)}",
        lambda f: f"exposure {show(f.exposure, f.unit)}",
    ),
}

ANYTHING = When()


def said(facts: Facts) -> str:
    """All facts of a request."""
    return tame("; ".join(each.found(facts) for each in CONDITIONS.values()), 10 * LONGEST)


def wants(when: When, facts: Facts) -> str:
    """Every condition that a rule has, "always" for none."""
    asked = [c for c in CONDITIONS.values() if any(getattr(when, f) != getattr(ANYTHING, f) for f in c.fields)]
    return "; ".join(each.wants(when, facts) for each in asked) or "always"


def misses(when: When, facts: Facts) -> str:
    """Every condition that decides that a rule does not hold, with what it saw."""
    unmet = [CONDITIONS[name] for name in when.unmet(facts)]
    return "; ".join(f"wants {each.wants(when, facts)}, saw {each.found(facts)}" for each in unmet)


def effect(rule: Rule) -> str:
    """What a rule does when it holds."""
    if rule.refuse:
        return f"refuses: {rule.refuse}"
    if rule.approve:
        return f"approves inside its guardrails ({rule.approve.mode})"
    asks = [f"{ask.quorum} of " * (ask.quorum > 1) + (ask.who or " or ".join(ask.people)) for ask in rule.ask]
    return f"asks {' and '.join(asks)}" if asks else "asks nobody"


def seat(stage: Stage) -> str:
    """A stage by its name, and how many of it."""
    return f"{stage.quorum} of {named(stage)}" if stage.quorum > 1 else named(stage)


def named(stage: Stage) -> str:
    return stage.name.removeprefix("people:").replace(",", " or ")


def answer(given: Answer, name: Callable[[str], str] | None = None) -> str:
    """What a policy says of a request; with the people of each stage where they have names."""
    match given:
        case Route():
            people = [f" ({', '.join(map(name, stage.approvers))})" if name else "" for stage in given.stages]
            return ", then ".join(seat(stage) + who for stage, who in zip(given.stages, people, strict=True))
        case Automatic():
            return f"nobody: {given.rule} approves"
        case Refused():
            return refusal(given)


def refusal(refused: Refused) -> str:
    """Why a policy refuses."""
    if refused.why is Why.RULE_REFUSES:
        return f"refused by {refused.facts['rule']}"
    if refused.why in (Why.OVER_BOUND, Why.OVER_SHARE):
        return "refused: more than the bounds let anybody ask for"
    return f"refused: nobody can be asked for {refused.facts.get('stage', 'it')}"


def guarded(auto: Automatic) -> str:
    """What the guardrails said."""
    if auto.violated:
        return f"{auto.rule} does not approve it: outside of {', '.join(auto.violated)}"
    return f"{auto.rule} approved it" if auto.approves else f"{auto.rule} would have approved it (shadow: people decide)"


def how_long(term: Term, zone: str) -> str:
    """ "for 3 days", "until Thu 26 Nov, 17:00", or both: whichever is over first."""
    said = [f"for {show_span(term.span)}"] if term.span is not None else []
    said += [f"until {show_moment(term.until, zone)}"] if term.until else []
    return ", ".join([*said, f"from {show_moment(term.since, zone)}"] if term.since else said)
