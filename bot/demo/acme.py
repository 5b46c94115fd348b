"""Acme: the workspace of the demo and of the tests. Its people are those whom app.yaml names."""

from bot.sandbox import Channel, Seed, Team, User

ZONE = "Europe/Berlin"
ABROAD = {"eve": "America/New_York"}

PEOPLE = {
    "ada": ("Ada Okafor", "Engineer, Search"),
    "bob": ("Bob Lindqvist", "Engineering manager, Search"),
    "cy": ("Cy Tanaka", "Finance partner"),
    "di": ("Di Marchetti", "Head of finance"),
    "sam": ("Sam Haddad", "Security"),
    "pat": ("Pat Brennan", "Owner of the AI platform"),
    "eve": ("Eve Castellanos", "Support agent"),
    "noor": ("Noor van der Berg", "Lead, Support"),
    "lin": ("Lin Zhao", "Lead, Mobile"),
}

CHANNELS = {
    "ai-platform": ("The AI platform: limits, outages, news", ("pat", "sam", "cy", "di")),
    "eng-ai": ("AI in engineering", ("pat", "bob", "lin", "ada")),
    "team-search": ("Search: ranking, retrieval, experiments", ("ada", "bob", "pat", "cy")),
    "team-support": ("Support: answers, triage, hand-over", ("eve", "noor", "pat")),
    "team-mobile": ("Mobile: iOS, Android, releases", ("lin", "pat")),
    "ai-leadership": ("Weekly digest for leadership", ("pat", "di", "bob", "noor", "lin")),
    "random": ("Anything else", tuple(PEOPLE)),
}

BOT = "U0LEEWAY"


def person(name: str) -> str:
    """The Slack id of somebody: "ada" is U0ADA."""
    return f"U0{name.upper()}"


def channel(name: str) -> str:
    """The Slack id of a channel: "team-search" is C0TEAMSEARCH."""
    return f"C0{name.upper().replace('-', '')}"


def workspace() -> Seed:
    """The workspace as it is before anything happens."""
    people = tuple(
        User(person(name), name, real, f"{name}@acme.example", ABROAD.get(name, ZONE), title)
        for name, (real, title) in PEOPLE.items()
    )
    channels = tuple(
        Channel(channel(name), name, topic, (*(person(m) for m in members), BOT)) for name, (topic, members) in CHANNELS.items()
    )
    bot = User(BOT, "leeway", "Leeway", tz=ZONE, is_bot=True)
    return Seed(Team("T0ACME", "Acme", "acme", ZONE), (*people, bot), channels)
