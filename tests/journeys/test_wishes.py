"""Members who ask for more in Claude: their requests are decided in Slack, and Claude is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.demo.actor import said
from bot.demo.stage import SIGNING, Stage
from bot.limits import WISHES, Access, Router
from bot.limits.claude import ClaudeLimits
from bot.sandbox import serve
from bot.wiring import Leeway, assemble
from tests.fakes.hosted import Hosted, Member, Wish, site
from tests.fakes.vendors import KEY, Fault
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.effects import Do, Effect
from workflows.limits import StoreRules
from workflows.overrides import Status
from workflows.requests import State

PLACED = POLICY.replace('channel: "#team-search"', 'channel: "#team-search", store: {claude: {user: user_ada}}')
CONNECTED = PLACED + "stores: {claude: {requests: 15 minutes}}\n"
BASE, RAISED = 1_000_000, 1_100_000  # cents: a tenth more is what is asked for where nobody says how much


@dataclass(frozen=True, slots=True)
class Joined:
    """Acme, and Claude with its members."""

    acme: World
    claude: Hosted

    def wish(self, user: str = "user_ada", name: str = "slir_1", period: str = "monthly") -> Wish:
        """A member asks in Claude, and we look."""
        wish = self.claude.wishes[name] = Wish(name, user, period)
        self.looks()
        return wish

    def looks(self) -> None:
        self.acme.time_passes(minutes=16)

    @property
    def limit(self) -> int | None:
        """Ada's, in cents."""
        return self.claude.members["user_ada"].limit("monthly")

    def decided(self) -> list[str]:
        """What Claude was told of requests."""
        return [asked.path.rpartition("/")[2] for asked in self.claude.writes() if "increase_requests" in asked.path]


@contextmanager
def joined(database: str = "") -> Iterator[Joined]:
    members = {"user_ada": Member("ada@acme.example", BASE), "user_zoe": Member("zoe@elsewhere.example", BASE)}
    hosted = Hosted(members=members)
    with serve(site("claude", hosted)) as server:

        class Connected(Stage):
            def assembled(self) -> Leeway:
                rules = StoreRules(f"{server.url}/", wishes=timedelta(minutes=15))
                access = Access(rules, KEY, "CLAUDE_LIMITS_KEY")
                limits = Router(self.store.limits, {"claude": ClaudeLimits(access, self.clock)})
                wishes = {"claude": WISHES["claude"](access)}
                return assemble(
                    self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=limits, wishes=wishes
                )

        with opened(CONNECTED, kind=Connected, database=database) as acme:
            acme.stage.settle()
            yield Joined(acme, hosted)


@pytest.fixture
def world(database: str) -> Iterator[Joined]:
    with joined(database) as made:
        yield made


def approved(world: Joined) -> None:
    """Everybody who is asked says yes."""
    for person in (world.acme.bob, world.acme.pat):
        assert not person.approves().error


@BOTH
def test_what_ada_asks_for_in_claude_is_decided_in_slack_and_claude_is_told_and_it_ends_by_itself(world: Joined) -> None:
    wish = world.wish()
    search = world.acme.search
    assert (search.request.state, search.request.requester, search.request.case.amount) == (
        State.PENDING,
        world.acme.ada.id,
        usd(1_000),
    )
    assert "Asked for in Claude" in said(world.acme.bob.card("approve"))
    approved(world)
    assert (search.status, world.limit) == (Status.ACTIVE, RAISED)  # ada goes on at once
    assert wish.status == "pending"  # the yes may still be taken back
    world.acme.time_passes(minutes=15)
    assert (wish.status, world.limit) == ("approved", RAISED)
    world.acme.days_pass(30)
    assert (search.status, world.limit) == (Status.ENDED, BASE)
    assert world.decided() == ["approve"]


def test_a_denial_in_slack_is_one_in_claude(world: Joined) -> None:
    wish = world.wish()
    assert not world.acme.bob.denies("The month is nearly over.").error
    world.acme.time_passes(minutes=15)
    assert (wish.status, world.limit, world.decided()) == ("denied", BASE, ["deny"])


def test_a_yes_that_is_taken_back_was_never_told(world: Joined) -> None:
    wish = world.wish()
    approved(world)
    assert not world.acme.pat.press(world.acme.pat.card("undo"), "undo").error
    world.acme.time_passes(minutes=15)
    assert (world.acme.search.request.state, wish.status, world.limit) == (State.PENDING, "pending", BASE)


def test_what_ada_takes_back_in_slack_is_denied_in_claude_and_what_nobody_decides_is_left_there(world: Joined) -> None:
    first = world.wish()
    assert not world.acme.ada.withdraws().error
    assert first.status == "denied"
    second = world.wish(name="slir_2")
    world.acme.days_pass(6)
    assert (world.acme.search.request.state, second.status) == (State.LAPSED, "pending")


@pytest.mark.parametrize(
    ("end", "words"), [("approved", "Approved in Claude"), ("denied", "Denied in Claude"), ("", "Taken back in Claude")]
)
def test_what_somebody_decides_in_claude_is_closed_here_and_the_card_says_so(end: str, words: str, world: Joined) -> None:
    wish = world.wish()
    if end:
        wish.status = end
    else:
        del world.claude.wishes[wish.id]
    world.looks()
    request = world.acme.search.request
    assert request.state is State.WITHDRAWN
    copies = world.acme.copies(request.id)
    assert copies and all(words in said(copy) and "Withdrawn by" not in said(copy) for copy in copies)
    assert (world.limit, world.decided()) == (BASE, [])


def test_a_wish_is_one_request_however_often_it_is_found(world: Joined) -> None:
    world.wish()
    world.looks()
    world.acme.is_down(hours=3)
    world.looks()
    assert len(world.acme.search.requests) == 1


def test_who_asked_here_already_is_decided_here_first(world: Joined) -> None:
    assert not world.acme.ada.asks(usd(400)).error
    world.wish()
    assert len(world.acme.search.requests) == 1
    assert not world.acme.bob.denies("Not now.").error
    world.looks()
    assert [request.origin for request in world.acme.search.requests] == ["wish:claude/slir_1", ""]


@pytest.mark.parametrize(
    ("user", "period", "why"),
    [
        ("user_zoe", "monthly", "no quota of a month is at claude user user_zoe"),
        ("user_ada", "daily", "no quota of a day is at claude user user_ada"),
        ("user_ada", "monthly", "nobody in Slack has that address"),
    ],
)
def test_a_wish_that_has_no_place_here_stays_in_claude_and_the_log_says_why(
    user: str, period: str, why: str, world: Joined, caplog: pytest.LogCaptureFixture
) -> None:
    if "Slack" in why:
        world.claude.members["user_ada"].email = "ada@elsewhere.example"
    wish = world.wish(user, period=period)
    world.looks()
    assert caplog.text.count(f"slir_1 stays in claude: {why}") == 1
    assert (wish.status, world.acme.search.requests) == ("pending", [])


def test_claude_may_be_away_when_it_is_asked_and_when_it_is_told(world: Joined) -> None:
    world.claude.faults.extend([Fault(503)] * 2)
    wish = world.wish()
    world.acme.settles()
    approved(world)
    world.claude.faults.extend([Fault(503), Fault(429, "20"), None, Fault(500)])
    world.acme.time_passes(minutes=15)
    world.acme.settles()
    assert (wish.status, world.limit, world.decided()[-1]) == ("approved", RAISED, "approve")


def test_claude_that_did_not_say_that_it_heard_us_is_asked_before_it_is_told_again(world: Joined) -> None:
    wish = world.wish()
    approved(world)
    wish.status = "denied"  # between our look and our yes
    world.acme.time_passes(minutes=15)
    assert (wish.status, world.decided(), world.acme.dead()) == ("denied", [], [])


def test_claude_is_told_once_however_often_it_is_to_be_told(world: Joined) -> None:
    world.wish()
    approved(world)
    world.acme.time_passes(minutes=15)
    request = world.acme.search.request.id
    for _ in range(2):
        with world.acme.stage.store.units() as unit:
            unit.outbox.put(Effect(Do.ANSWER_WISH, request), world.acme.now)
            unit.commit()
        world.acme.stage.settle()
    assert (world.decided(), world.limit) == (["approve"], RAISED)


def test_a_yes_that_claude_never_enforced_is_no_yes_there(world: Joined) -> None:
    wish = world.wish()
    world.claude.faults.extend([Fault(503)] * 500)
    approved(world)
    world.acme.time_passes(minutes=70)  # past the time that a store has to confirm an override
    world.claude.faults.clear()
    world.acme.settles(30)
    assert (world.acme.search.status, world.limit, wish.status) == (Status.ENDED, BASE, "denied")


def test_many_pages_of_wishes_are_all_found(world: Joined) -> None:
    world.claude.most = 2
    for number in range(5):
        world.claude.wishes[f"slir_z{number}"] = Wish(f"slir_z{number}", "user_zoe")
    world.wish()
    assert world.acme.search.request.state is State.PENDING
