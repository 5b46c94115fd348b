"""Refusing: a submission that a rule refuses is kept as a policy violation, in the transaction that refuses it."""

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from workflows import assessing
from workflows.audit import plain
from workflows.cases import Case
from workflows.keeping import Act, note
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Standing
from workflows.refusals import Refused, Why
from workflows.violations import Violation


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody handed in: the form's own name, the notice it came from, and the request that it was to change, if any."""

    by: PersonId
    case: Case
    stands: Standing
    token: str
    origin: str = ""
    request: str = ""


def counted(unit: UnitOfWork, policy: Policy, tried: Tried, refused: Refused, *, now: datetime) -> Refused:
    """The refusal, which names its violation when a rule refused; the same submission is one violation."""
    if refused.why is not Why.RULE_REFUSES:
        return refused
    broken = assessing.refused_by(unit, policy, tried.case, stands=tried.stands, now=now)
    violation = Violation(_name_of(tried), tried.by, now, tried.case, broken, tried.origin, tried.request)
    if unit.violations.add(violation):
        note(unit, violation.id, Act(tried.by, "refused", now), violation)
    return replace(refused, facts={**refused.facts, "violation": violation.id})


def _name_of(tried: Tried) -> str:
    said = json.dumps([tried.token, plain(tried.case)], default=datetime.isoformat, sort_keys=True)
    digest = hashlib.blake2b(said.encode(), digest_size=8).digest()
    return "V-" + base64.b32encode(digest).decode()[:10]
