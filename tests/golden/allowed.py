"""What policy allows and refuses, as people see it: use cases, appeals, what guardrails approve."""

from dataclasses import replace
from datetime import date
from typing import Any

from bot.slack.marks import cut
from tests.golden import cast
from tests.golden.cast import NOW, Words
from workflows.acceptable import Approval, Oversight, Risk, UseCase, Used
from workflows.appeals import Appeal, Broken
from workflows.automatic import Automatic, Mode, Revoked
from workflows.conduct import Conduct
from workflows.explaining import Card
from workflows.requests import Request, State, Way
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage
from workflows.trials import Ending, Trial
from workflows.violations import Violated, Violation

Scene = tuple[str, dict[str, Any]]


def broken(words: Words) -> tuple[Broken, ...]:
    return (
        Broken(words.rule, f"Restricted data may only go to models approved for it ({words.rule})."),
        Broken("weekend", "Nothing restricted on a Sunday."),
    )


def appealed(words: Words) -> Request:
    """Restricted data on a model that is not approved for it, before security."""
    asked = cast.request(words, Data.RESTRICTED)
    route = Route((Stage("security", (cast.SAM,), 1, (words.rule, "weekend")), *asked.route.stages))
    return replace(asked, route=route, appeal=Appeal(broken(words), words.said))


def used(words: Words, risk: Risk, runs: Oversight = Oversight.REVIEWED) -> Used:
    approval = Approval(cast.SAM, date(2027, 3, 31)) if risk in (Risk.APPROVED, Risk.ENDED) else None
    case = UseCase(words.use_case, (words.scope,), runs, high_risk=risk is not Risk.ORDINARY, approval=approval)
    return Used(words.use_case, case, risk)


def use_cases(words: Words) -> tuple[UseCase, ...]:
    """Two that a request may be for."""
    high = UseCase(cut(words.use_case, 75), (words.scope,), Oversight.REVIEWED, high_risk=True)
    return (high, UseCase("triage", (words.scope,), Oversight.AUTOMATIC))


def by_policy(words: Words, mode: Mode = Mode.ON) -> Request:
    asked = replace(cast.request(words), auto=Automatic(words.rule, mode))
    return replace(asked, state=State.APPROVED, decided=NOW)


def conduct(words: Words) -> Conduct:
    """A week with something of everything."""
    ends = ((Ending.GRANTED, 9), (Ending.LESS, 1), (Ending.DENIED, 2), (Ending.UNDECIDED, 1), (Ending.WAITING, 3))
    trials = (
        Trial(words.rule, Mode.SHADOW, 30, ends, (("amount", 12), ("data", 4))),
        Trial(words.rule, Mode.ON, 1, ((Ending.BY_POLICY, 1),)),
        Trial("nothing", Mode.SHADOW, 7, (), (("amount", 7),)),
    )
    return Conduct(Violated(4, 3, 1, 1), 2, 1, 1, 3, 2, 6, trials)


def allowed(words: Words) -> dict[str, Scene]:
    """Every scene."""
    retained = "Prompts and answers are deleted after 30 days."
    plain = cast.card(cast.request(words), None, words)
    cards: dict[str, tuple[Card, str]] = {
        f"use-{risk}": (replace(plain, used=used(words, risk), retention=retained), "approver") for risk in Risk
    }
    cards["use-automatic"] = (replace(plain, used=used(words, Risk.ORDINARY, Oversight.AUTOMATIC)), "thread")
    cards["use-gone"] = (replace(plain, used=Used(words.use_case)), "thread")
    appeal = cast.card(appealed(words), None, words)
    cards |= {f"appeal-{viewer}": (appeal, viewer) for viewer in ("thread", "approver", "requester")}
    cleared = by_policy(words)
    active = cast.card(cleared, cast.active(cleared), words)
    cards |= {f"by-policy-{viewer}": (active, viewer) for viewer in ("thread", "approver", "requester")}
    taken = replace(cleared, revoked=Revoked(cast.BOB, NOW, words.said))
    stopped = replace(cast.active(taken), stopped=NOW, why=cast.Reason.REVOKED, gone=NOW)
    cards["by-policy-revoked"] = (cast.card(taken, stopped, words), "thread")
    outside = replace(cast.request(words), auto=Automatic(words.rule, Mode.ON, ("amount", "duration", "data")))
    cards["outside"] = (cast.card(outside, None, words), "approver")
    scenes: dict[str, Scene] = {
        f"card-{name}": ("card.yaml", {"card": card, "viewer": who}) for name, (card, who) in cards.items()
    }
    refused = Violation("V-ABCDEFGHIJ", cast.ADA, NOW, appealed(words).case, broken(words))
    way = Way(appealed(words).route, Limit.SOFT)
    digests = {"digest-conduct": conduct(words), "digest-conduct-none": Conduct(Violated())}
    scenes |= {name: ("digest.yaml", {"digest": replace(cast.digest(words), conduct=told)}) for name, told in digests.items()}
    return scenes | {
        "appeal": ("appeal.yaml", {"refused": refused, "way": way}),
        "revoke": ("revoke.yaml", {"request": cleared}),
    }
