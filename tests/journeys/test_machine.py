"""The machine: any order of everything that can happen, on real SQLite and a gateway that fails, against a small model.

The model knows what people did and when; what the app says must follow from it. After every step the invariants of product.md
that can be seen without Slack are looked at.
"""

import json
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.deliver import Courier
from tests.fakes.limits import FakeLimits, Fault
from tests.journeys.office import ADA, BOB, CY, DI, EVE, KEY, POLICY, TYPED, everybody, opened, standing
from tests.journeys.world import FAST
from workflows import digesting, enforcing, metering, reporting, requesting, reviewing, waking
from workflows.admission import Estimate
from workflows.admitting import Gate
from workflows.audit import broken, plain
from workflows.ballots import Verdict, Vote
from workflows.effects import Do, Wake
from workflows.keeping import Kit
from workflows.money import usd
from workflows.overrides import Override, Reason, Status
from workflows.people import PersonId
from workflows.quotas import window_of
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.spend import Tokens, Usage

BASE = POLICY.quotas[0].limit
EVERYBODY = (ADA, BOB, CY, DI, EVE)
LEADS, FINANCE = {BOB, EVE}, {CY, DI}
LAPSE = POLICY.timing.lapse_after
AGES = timedelta(days=3650)


@dataclass
class Asked:
    """A request as the model has it."""

    requester: PersonId
    amount: int
    at: datetime
    state: State = State.PENDING
    votes: dict[PersonId, Verdict] = field(default_factory=dict)

    @property
    def large(self) -> bool:
        return self.amount > usd(1_000)

    def asked(self) -> set[PersonId]:
        return (LEADS | (FINANCE if self.large else set())) - {self.requester}

    def complete(self) -> bool:
        yes = {who for who, verdict in self.votes.items() if verdict is Verdict.APPROVE}
        return bool(yes & LEADS) and (not self.large or yes >= FINANCE)

    def refusal(self, by: PersonId, now: datetime) -> Why | None:
        if self.state is not State.PENDING:
            return Why.ALREADY_DECIDED
        if by == self.requester:
            return Why.OWN_REQUEST
        if by not in self.asked():
            return Why.NOT_ASKED
        if by in self.votes:
            return Why.ALREADY_VOTED
        return Why.DEADLINE_PASSED if now >= self.at + LAPSE else None


class Office(RuleBasedStateMachine):
    """Everything that can happen, in any order."""

    @initialize()
    def begins(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="leeway-", dir=FAST if FAST.is_dir() else None)
        self.clock = standing()
        self.gateway = FakeLimits(self.clock)
        self.policy = POLICY
        self.model: dict[str, Asked] = {}
        self.spent: dict[datetime, int] = {}
        self.started: dict[str, tuple[datetime | None, datetime | None]] = {}
        self.ends_told: list[str] = []
        self.count = 0
        self._up()

    def _up(self) -> None:
        self.store = opened(Path(self.folder.name), self.clock)
        self.kit = Kit(self.policy, self.clock, self.store.units, self.store.reads, everybody(), self.gateway)
        told: dict[Do, Any] = dict.fromkeys(Do, str)  # Slack is not here: what is shown is delivered to nobody
        told |= {Do.SYNC_LIMIT: lambda key: enforcing.sync(self.kit, key), Do.TELL_THREAD: self.ends_told.append}
        self.courier = Courier(self.store.units, self.clock, told)
        self.gate = Gate(self.policy, self.store.reads)
        self.store.listen(self.gate.hear)
        enforcing.sync_all(self.kit)
        digesting.plan(self.kit)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @rule(amount=st.integers(1, 4_000))
    def usage(self, amount: int) -> None:
        self.count += 1
        used = Usage(str(self.count).encode(), self.now, "platform/search", "any", Tokens(), usd(amount))
        for _ in range(2):  # the gateway sends it twice
            metering.record([used], policy=self.policy, prices={}, units=self.store.units, now=self.now)
        start = window_of(self.policy.quotas[0], "Europe/Berlin", self.now).start
        self.spent[start] = self.spent.get(start, 0) + usd(amount)

    @rule(
        by=st.sampled_from((ADA, BOB, CY)),
        amount=st.sampled_from((100, 400, 1_000, 1_500)),
        span=st.sampled_from(("hours:4", "days:3")),
    )
    def submit(self, by: PersonId, amount: int, span: str) -> None:
        self.count += 1
        typed = TYPED | {"amount": str(amount), "duration": span}
        made = requesting.submit(self.kit, by, typed, token=f"V{self.count}")
        mine = [r for r in self.model.values() if r.requester == by and r.state is State.PENDING]
        if mine:
            assert isinstance(made, tuple)
            assert made[0].why is Why.OPEN_REQUEST
        elif by == CY and amount > 1_000:  # one of finance alone is no quorum of two: leads stand in, or nobody can
            if isinstance(made, Request):
                assert by not in made.route.approvers()
                reviewing.withdraw(self.kit, made.id, by)
        else:
            assert isinstance(made, Request)
            self.model[made.id] = Asked(by, usd(amount), self.now)

    @precondition(lambda self: self.model)
    @rule(
        data=st.data(), by=st.sampled_from(EVERYBODY), verdict=st.sampled_from((Verdict.APPROVE, Verdict.APPROVE, Verdict.DENY))
    )
    def vote(self, data: st.DataObject, by: PersonId, verdict: Verdict) -> None:
        self._vote(data.draw(st.sampled_from(sorted(self.model))), by, verdict)

    @rule(by=st.sampled_from((ADA, DI)), span=st.sampled_from(("hours:4", "days:3")))
    def asks_and_gets_it(self, by: PersonId, span: str) -> None:
        """The way it mostly goes, so that most runs have overrides to do something about."""
        self.gateway.down = False
        self.gateway.faults.clear()
        self.submit(by, 400, span)
        for key, asked in self.model.items():
            if asked.requester == by and asked.state is State.PENDING:
                self._vote(key, BOB, Verdict.APPROVE)
        self.work()

    def _vote(self, key: str, by: PersonId, verdict: Verdict) -> None:
        asked = self.model[key]
        why = asked.refusal(by, self.now)
        done = reviewing.vote(self.kit, key, Vote(by, verdict, self.now, reason="Because."))
        if why is not None:
            assert isinstance(done, Refused)
            assert done.why is why
            return
        assert isinstance(done, Request)
        asked.votes[by] = verdict
        if verdict is Verdict.DENY:
            asked.state = State.DENIED
        elif asked.complete():
            asked.state = State.APPROVED

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=st.sampled_from(EVERYBODY))
    def withdraw(self, data: st.DataObject, by: PersonId) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        asked = self.model[key]
        done = reviewing.withdraw(self.kit, key, by)
        may = asked.state is State.PENDING and by == asked.requester
        assert isinstance(done, Request) == may
        if may:
            asked.state = State.WITHDRAWN

    @precondition(lambda self: self.started)
    @rule(data=st.data(), by=st.sampled_from(EVERYBODY))
    def report(self, data: st.DataObject, by: PersonId) -> None:
        key = data.draw(st.sampled_from(sorted(self.started)))
        override = self._override(key)
        with self.store.reads() as unit:
            before = unit.outcomes.get(key)
        may = by == override.holder and override.status(self.now) is Status.ENDED and before is None
        done = reporting.report(self.kit, key, by, {"happened": "yes", "quantity": "7"})
        assert isinstance(done, tuple) != may

    @rule(
        span=st.sampled_from((timedelta(minutes=2), timedelta(hours=1), timedelta(hours=5), timedelta(days=2), timedelta(days=6)))
    )
    def jump(self, span: timedelta) -> None:
        self.clock.jump(self.now + span)

    @rule()
    def work(self) -> None:
        waking.wake(self.kit)
        for asked in self.model.values():
            if asked.state is State.PENDING and self.now >= asked.at + LAPSE:
                asked.state = State.LAPSED
        healthy = not self.gateway.down and not self.gateway.faults
        self.courier.run()
        if healthy:
            self._applied()

    @rule(fault=st.sampled_from(list(Fault)))
    def fault(self, fault: Fault) -> None:
        self.gateway.faults.append(fault)

    @rule(down=st.booleans())
    def gateway_answers_or_not(self, down: bool) -> None:
        self.gateway.down = down

    @rule()
    def late_writes_arrive(self) -> None:
        self.gateway.settle()
        enforcing.sync_all(self.kit)  # what the app does every hour

    @rule(down=st.timedeltas(timedelta(), timedelta(days=4)))
    def restart(self, down: timedelta) -> None:
        self.store.close()
        self.clock.jump(self.now + down)
        self._up()

    @rule(more=st.sampled_from((0, 500, 2_000)))
    def base_is_edited(self, more: int) -> None:
        quota = type(BASE)(BASE + usd(more))
        changed = POLICY.quotas[0].__class__(KEY, "platform/search", quota)
        self.policy = type(POLICY)(POLICY.organization, (changed,), POLICY.rules, POLICY.people)
        self.restart(timedelta())

    def _override(self, key: str) -> Override:
        with self.store.reads() as unit:
            found = unit.overrides.get(key)
        assert found is not None
        return found

    def _overrides(self) -> list[Override]:
        with self.store.reads() as unit:
            found = [unit.overrides.of(key) for key in self.model]
        return [override for override in found if override is not None]

    def _applied(self) -> None:
        """I9, I14: with a gateway that answers, one tick enforces what is due, unless that waits for its next try."""
        with self.store.reads() as unit:
            waiting = unit.outbox.waiting()
        held = waiting is not None and waiting > self.now
        if not held:
            wanted = sum(o.amount for o in self._overrides() if o.wanted(self.now))
            assert self.gateway.limits[KEY] == self.policy.quotas[0].limit + wanted

    @invariant()
    def rows_are_as_the_model_has_them(self) -> None:
        """I1, I3, I5: whatever else was tried, the state follows from what counted."""
        with self.store.reads() as unit:
            for key, asked in self.model.items():
                row = unit.requests.get(key)
                assert row is not None
                assert row.state is asked.state
                assert {vote.by: vote.verdict for vote in row.votes} == asked.votes
                assert (unit.overrides.of(key) is not None) == (asked.state is State.APPROVED)

    @invariant()
    def the_limit_is_the_base_and_what_is_active(self) -> None:
        """I8, I13: and what is active began once, at a moment when the gateway held it."""
        active = 0
        for override in self._overrides():
            if override.starts is not None and override.id not in self.started:
                assert self.gateway.limits[KEY] >= override.amount + self.policy.quotas[0].limit - usd(2_000)
            if override.starts is not None:
                assert self.started.setdefault(override.id, (override.starts, override.ends)) == (override.starts, override.ends)
                assert override.ends is not None
                active += override.amount if override.starts <= self.now < override.ends else 0
        with self.store.reads() as unit:
            stands = metering.standing(unit, self.policy, self.policy.quotas[0], self.now)
        assert stands.limit == self.policy.quotas[0].limit + active
        assert stands.spent == self.spent.get(stands.window.start, 0)

    @rule()
    def the_gate_forgets(self) -> None:
        self.gate.forget()

    @invariant()
    def calls_are_judged_by_what_is_committed(self) -> None:
        """I8, I13: the admission check knows it from memory; only what was forgotten is read again."""
        verdict = self.gate.check("platform/search", "any", Estimate(), now=self.now)
        if verdict is None:
            self.gate.refresh(self.now)
            verdict = self.gate.check("platform/search", "any", Estimate(), now=self.now)
        with self.store.reads() as unit:
            assert verdict is not None
            assert [found.standing for found in verdict.findings] == list(metering.standings(unit, self.policy, self.now))

    @invariant()
    def every_end_and_every_deadline_is_set(self) -> None:
        """I10: what has a clock has a row that will ring."""
        with self.store.reads() as unit:
            alarms = {(alarm.wake, alarm.key) for alarm in unit.agenda.due(self.now + AGES, 10_000)}
        for override in self._overrides():
            if override.status(self.now) is Status.ACTIVE:
                assert (Wake.END, override.id) in alarms
            if override.status(self.now) is Status.ACTIVATING:
                assert (Wake.ACTIVATION, override.id) in alarms
        for key, asked in self.model.items():
            assert ((Wake.LAPSE, key) in alarms) == (asked.state is State.PENDING)

    @invariant()
    def the_record_is_whole_and_folds_into_the_rows(self) -> None:
        """I21."""
        with self.store.reads() as unit:
            for subject in unit.record.subjects():
                chain = unit.record.chain(subject)
                assert not broken(chain)
                row = unit.requests.get(subject) or unit.overrides.get(subject)
                assert row is None or (chain[-1].seq, chain[-1].after) == (row.version, json.loads(json.dumps(plain(row))))

    @invariant()
    def each_end_is_told_once_and_for_what_it_was(self) -> None:
        """I16: news of an end is of an override that is over, and never of one that was not applied."""
        ends = [key for key in self.ends_told if key.endswith("/ended")]
        assert len(ends) == len(set(ends))
        for key in ends:
            override = self._override("O" + key.removesuffix("/ended").removeprefix("R"))
            assert not override.wanted(self.now)
            assert override.reason() is Reason.EXPIRED


Office.TestCase.settings = settings(max_examples=settings.default.max_examples // 4, stateful_step_count=30)  # type: ignore[union-attr]
TestOffice = Office.TestCase
