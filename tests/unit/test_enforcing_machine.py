"""Whatever happens to a limit, in whatever order, with a gateway that fails in every way: once it is well, the limit is the base
that people meant and every override that is due and not over; and none was said to be active before the gateway enforced it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from tests.fakes.limits import Fault
from tests.unit.enforced import HOUR, TEAM, Gateway
from workflows.overrides import Override, Reason, Status
from workflows.times import Period, window_at

amounts = st.integers(1, 2_000)
hours = st.integers(1, 60)


class Enforcing(RuleBasedStateMachine):
    granted = Bundle("granted")

    def __init__(self) -> None:
        super().__init__()
        self.gateway = Gateway()
        self.base, self.declared = 10_000, 10_000
        self.amounts: dict[str, int] = {}
        self.active: set[str] = set()
        self.paused = False

    # What people do.

    @rule(target=granted, amount=amounts, span=hours)
    def grant(self, amount: int, span: int) -> str:
        return self._granted(self.gateway.grants(amount, span), amount)

    @rule(target=granted, amount=amounts, span=hours, wait=hours)
    def grant_for_later(self, amount: int, span: int, wait: int) -> str:
        since = self.gateway.clock.at + wait * HOUR
        return self._granted(self.gateway.grants(amount, span, since=since), amount)

    @rule(target=granted, before=granted, span=hours, less=st.integers(0, 50))
    def extend(self, before: str, span: int, less: int) -> str:
        ends = self.gateway.override(before).ends
        amount = max(1, self.amounts[before] - less)
        follows = {"since": ends, "follows": before} if ends else {}
        return self._granted(self.gateway.grants(amount, span, **follows), amount)

    def _granted(self, name: str, amount: int) -> str:
        self.amounts[name] = amount
        return name

    @rule(name=consumes(granted), why=st.sampled_from([Reason.RETURNED, Reason.REVOKED, Reason.UNUSED]))
    def stop(self, name: str, why: Reason) -> None:
        self.gateway.stops(name, why)

    @rule()
    def pause_or_resume(self) -> None:
        self.paused = not self.paused
        self.gateway.pauses(self.paused)

    @precondition(lambda self: not self.gateway.limits.down)  # which of two changes that we did not see is newer, nobody knows
    @rule(limit=st.integers(5_000, 20_000))
    def say_another_limit_in_app_yaml(self, limit: int) -> None:
        if limit != self.declared:
            self.base = self.declared = limit
        self.gateway.uses(replace(TEAM, limit=limit))
        self.gateway.starts()

    @precondition(lambda self: self._told_apart())
    @rule(more=st.integers(-4_000, 4_000))
    def edit_the_limit_by_another_door(self, more: int) -> None:
        limit = self.gateway.limit
        assert limit is not None
        if limit + more < 0 or limit + more in self._ours():
            return  # no limit, or nobody could tell it from ours
        self.base += more
        self.gateway.edits_limit(limit + more)

    def _told_apart(self) -> bool:
        """Whether the gateway holds the base as it is meant: else somebody changes another one than they see here."""
        names = self.gateway.limits.names.get("team", frozenset())
        meant = self.base + sum(self.amounts[name] for name in names)
        return self.gateway.limit == meant and not self.gateway.limits.late

    def _ours(self) -> tuple[int, ...]:
        with self.gateway.memory.reads() as unit:
            holding = unit.holdings.get("team")
        return holding.written if holding else ()

    # What the gateway and the world do.

    @rule(faults=st.lists(st.sampled_from(Fault), min_size=1, max_size=3))
    def fail(self, faults: list[Fault]) -> None:
        self.gateway.fails(*faults)

    @rule()
    def go_down_or_come_up(self) -> None:
        self.gateway.limits.down = not self.gateway.limits.down
        self.gateway.works()

    @rule()
    def apply_what_was_late(self) -> None:
        self.gateway.limits.settle()

    @precondition(lambda self: self._told_apart())
    @rule()
    def forget_the_names(self) -> None:
        self.gateway.limits.forget("team")
        self.gateway.rests()

    @rule(time=st.integers(1, 30 * 60))
    def let_time_pass(self, time: int) -> None:
        self.gateway.passes(timedelta(minutes=time))

    @rule()
    def restart(self) -> None:
        self.gateway.starts()

    # What must hold.

    @rule()
    def rest(self) -> None:
        """At rest everything is as it should be."""
        self.gateway.rests()
        now = self.gateway.clock.at
        overrides = [self.gateway.override(name) for name in self.amounts]
        wanted = [o for o in overrides if self._counts(o)]
        assert self.gateway.limit == max(0, self.base + sum(self.amounts[o.id] for o in wanted))
        assert self.gateway.base == self.base
        for override in overrides:
            over = override.over_at()
            assert (override.gone is not None) == (over is not None and over <= now)
            if override in wanted:
                assert override.starts is not None
                assert override.status(now) is Status.ACTIVE

    def _counts(self, override: Override) -> bool:
        """Due, not stopped, not past its end; while new ones are paused only if it had begun."""
        now, since = self.gateway.clock.at, override.term.since
        due = since is None or since <= now
        running = override.ends is None or now < override.ends
        return due and running and override.stopped is None and not (self.paused and override.starts is None)

    @invariant()
    def active_is_said_of_what_the_gateway_was_read_to_enforce(self) -> None:
        for name in self.amounts:
            override = self.gateway.override(name)
            if override.starts is None or name in self.active:
                continue
            self.active.add(name)
            assert override.ends == min(override.starts + (override.term.span or HOUR), self._reset(override))
            before = override.follows if override.starts > self.gateway.clock.at else name
            assert before in self.gateway.limits.held["team"]

    def _reset(self, override: Override) -> object:
        assert override.starts is not None
        return window_at(Period.MONTH, "UTC", override.starts).end

    @invariant()
    def every_active_override_has_an_alarm_for_its_end(self) -> None:
        alarms = {name: alarm.at for name, alarm in self.gateway.memory.data.agenda.items()}
        for name in self.amounts:
            override = self.gateway.override(name)
            if override.status(self.gateway.clock.at) is Status.ACTIVE:
                assert alarms["end", name] == override.ends

    def teardown(self) -> None:
        if self.paused:
            self.pause_or_resume()
        self.rest()


TestEnforcing = Enforcing.TestCase
