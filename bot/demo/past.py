"""The past: three weeks of Acme's month, lived through at speed, so that the demo opens with a story in progress.

Every message in it was caused as it would be on any other day: by usage over HTTP and by people who pressed buttons.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo import acme, traffic
from bot.demo.actor import Actor
from bot.demo.stage import Stage

BERLIN = ZoneInfo(acme.ZONE)
START = datetime(2026, 11, 1, tzinfo=BERLIN).astimezone(UTC)
ASKED = datetime(2026, 11, 20, 15, 0, tzinfo=BERLIN).astimezone(UTC)
OPENING = datetime(2026, 11, 24, 10, 12, tzinfo=BERLIN).astimezone(UTC)
LOOKS = (9, 15)  # hours at which the past is lived through; usage in between arrives with the next


def live(stage: Stage, to: datetime, step: timedelta | None = None) -> None:
    """Lives until a moment: usage comes in, and what is due is done, at every step; without one, at the hours to look."""
    while (now := stage.clock.now()) < to:
        then = min(now + step if step else _next_look(now), to)
        events = list(traffic.between(now, then, acme.ZONE))
        stage.clock.jump(then)
        stage.use(events)
        stage.settle()


def _next_look(now: datetime) -> datetime:
    here = now.astimezone(BERLIN)
    hours = [hour for hour in LOOKS if hour > here.hour]
    day = here if hours else here + timedelta(days=1)
    return day.replace(hour=hours[0] if hours else LOOKS[0], minute=0, second=0, microsecond=0).astimezone(UTC)


def prelude(stage: Stage) -> None:
    """From the first of the month to the morning on which the demo opens."""
    live(stage, ASKED)
    _mobile(stage)
    live(stage, OPENING)


def _mobile(stage: Stage) -> None:
    """Mobile saw it coming: Lin asked on Friday, and Pat said yes."""
    lin, pat = Actor(stage, "lin"), Actor(stage, "pat")
    lin.press(lin.find("team-mobile", "Mobile", "90 %"), "ask")
    lin.submit(
        amount="1,000",
        duration="reset",
        justification="The release assistant drafts notes for 14 app stores until the 7.0 release is out.",
        metric="release notes drafted",
        quantity="14",
        evidence="The release checklist",
        data="internal",
    )
    pat.press(pat.find("leeway", "Mobile"), "approve")
