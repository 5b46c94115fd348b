"""What a scope was granted lately, and what runs there now, can ask for more people."""

from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd, world

OFTEN = "  - {name: often, when: {exceptions: over 1 in 30 days}, ask: platform}\n"
MUCH = "  - {name: much, when: {exposure: over $500}, ask: finance}\n"


def stages(acme: World) -> list[str]:
    return [stage.name for stage in acme.search.request.route.stages]


def granted(acme: World, amount: int) -> None:
    acme.ada.asks(amount, duration="hours:4")
    acme.bob.approves()


def test_the_third_exception_in_thirty_days_asks_the_platform_too() -> None:
    with world(POLICY.replace("time: {", OFTEN + "time: {")) as acme:
        for _ in range(2):
            granted(acme, usd(100))
            assert stages(acme) == ["manager"]
            acme.days_pass(1)
        acme.ada.asks(usd(100))
        assert stages(acme) == ["manager", "platform"]
        acme.ada.withdraws()
        acme.days_pass(30)
        acme.ada.asks(usd(100))
        assert stages(acme) == ["manager"]


def test_what_runs_in_a_scope_counts_only_while_it_does() -> None:
    with world(POLICY.replace("time: {", MUCH + "time: {")) as acme:
        granted(acme, usd(600))
        acme.time_passes(minutes=1)
        acme.ada.asks(usd(100))
        assert stages(acme) == ["manager", "finance"]
        acme.ada.withdraws()
        acme.days_pass(1)
        acme.ada.asks(usd(100))
        assert stages(acme) == ["manager"]
