"""Appealing: a form that a rule refused leads to one in which security is asked all the same."""

from collections.abc import Iterable, Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Front
from bot.slack.reading import person, typed
from workflows import appealing
from workflows.people import PersonId
from workflows.refusals import Refused, Why

Body = dict[str, Any]


def register(bolt: App, front: Front) -> None:
    """Listens to the submission of an appeal."""

    @bolt.view("appeal")
    def appealed(ack: Ack, body: Body) -> None:
        view, by = body["view"], person(body)
        done = appealing.appeal(front.kit, by, view["private_metadata"], str(typed(view).get("words") or ""))
        if isinstance(done, tuple):
            ack(response_action="errors", errors=front.errors(done, view, by))
        else:
            ack(response_action="clear")


def answer(front: Front, problems: Iterable[Refused], view: Mapping[str, Any], by: PersonId) -> Body:
    """How a form with problems is answered: by an appeal, where a rule refused it and there is one; else beside its fields."""
    every = list(problems)
    names = (str(problem.facts.get("violation", "")) for problem in every if problem.why is Why.RULE_REFUSES)
    violation = next(filter(None, names), "")
    if violation and appealing.possible(front.kit.policy):
        found = appealing.look(front.kit, by, violation)
        if not isinstance(found, Refused):
            refused, way = found
            zone = front.zone_of(by)
            return {"response_action": "push", "view": front.renderer.render("appeal.yaml", refused=refused, way=way, zone=zone)}
    return {"response_action": "errors", "errors": front.errors(every, view, by)}
