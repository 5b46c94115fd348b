"""What policy allows and refuses, as people see it: use cases, appeals, what guardrails approve."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.golden import cast
from tests.golden.cast import NOW, Words
from workflows.acceptable import Approval, Oversight, Risk, Used, UseCase
from workflows.appeals import Appeal, Broken
from workflows.automatic import Automatic, Mode, Revoked
from workflows.explaining import Card
from workflows.requests import Request, State, Way
from workflows.routing import Data, Limit, Route, Stage
from workflows.violations import Violation

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


def by_policy(words: Words, mode: Mode = Mode.ON) -> Request:
    asked = replace(cast.request(words), auto=Automatic(words.rule, mode))
    return replace(asked, state=State.APPROVED, decided=NOW)


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
    return scenes | {
        "appeal": ("appeal.yaml", {"refused": refused, "way": way}),
        "revoke": ("revoke.yaml", {"request": cleared}),
    }
