"""Guardrails: what a rule may approve by itself, and every bound that a request is outside of, by name.

Two rules. A guardrail only says "at most", so a stricter request is never approved where a milder one is not. And it adds
nothing to who is asked: inside all of them a rule that is on approves at once, else people decide as they always do.

A rule that refuses comes first: what it refuses never gets here.
"""

from collections.abc import Sequence

from workflows.automatic import Automatic, Mode
from workflows.rules import Approve, Facts, Limit, Rule


def violated(within: Approve, facts: Facts) -> tuple[str, ...]:
    """Every guardrail that these facts are outside of, by the word that app.yaml has for it."""
    past = {
        "limit": within.limit is Limit.SOFT and facts.limit is Limit.HARD,
        "amount": _over(facts.amount, within.amount),
        "percent": _over(facts.percent, within.percent),
        "duration": within.duration is not None and facts.duration > within.duration,
        "data": facts.data > within.data,
        "model": within.model_approved and bool(facts.unapproved),
        "exceptions in 30 days": _over(facts.exceptions_30, within.exceptions_30),
        "exceptions in 90 days": _over(facts.exceptions_90, within.exceptions_90),
        "exposure": _over(facts.exposure, within.exposure),
    }
    return tuple(name for name, outside in past.items() if outside)


def _over(size: int, most: int | None) -> bool:
    return most is not None and size > most


def automatic(facts: Facts, rules: Sequence[Rule], further: Sequence[str] = ()) -> Automatic | None:
    """What the rules that approve say of a request; None when none is for its scope, kind and unit.

    `further` are guardrails of every rule that it is outside of. Of several rules the one that approves speaks, else one that
    would, else the one that is nearest to it.
    """
    said = [
        Automatic(rule.name, rule.approve.mode, (*violated(rule.approve, facts), *further))
        for rule in rules
        if rule.approve is not None and rule.when.holds(facts)
    ]
    return min(said, key=lambda one: (not one.approves, not one.would, len(one.violated), one.mode is Mode.SHADOW), default=None)
