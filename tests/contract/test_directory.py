"""The directory: who people are. The fake and Slack, over HTTP, tell the same; what only Slack's does is at the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox import Channel, Group, Sandbox, Seed, Server, Team, User, create, serve
from bot.slack.calling import slack
from bot.slack.directory import KEEP, SlackDirectory
from tests.contract.given import NOW
from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from workflows.people import Person, PersonId
from workflows.ports import Directory, Rejected, Unavailable

ADA, BOB, BOT, GUEST, GONE, RIVAL = map(PersonId, ("U0ADA", "U0BOB", "U0BOT", "U0GUEST", "U0GONE", "U0RIVAL"))
SECURITY = "S0SECURITY"
TOKEN = "xoxb-directory"
ZONE = "Europe/Berlin"

PEOPLE = (
    Person(ADA, "Ada Okafor", "ada@acme.example", ZONE),
    Person(BOB, "Bob Lind", "bob@acme.example"),
    Person(BOT, "bot", can_decide=False),
    Person(GUEST, "Guest", "guest@else.example", can_decide=False),
    Person(GONE, "Gone", "gone@acme.example", can_decide=False),
    Person(RIVAL, "Rival", "rival@rival.example", can_decide=False),
)
SEED = Seed(
    Team("T0ACME", "Acme"),
    (
        User(ADA, "ada", "Ada Okafor", "Ada@Acme.example", ZONE, manager=BOB),
        User(BOB, "bob", "Bob Lind", "bob@acme.example"),
        User(BOT, "bot", is_bot=True),
        User(GUEST, "guest", "Guest", "guest@else.example", is_restricted=True),
        User(GONE, "gone", "Gone", "gone@acme.example", deleted=True),
        User(RIVAL, "rival", "Rival", "rival@rival.example", team="T0RIVAL"),
    ),
    (Channel("C0A", "a"),),
    (Group(SECURITY, "security", users=(BOB, ADA)), Group("S0EMPTY", "empty")),
)


@dataclass
class Town:
    """A directory, and how to make it not answer once."""

    directory: Directory
    down: Callable[[], None]


@dataclass
class Workspace:
    """Slack's directory with a hand on the workspace behind it."""

    sandbox: Sandbox
    server: Server
    clock: ManualClock

    def directory(self, field: str = "Manager", patience: int = 10) -> SlackDirectory:
        client = slack(TOKEN, f"{self.server.url}/api/")
        client.timeout = patience
        return SlackDirectory(client, self.clock, field)

    def fault(self, method: str, **how: Any) -> None:
        httpx.post(f"{self.server.url}/_sandbox/fault", json={"method": method, "times": 1, **how}).raise_for_status()

    def asked(self, method: str) -> int:
        return sum(call.method == method for call in self.sandbox.api.calls)


@pytest.fixture(scope="module")
def _workspace() -> Iterator[Workspace]:
    clock = ManualClock(NOW)
    sandbox = create(SEED, app_url=None, signing_secret="x" * 16, bot_token=TOKEN, now=clock.now)
    with serve(sandbox) as server:
        yield Workspace(sandbox, server, clock)


@pytest.fixture
def workspace(_workspace: Workspace) -> Workspace:
    _workspace.sandbox.api.calls.clear()
    _workspace.sandbox.api.faults.orders.clear()
    return _workspace


@pytest.fixture(params=["fake", "slack"])
def town(request: pytest.FixtureRequest) -> Town:
    if request.param == "fake":
        fake = FakeDirectory(PEOPLE)
        fake.managers[ADA] = BOB
        fake.usergroups[SECURITY] = (BOB, ADA)
        return Town(fake, lambda: setdown(fake))
    workspace: Workspace = request.getfixturevalue("workspace")
    return Town(workspace.directory(), lambda: workspace.fault("*", status=503, error="service_unavailable"))


def setdown(fake: FakeDirectory) -> None:
    fake.down = True


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: p.name)
def test_a_person_is_told_with_whether_they_can_decide(town: Town, person: Person) -> None:
    assert town.directory.person(person.id) == person


def test_nobody_is_none(town: Town) -> None:
    assert town.directory.person(PersonId("U0NOBODY")) is None


def test_a_manager_is_told_and_who_has_none_has_none(town: Town) -> None:
    assert town.directory.manager(ADA) == BOB
    assert town.directory.manager(BOB) is None


def test_the_members_of_a_group_are_told(town: Town) -> None:
    assert set(town.directory.members(SECURITY)) == {BOB, ADA}
    assert town.directory.members("S0EMPTY") == ()


@pytest.mark.parametrize("name", ["ada@acme.example", "ADA@acme.example", ADA])
def test_a_member_is_found_by_address_or_id(town: Town, name: str) -> None:
    assert town.directory.find(name) == ADA


@pytest.mark.parametrize(
    "name", ["nobody@acme.example", "gone@acme.example", "guest@else.example", "rival@rival.example", BOT, GONE, GUEST, RIVAL]
)
def test_whoever_is_no_full_active_member_is_not_found(town: Town, name: str) -> None:
    assert town.directory.find(name) is None


@pytest.mark.parametrize("name", ["", "ada", "U0NOBODY", "u0ada", "default_user_id", "U0ADA ", "*@acme.example"])
def test_what_is_no_address_and_no_id_of_somebody_here_is_nobody(town: Town, name: str) -> None:
    assert town.directory.find(name) is None


ASKING: dict[str, Callable[[Directory], object]] = {
    "person": lambda directory: directory.person(ADA),
    "manager": lambda directory: directory.manager(ADA),
    "members": lambda directory: directory.members(SECURITY),
    "find": lambda directory: directory.find("ada@acme.example"),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_a_directory_that_does_not_answer_is_unavailable(town: Town, ask: Callable[[Directory], object]) -> None:
    town.down()
    with pytest.raises(Unavailable):
        ask(town.directory)


METHODS = [("person", "users.info"), ("manager", "users.profile.get"), ("members", "usergroups.users.list")]
METHODS += [("find", "users.lookupByEmail")]


@pytest.mark.parametrize(("ask", "method"), METHODS)
@pytest.mark.parametrize("how", [{"status": 429, "retry_after": 7}, {"status": 500}, {"error": "fatal_error"}], ids=str)
def test_slack_that_is_busy_or_broken_is_unavailable_and_says_how_long(
    workspace: Workspace, ask: str, method: str, how: dict[str, Any]
) -> None:
    workspace.fault(method, **how)
    with pytest.raises(Unavailable) as raised:
        ASKING[ask](workspace.directory())
    assert raised.value.after == (timedelta(seconds=7) if "retry_after" in how else None)


def test_slack_that_hangs_is_unavailable_when_patience_ends(workspace: Workspace) -> None:
    workspace.fault("users.info", hang=True)
    with pytest.raises(Unavailable, match="did not answer"):
        workspace.directory(patience=1).person(ADA)


def test_an_outage_is_not_remembered(workspace: Workspace) -> None:
    directory = workspace.directory()
    workspace.fault("users.info", status=500)
    with pytest.raises(Unavailable):
        directory.person(ADA)
    assert directory.person(ADA) == PEOPLE[0]


def test_a_group_that_is_gone_is_rejected(workspace: Workspace) -> None:
    with pytest.raises(Rejected, match="no_such_subteam"):
        workspace.directory().members("S0GONE")


@pytest.mark.parametrize(("ask", "method"), METHODS)
def test_an_answer_is_remembered_for_its_time_and_no_longer(workspace: Workspace, ask: str, method: str) -> None:
    directory = workspace.directory()
    for _ in range(3):
        ASKING[ask](directory)
    assert workspace.asked(method) == 1
    workspace.clock.forward(KEEP - timedelta(seconds=1))
    ASKING[ask](directory)
    assert workspace.asked(method) == 1
    workspace.clock.forward(timedelta(seconds=1))
    ASKING[ask](directory)
    assert workspace.asked(method) == 2


def test_a_person_who_leaves_can_decide_nothing_once_the_time_is_over(workspace: Workspace) -> None:
    directory = workspace.directory()
    users = workspace.sandbox.workspace.users
    assert directory.person(BOB) == PEOPLE[1]
    before = users[BOB]
    users[BOB] = User(BOB, "bob", "Bob Lind", deleted=True)
    workspace.clock.forward(KEEP)
    after = directory.person(BOB)
    users[BOB] = before
    assert after is not None
    assert not after.can_decide


def test_a_fresh_answer_is_asked_for_again_and_remembered(workspace: Workspace) -> None:
    directory = workspace.directory()
    directory.person(BOB)
    directory.person(BOB, fresh=True)
    directory.person(BOB)
    assert workspace.asked("users.info") == 2


@pytest.mark.parametrize("field", ["", "Boss"])
def test_without_a_profile_field_of_that_name_nobody_has_a_manager(workspace: Workspace, field: str) -> None:
    assert workspace.directory(field).manager(ADA) is None
    assert workspace.asked("users.profile.get") == 0


def test_the_name_of_the_profile_field_is_read_without_its_case(workspace: Workspace) -> None:
    assert workspace.directory("manager").manager(ADA) == BOB


def test_what_can_be_no_address_and_no_id_is_not_asked_for(workspace: Workspace) -> None:
    directory = workspace.directory()
    assert [directory.find(name) for name in ("", "ada", "svc-search", "u0ada")] == [None] * 4
    assert not workspace.sandbox.api.calls
