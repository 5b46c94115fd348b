"""Timers: APScheduler knocks; the database decides what is due. A knock that is missed loses nothing, two double nothing."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apscheduler.schedulers.background import BackgroundScheduler

from workflows.ports import Unavailable

log = logging.getLogger("leeway.timers")

KNOCK = 1.0  # seconds; an override ends at most so much late
WATCH = 0.5  # seconds; what another process commits is known to the admission check within twice as long
ASIDE = 60.0  # seconds; nobody minds when a provider's report is read a minute late
PLAN = 3600.0  # seconds; a digest is planned a week ahead, a limit changed by another door is wrong for an hour at most


Knock = Callable[[], None]


class Engine:
    """Runs the work whenever it is poked and at every knock, in one thread; the planning every hour.

    `watch` looks at what other processes committed, twice a second and in a thread of its own: the work may wait for Slack. What
    may take minutes, and nobody waits for, is done `aside`, once a minute and in a thread of its own, too.
    """

    def __init__(self, work: Knock, plan: Knock, watch: Knock, aside: Knock = lambda: None) -> None:
        self._work = work
        self._poked = threading.Event()
        self._working = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leeway-engine", daemon=True)
        self._watch = watch
        self._watcher = threading.Thread(target=self._look, name="leeway-watch", daemon=True)
        # Not a job of the scheduler: the interpreter would wait for its thread, and that for somebody else's server.
        self._nudged = threading.Event()
        self._aside = threading.Thread(target=self._stroll, args=(_safely(aside),), name="leeway-aside", daemon=True)
        self._scheduler = BackgroundScheduler(daemon=True, timezone="UTC")
        self._scheduler.add_job(self.poke, "interval", seconds=KNOCK, coalesce=True, max_instances=1)
        self._scheduler.add_job(self._nudged.set, "interval", seconds=ASIDE, coalesce=True, max_instances=1)
        self._scheduler.add_job(_safely(plan), "interval", seconds=PLAN, coalesce=True, max_instances=1)

    def start(self) -> None:
        self._thread.start()
        self._watcher.start()
        self._aside.start()
        self._nudged.set()
        self._scheduler.start()

    def poke(self) -> None:
        """There may be something to do now."""
        self._poked.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits for the work under way and keeps more from beginning: for whoever moves the clock."""
        with self._working:
            yield

    def stop(self) -> None:
        """Finishes what is under way, but for what is done aside: that may take minutes, and can be begun again."""
        if not self._scheduler.running:
            return  # it never started
        self._scheduler.shutdown(wait=False)
        self._stopping.set()
        self._poked.set()
        self._thread.join(timeout=10)
        self._watcher.join(timeout=10)

    def _run(self) -> None:
        work = _safely(self._work)
        while not self._stopping.is_set():
            self._poked.wait()
            self._poked.clear()
            with self._working:
                work()

    def _look(self) -> None:
        watch = _safely(self._watch)
        while not self._stopping.wait(WATCH):
            watch()

    def _stroll(self, aside: Knock) -> None:
        while not self._stopping.is_set():
            self._nudged.wait()
            self._nudged.clear()
            aside()


def _safely(work: Knock) -> Knock:
    """A failure is logged; the next knock tries again."""

    def run() -> None:
        try:
            work()
        except Unavailable as gone:
            log.warning("%s; the next knock tries again", gone)
        except Exception:
            log.exception("a knock failed; the next one tries again")

    return run
