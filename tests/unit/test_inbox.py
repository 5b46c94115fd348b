"""Only the lowest tier is decided together: nothing past a hard limit, nothing sensitive, nothing large, nothing decided."""

from dataclasses import replace

import pytest

from tests.unit.test_requests import BOB, after, asks, yes
from workflows.inbox import alike
from workflows.money import Unit, usd
from workflows.policy import Decisions, Organization, Policy
from workflows.requests import Request
from workflows.rules import Data, Limit
from workflows.seats import Stage

POLICY = Policy(Organization("Acme"), (), decisions=Decisions(usd(600)))
LOW = replace(asks(Stage("manager", (BOB,))), limit=Limit.SOFT)  # $500 of internal data


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (LOW, True),
        (replace(LOW, case=replace(LOW.case, data=Data.PUBLIC)), True),
        (replace(LOW, case=replace(LOW.case, data=Data.CONFIDENTIAL)), False),
        (replace(LOW, case=replace(LOW.case, data=Data.RESTRICTED)), False),
        (replace(LOW, limit=Limit.HARD), False),
        (replace(LOW, case=replace(LOW.case, amount=usd(600))), True),
        (replace(LOW, case=replace(LOW.case, amount=usd(601))), False),
        (replace(LOW, case=replace(LOW.case, amount=usd(601), unit=Unit.TOKENS)), True),
        (after(LOW, yes(BOB)), False),
    ],
)
def test_which_requests_are_alike(request_: Request, expected: bool) -> None:
    assert alike(POLICY, request_) is expected
