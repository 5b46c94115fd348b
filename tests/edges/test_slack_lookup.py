"""Looking names up in a workspace, over HTTP: people, channels and groups as app.yaml calls them."""

from collections.abc import Iterator

import pytest

from bot.clock import SystemClock
from bot.config import Draft, lines, read_bytes, resolve
from bot.sandbox import Channel, Group, Sandbox, Seed, Team, User, create, serve
from bot.slack.calling import slack
from bot.slack.lookup import SlackLookup
from workflows.policy import Policy
from workflows.ports import Rejected

TOKEN = "xoxb-lookup"
BOT = "U0BOT"
CROWD = tuple(User(f"U1{n:04}", f"crowd{n}", email=f"crowd{n}@acme.example") for n in range(450))
MANY = tuple(Channel(f"C1{n:04}", f"many-{n}", members=(BOT,)) for n in range(230))
SEED = Seed(
    Team("T0ACME", "Acme"),
    (
        User(BOT, "leeway", is_bot=True),
        User("U0ADA001", "ada", email="Ada@Acme.example"),
        User("U0TWIN01", "twin", email="shared@acme.example"),
        User("U0TWIN02", "twin", email="shared@acme.example"),
        User("U0GONE01", "gone", email="gone@acme.example", deleted=True),
        User("U0BACK01", "back", email="back@acme.example"),
        User("U0BACK00", "back-old", email="back@acme.example", deleted=True),
        User("U0GUEST1", "guest", email="guest@acme.example", is_restricted=True),
        User("U0RIVAL1", "rival", email="rival@rival.example", team="T0RIVAL"),
        *CROWD,
        User("U9LAST01", "last", email="last@acme.example"),
    ),
    (
        Channel("C0OPEN01", "open", members=(BOT,)),
        Channel("C0OUT001", "outside"),
        Channel("C0OLD001", "old", members=(BOT,), is_archived=True),
        Channel("G0MINE01", "mine", members=(BOT,), is_private=True),
        Channel("G0THEIRS", "theirs", is_private=True),
        *MANY,
        Channel("C9LAST01", "last-one", members=(BOT,)),
    ),
    (Group("S0ONCALL", "security-oncall", users=("U0ADA001",)),),
)


def workspace(seed: Seed) -> Sandbox:
    return create(seed, app_url=None, signing_secret="x" * 16, bot_token=TOKEN, now=SystemClock().now)


@pytest.fixture(scope="module")
def lookup() -> Iterator[SlackLookup]:
    with serve(workspace(SEED)) as server:
        yield SlackLookup(slack(TOKEN, f"{server.url}/api/"))


PEOPLE = {
    "U0ADA001": ["U0ADA001"],
    "ada@acme.example": ["U0ADA001"],
    "ADA@ACME.EXAMPLE": ["U0ADA001"],
    "@ada": ["U0ADA001"],
    "@Ada": ["U0ADA001"],
    "last@acme.example": ["U9LAST01"],
    "back@acme.example": ["U0BACK01"],
    "@twin": ["U0TWIN01", "U0TWIN02"],
    "shared@acme.example": ["U0TWIN01", "U0TWIN02"],
    "gone@acme.example": [],
    "U0GONE01": [],
    "guest@acme.example": [],
    "rival@rival.example": [],
    "U0RIVAL1": [],
    "@leeway": [],
    "@nobody": [],
}


@pytest.mark.parametrize(("name", "found"), PEOPLE.items())
def test_people_are_found_by_each_of_their_names_and_only_those_who_can_decide(
    lookup: SlackLookup, name: str, found: list[str]
) -> None:
    assert list(lookup.person(name)) == found


CHANNELS = {
    "#open": ["C0OPEN01"],
    "#outside": ["C0OUT001"],
    "#last-one": ["C9LAST01"],
    "#mine": ["G0MINE01"],
    "#theirs": [],
    "#old": [],
    "#none": [],
}


@pytest.mark.parametrize(("name", "found"), CHANNELS.items())
def test_channels_are_found_by_name_where_the_app_can_see_them(lookup: SlackLookup, name: str, found: list[str]) -> None:
    assert list(lookup.channel(name)) == found


def test_a_user_group_is_found_by_its_handle(lookup: SlackLookup) -> None:
    assert list(lookup.usergroup("security-oncall")) == ["S0ONCALL"]
    assert list(lookup.usergroup("security")) == []


def test_channels_that_the_app_is_not_in_are_told(lookup: SlackLookup) -> None:
    assert lookup.uninvited({"C0OPEN01", "C0OUT001", "G0MINE01", ""}) == ["outside"]


def test_without_the_scope_for_private_channels_public_ones_are_found() -> None:
    scopes = ("users:read", "channels:read")
    seed = Seed(SEED.team, SEED.users[:2], SEED.channels[:4], scopes=scopes)
    with serve(workspace(seed)) as server:
        found = SlackLookup(slack(TOKEN, f"{server.url}/api/"))
        assert list(found.channel("#open")) == ["C0OPEN01"]


def test_without_any_scope_for_channels_it_is_said() -> None:
    seed = Seed(SEED.team, SEED.users[:2], SEED.channels[:4], scopes=("users:read",))
    with serve(workspace(seed)) as server, pytest.raises(Rejected, match="missing_scope"):
        SlackLookup(slack(TOKEN, f"{server.url}/api/")).channel("#open")


CONFIG = """
organization: {name: Acme}
people:
  managers: {ada@acme.example: "@last"}
  groups:
    finance: [crowd1@acme.example, %s]
    security: {slack_group: %s}
  fallback: finance
models: {fallback_price: {input: $15.00 per 1M tokens, output: $75.00 per 1M tokens}}
quotas:
  platform: {limit: $100 a month, channel: "%s", owner: U0ADA001}
"""


def resolved(lookup: SlackLookup, person: str = '"@ada"', group: str = "security-oncall", channel: str = "#open") -> object:
    drafted = read_bytes((CONFIG % (person, group, channel)).encode())
    assert isinstance(drafted, Draft), lines(drafted, "app.yaml")
    found = resolve(drafted, lookup)
    return found if isinstance(found, Policy) else lines(found, "app.yaml")


def test_a_policy_is_resolved_to_ids(lookup: SlackLookup) -> None:
    policy = resolved(lookup)
    assert isinstance(policy, Policy), policy
    assert policy.people.groups["finance"] == ("U10001", "U0ADA001")
    assert policy.people.usergroups["security"] == "S0ONCALL"
    assert policy.quotas[0].channel == "C0OPEN01"


def test_a_channel_given_by_its_id_is_taken_at_its_word(lookup: SlackLookup) -> None:
    policy = resolved(lookup, channel="G0THEIRS")
    assert isinstance(policy, Policy)
    assert policy.quotas[0].channel == "G0THEIRS"


UNKNOWN = [
    ({"person": "nobody@acme.example"}, '"nobody@acme.example": nobody in this workspace has this e-mail address'),
    ({"person": "U0NOBODY"}, '"U0NOBODY": nobody in this workspace has this Slack id'),
    ({"person": '"@nobody"'}, '"@nobody": nobody in this workspace has this handle'),
    ({"person": '"@gone"'}, '"@gone": nobody in this workspace has this handle'),
    ({"person": '"@twin"'}, '"@twin": 2 have this name in the workspace; write the Slack id'),
    ({"person": "shared@acme.example"}, '"shared@acme.example": 2 have this name in the workspace; write the Slack id'),
    ({"group": "nobodies"}, '"nobodies": this workspace has no user group with this handle'),
    ({"channel": "#theirs"}, '"#theirs": this workspace has no channel of this name that the app can see; if it is private,'),
]


@pytest.mark.parametrize(("odd", "said"), UNKNOWN, ids=[said[:20] for _, said in UNKNOWN])
def test_whoever_slack_does_not_know_is_said_with_the_place(lookup: SlackLookup, odd: dict[str, str], said: str) -> None:
    (line,) = resolved(lookup, **odd)  # type: ignore[misc]
    assert said in line
    assert line.startswith("app.yaml:")
