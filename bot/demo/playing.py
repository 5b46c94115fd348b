"""Playing: the demo with a person at the page. Usage flows by the minute; a jump of the clock lives through the time between."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clock import DemoClock
from bot.demo import acme, past, traffic
from bot.demo.headless import Say
from bot.demo.stage import Stage, opened

PORT = 8010
TICK = 2.0  # seconds between looks whether a minute has passed
LEAP = timedelta(hours=3)
MINUTE = timedelta(minutes=1)


class Flow:
    """Usage up to now: posted minute by minute while time passes, and in leaps when the clock is jumped."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._until = stage.clock.now()
        self._one = threading.Lock()

    def flow(self) -> None:
        """Posts what was used since the last time."""
        with self._one:
            self._post()

    def jump(self, to: datetime) -> datetime:
        """Lives through the time to a later moment."""
        with self._one, self._stage.leeway.engine.held():
            while (now := self._stage.clock.now()) < to:
                self._stage.clock.jump(min(now + LEAP, to))
                self._post()
                self._stage.settle()
            return self._stage.clock.now()

    def _post(self) -> None:
        now = self._stage.clock.now()
        self._stage.use(traffic.between(self._until, now, acme.ZONE, MINUTE))
        self._until = now


def play(say: Say, config: Path, *, port: int = PORT, until: threading.Event | None = None) -> None:
    """Runs the demo until `until` is set, or for ever."""
    ending = until or threading.Event()
    clock = DemoClock(past.START)
    say("Living through three weeks of Acme's usage …")
    with TemporaryDirectory(prefix="leeway-") as folder, opened(Path(folder), clock, config=config, port=port) as stage:
        past.prelude(stage)
        usage = Flow(stage)
        stage.jumped = usage.jump
        stage.leeway.engine.start()
        say(f"\nOpen  {stage.slack.url}/?as={acme.person('ada')}&channel={acme.channel('team-search')}\n")
        say("You are Ada of Search, about to cross 90 %. Press “+1 h” beside the clock, then “Request override”.")
        say("“Act as” makes you Bob, who decides. Ctrl-C ends the demo.")
        while not ending.wait(TICK):
            usage.flow()
        stage.leeway.engine.stop()
