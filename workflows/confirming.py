"""Confirming: above an amount that app.yaml names, whoever says yes types the amount again, so that no slip grants it."""

from workflows.money import Unit, parse
from workflows.policy import Policy
from workflows.refusals import Refused, Why
from workflows.requests import Request


def to_confirm(policy: Policy, request: Request) -> bool:
    """Whether a yes to what is offered now is to be confirmed: where it grants more than the mark on any one quota."""
    over = policy.decisions.confirm_over
    return over is not None and any(part.unit is Unit.USD and part.amount > over for part in request.parts())


def retyped(request: Request, text: str) -> Refused | None:
    """What is wrong with an amount that was typed again: it is to be the one that is offered."""
    amount, unit = request.offered()[0], request.case.unit
    if not text.strip():
        return Refused(Why.MISSING, place="amount")
    read = parse(text, unit)
    if read is None:
        return Refused(Why.BAD_AMOUNT, {"text": text, "unit": unit}, place="amount")
    return Refused(Why.NOT_RETYPED, {"amount": amount, "typed": read, "unit": unit}, place="amount") if read != amount else None
