"""What may not be asked for is said at once; what nobody can decide is told to who can mend it; an emergency holds at once."""

from bot.demo.actor import said
from tests.journeys.policies import POLICY
from tests.journeys.world import usd, world
from workflows.requests import State

BOUNDED = POLICY + 'bounds: {amount: "$2,000", open: 1, rest_after_denial: 1 day}\n'
NOBODY = POLICY.replace("fallback: leads", "fallback: security").replace(
    "[sam@acme.example, max@acme.example]", "[max@acme.example]"
)
AT_ONCE = "  - {name: freeze, when: {amount: over $100}, refuse: No more than $100 until Monday., at_once: yes}\ntime:"


def test_a_request_beyond_the_bounds_is_refused_beside_the_field() -> None:
    with world(BOUNDED) as acme:
        ack = acme.ada.asks(usd(2_001))
        assert "at most here" in ack.errors["amount"]
        assert not acme.search.requests
        assert not acme.ada.asks(usd(2_000)).error


def test_after_a_denial_the_same_person_waits_and_is_told_until_when() -> None:
    with world(BOUNDED) as acme:
        acme.ada.asks(usd(100))
        acme.bob.denies("Not this week.")
        assert "You can ask again from Wed 4 Nov, 09:00" in acme.ada.asks(usd(100)).errors["quota"]
        acme.days_pass(1)
        assert not acme.ada.asks(usd(100)).error


def test_where_nobody_can_decide_the_owner_is_told_once_a_day_and_not_who_asked() -> None:
    with world(NOBODY) as acme:
        acme.leaves(acme.max)
        for _ in range(2):
            assert "Nobody who may decide this can be asked" in str(acme.ada.asks(usd(100), data="confidential").errors)
            acme.stage.settle()
        told = [text for m in acme.bob.messages("leeway") if "could not be sent" in (text := said(m))]
        assert len(told) == 1
        assert "Nobody of security who may decide it can be asked" in told[0]
        assert acme.ada.id not in told[0]


def test_a_rule_that_holds_at_once_refuses_the_approval_of_what_was_asked_before_it() -> None:
    with world() as acme:
        acme.ada.asks(usd(400))
        acme.policy("time:", AT_ONCE)
        acme.is_down(minutes=1)
        acme.bob.approves()
        assert acme.search.request.state is State.PENDING
        assert any("No more than $100 until Monday" in said(m) for m in acme.bob.messages("leeway"))
        acme.bob.denies("After Monday.")
        assert acme.search.request.state is State.DENIED
