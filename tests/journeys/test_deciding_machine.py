"""The second machine: everything people and time can do to requests, in any order, on real SQLite, against `reference`.

The app is stopped and started, dies in the middle of a transaction, and its clock goes back a little. Slack is not here.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.journeys.office import ADA, BOB, CY, DI, EVE, KEY, START, TYPED, opened
from tests.journeys.reference import LIN, PAT, Life, Said, panels
from tests.journeys.world import FAST
from workflows import assessing, overruling, requesting, reviewing, waking
from workflows.audit import broken, plain
from workflows.automatic import Mode
from workflows.aways import Away
from workflows.ballots import Verdict, Vote
from workflows.cases import Case
from workflows.effects import Wake
from workflows.events import Answer, Ask, Edit, Escalate, Event, Lose, Nudge, Pass, Reassign, Reopen, Revoke, Undo, Withdraw
from workflows.keeping import SYSTEM, Kit, attempt
from workflows.metering import standing
from workflows.money import usd
from workflows.overrides import Reason
from workflows.people import Person, PersonId
from workflows.policy import Organization, People, Policy
from workflows.quotas import Quota
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way
from workflows.rules import Approve, Rule, When
from workflows.rules import Ask as Asked

CAST = (ADA, BOB, EVE, CY, DI, PAT, LIN)
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"),
    (Quota(KEY, "platform/search", usd(10_000)),),
    (
        Rule("leads", ask=(Asked("leads"),)),
        Rule("large", When(over=usd(1_000)), ask=(Asked("finance", quorum=2),)),
        Rule("small", approve=Approve(Mode.ON, amount=usd(100))),
    ),
    People(groups={"leads": (BOB, EVE), "finance": (CY, DI), "seniors": (PAT, LIN)}, fallback="seniors"),
)
SMALL = usd(100)
LAPSE = POLICY.timing.lapse_after
WITHIN, EVERY = timedelta(minutes=30), timedelta(hours=4)
AGES = timedelta(days=3650)

who = st.sampled_from(CAST)
seen = st.sampled_from((0, 0, 0, -1))  # how old the card is on which somebody clicks, in revisions
verdicts = st.sampled_from((Verdict.APPROVE, Verdict.APPROVE, Verdict.APPROVE, Verdict.DENY))


class Crash(Exception):
    """The machine dies here."""


class Desk(RuleBasedStateMachine):
    """Everything that can happen to requests, in any order."""

    @initialize()
    def begins(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="leeway-", dir=FAST if FAST.is_dir() else None)
        self.clock = ManualClock(START)
        self.directory = FakeDirectory(Person(each, each[2:].title()) for each in CAST)
        self.model: dict[str, Life] = {}
        self.nudged: dict[str, Any] = {}
        self.aways: dict[PersonId, Away] = {}
        self.count = 0
        self._up()

    def _up(self) -> None:
        self.store = opened(Path(self.folder.name), self.clock)
        self.kit = Kit(POLICY, self.clock, self.store.units, self.store.reads, self.directory, FakeLimits(self.clock))

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def _row(self, key: str) -> Request:
        with self.store.reads() as unit:
            row = unit.requests.get(key)
        assert row is not None
        return row

    def _does(self, key: str, event: Event, by: str, expected: Why | None) -> None:
        """The app answers what the model expects."""
        done = reviewing.change(self.kit, key, event, by)
        assert (done.why if isinstance(done, Refused) else None) is expected, (event, done)

    def _pick(self, data: st.DataObject, *states: State) -> str:
        """A request, mostly the one that matters."""
        fitting = [key for key, life in self.model.items() if life.state in (states or State)]
        return data.draw(st.sampled_from(sorted(fitting or self.model)))

    def _open(self, requester: PersonId, but: str) -> bool:
        return any(one.requester == requester and one.state is State.PENDING for key, one in self.model.items() if key != but)

    def _away(self) -> dict[PersonId, PersonId | None]:
        """Who is away now, and who decides in their place."""
        return {who: away.delegate for who, away in self.aways.items() if away.at(self.clock.at)}

    def _stand_ins(self, people: set[PersonId]) -> set[PersonId]:
        return {delegate for who, delegate in self._away().items() if who in people and delegate}

    # Asking.

    @rule(by=st.sampled_from((ADA, BOB, CY)), amount=st.sampled_from((80, 400, 400, 1_500)))
    def submit(self, by: PersonId, amount: int) -> None:
        self.count += 1
        made = requesting.submit(self.kit, by, TYPED | {"amount": str(amount)}, token=f"V{self.count}")
        if self._open(by, ""):
            assert isinstance(made, tuple)
            assert made[0].why is Why.OPEN_REQUEST
        else:
            assert isinstance(made, Request)
            excluded = self._stand_ins({by})
            asked = panels(usd(amount), {by} | excluded)
            self.model[made.id] = life = Life(by, usd(amount), asked, self.clock.at + LAPSE, excluded=excluded)
            life.guarded(SMALL)

    def _way(self, case: Case, by: PersonId) -> Way:
        """How a changed case is decided, found as a submit finds it."""
        quota = POLICY.quotas[0]
        org = assessing.organisation(by, quota, POLICY, self.directory)
        with self.store.reads() as unit:
            stands = standing(unit, POLICY, quota, self.clock.at)
            way = assessing.way(unit, POLICY, case, stands=stands, org=org, now=self.clock.at)
        assert isinstance(way, Way)
        return way

    @precondition(lambda self: self.model)
    @rule(
        data=st.data(), by=st.none() | who, amount=st.sampled_from((0, 60, 300, 900, 1_800)), seen=st.sampled_from((0, 0, 0, -1))
    )
    def edit(self, data: st.DataObject, by: PersonId | None, amount: int, seen: int) -> None:
        """Other words, or another amount, too; by the requester, and seldom by somebody else."""
        key = self._pick(data, State.PENDING)
        life, row = self.model[key], self._row(key)
        by = by or life.requester
        case = replace(row.case, amount=usd(amount) or row.case.amount, justification=f"Version {self.count} {row.version}.")
        why = (
            Why.ALREADY_DECIDED
            if life.state is not State.PENDING
            else Why.NOT_YOURS
            if by != life.requester
            else Why.CHANGED_SINCE
            if seen
            else Why.DEADLINE_PASSED
            if self.clock.at >= life.deadline
            else None
        )
        self._does(key, Edit(by, case, self._way(case, life.requester), life.revision + seen), by, why)
        if why is None:
            life.revision += 1
            if case.amount > life.amount:
                self._anew(life, case.amount)
            life.amount = case.amount
            life.guarded(SMALL)

    def _anew(self, life: Life, amount: int) -> None:
        excluded = self._stand_ins({life.requester})
        life.ask_anew(panels(amount, {life.requester} | excluded), excluded)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=st.none() | who, amount=st.sampled_from((60, 400, 1_500)))
    def reopen(self, data: st.DataObject, by: PersonId | None, amount: int) -> None:
        key = self._pick(data, State.DENIED)
        life, row = self.model[key], self._row(key)
        by = by or life.requester
        case = replace(row.case, amount=usd(amount), justification=f"News {row.version}.")
        why = (
            Why.ALREADY_DECIDED
            if life.state is not State.DENIED
            else Why.NOT_YOURS
            if by != life.requester
            else Why.REOPENED_BEFORE
            if life.reopened
            else Why.OPEN_REQUEST
            if self._open(life.requester, key)
            else None
        )
        self._does(key, Reopen(by, case, self._way(case, life.requester)), by, why)
        if why is None:
            self._anew(life, case.amount)
            life.state, life.amount, life.reopened = State.PENDING, case.amount, True
            life.revision, life.deadline = life.revision + 1, self.clock.at + LAPSE
            life.guarded(SMALL)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=st.none() | who)
    def withdraw(self, data: st.DataObject, by: PersonId | None) -> None:
        key = self._pick(data)
        life = self.model[key]
        by = by or life.requester
        why = Why.ALREADY_DECIDED if life.state is not State.PENDING else Why.NOT_YOURS if by != life.requester else None
        self._does(key, Withdraw(by), by, why)
        if why is None:
            life.state = State.WITHDRAWN

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def nudge(self, data: st.DataObject) -> None:
        key = self._pick(data, State.PENDING)
        done = reviewing.change(self.kit, key, Nudge(self.model[key].requester, EVERY), self.model[key].requester)
        if isinstance(done, Request):
            assert self.model[key].state is State.PENDING
            assert key not in self.nudged or self.clock.at >= self.nudged[key] + EVERY
            self.nudged[key] = self.clock.at

    # Deciding.

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=who, verdict=verdicts, less=st.booleans(), seen=seen)
    def vote(self, data: st.DataObject, by: PersonId, verdict: Verdict, less: bool, seen: int) -> None:
        self._vote(self._pick(data, State.PENDING), by, verdict, usd(200) if less else None, seen)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), verdict=verdicts, less=st.booleans())
    def vote_of_who_is_asked(self, data: st.DataObject, verdict: Verdict, less: bool) -> None:
        """The way it mostly goes."""
        key = self._pick(data, State.PENDING)
        life = self.model[key]
        able = sorted(life.asked() - life.spoke() - life.concerned()) or [BOB]
        self._vote(key, data.draw(st.sampled_from(able)), verdict, usd(200) if less else None, 0)

    @precondition(lambda self: self.model and self._stand_ins(set(CAST)))
    @rule(data=st.data(), verdict=verdicts)
    def vote_of_who_stands_in(self, data: st.DataObject, verdict: Verdict) -> None:
        by = data.draw(st.sampled_from(sorted(self._stand_ins(set(CAST)))))
        self._vote(self._pick(data, State.PENDING), by, verdict, None, 0)

    def _vote(self, key: str, by: PersonId, verdict: Verdict, amount: int | None, seen: int) -> None:
        life, now = self.model[key], self.clock.at
        said = Said(life.seat(by, self._away()), verdict, amount or life.offered(), now)
        cast = Vote(by, verdict, now, life.revision + seen, reason="Because.", amount=amount)
        self._does(key, cast, by, self._since(life, by) or life.vote(by, said, cast.revision))

    def _since(self, life: Life, by: PersonId) -> Why | None:
        """Whoever stands in for somebody concerned is concerned, also when that was said after the request was made."""
        late = life.state is State.PENDING and by in self._stand_ins(life.concerned()) - life.concerned()
        return Why.CONCERNED if late else None

    @rule(by=who, delegate=st.none() | who, hours=st.sampled_from((1, 30)))
    def somebody_leaves_for_a_while(self, by: PersonId, delegate: PersonId | None, hours: int) -> None:
        away = Away(by, self.clock.at, self.clock.at + timedelta(hours=hours), delegate if delegate != by else None)
        attempt(self.kit.units, lambda unit: unit.aways.put(away))
        self.aways[by] = away

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=who)
    def undo(self, data: st.DataObject, by: PersonId) -> None:
        key = self._pick(data)
        self._undo(key, by)

    @precondition(lambda self: any(life.said for life in self.model.values()))
    @rule(data=st.data())
    def undo_of_who_voted(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(key for key, life in self.model.items() if life.said)))
        self._undo(key, data.draw(st.sampled_from(sorted(self.model[key].said))))

    def _undo(self, key: str, by: PersonId) -> None:
        life = self.model[key]
        decided = life.state is not State.PENDING
        before = (dict(life.said), life.voided, life.revision, life.state)
        why = life.undo(by, WITHIN, self.clock.at)
        if why is None and decided and self._open(life.requester, key):
            why = Why.OPEN_REQUEST  # nobody has two open requests on one quota
            life.said, life.voided, life.revision, life.state = before
        self._does(key, Undo(by, WITHIN), by, why)

    @precondition(lambda self: any(life.state is State.APPROVED for life in self.model.values()))
    @rule(data=st.data(), by=who)
    def overrules(self, data: st.DataObject, by: PersonId) -> None:
        """Whoever approved it, or would have been asked, ends what was granted, while there is something of it left."""
        key = data.draw(st.sampled_from(sorted(key for key, life in self.model.items() if life.state is State.APPROVED)))
        life = self.model[key]
        with self.store.reads() as unit:
            left = any(override.stopped is None and override.gone is None for override in unit.overrides.every(key))
        revoked, why = life.revoked, life.revoke(by)
        if why is None and not left:
            life.revoked, why = revoked, Why.ALREADY_DECIDED
        done = overruling.revoke(self.kit, key, Revoke(by, "It is over."))
        assert (done.why if isinstance(done, Refused) else None) is why, (by, done)

    # Leaving it to others.

    def _silent(self, life: Life, by: PersonId) -> Why | None:
        """Why somebody cannot leave it to others."""
        if life.state is not State.PENDING:
            return Why.ALREADY_DECIDED
        return life.outside(by, by) or (Why.ALREADY_VOTED if by in life.spoke() else None)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=who)
    def passes(self, data: st.DataObject, by: PersonId) -> None:
        key = self._pick(data, State.PENDING)
        life = self.model[key]
        self._does(key, Pass(by), by, self._silent(life, by) or life.leave({by}, willingly=True))

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=who, to=who)
    def reassigns(self, data: st.DataObject, by: PersonId, to: PersonId) -> None:
        key = self._pick(data, State.PENDING)
        life = self.model[key]
        why = self._silent(life, by)
        if why is None:
            mine = [panel for panel in life.panels if by in panel.people]
            could = set[PersonId]().union(*(rung for panel in mine for rung in panel.ladder))
            if to not in could - life.spoke() - life.passed - life.concerned() - {by}:
                why = Why.NO_STAND_IN
            else:
                for panel in mine:
                    panel.people.add(to)
                assert life.leave({by}, willingly=True) is None
        self._does(key, Reassign(by, to), by, why)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), gone=st.sets(who, min_size=1, max_size=2))
    def some_leave(self, data: st.DataObject, gone: set[PersonId]) -> None:
        key = self._pick(data, State.PENDING)
        life = self.model[key]
        if life.state is not State.PENDING:
            why: Why | None = Why.ALREADY_DECIDED
        elif lost := gone & life.asked() - life.spoke():
            why = life.leave(lost, willingly=False)
        else:
            why = Why.NOT_DUE
        self._does(key, Lose(frozenset(gone)), SYSTEM, why)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def escalates(self, data: st.DataObject) -> None:
        """Which stage is open is the app's to say; that it grows by its own ladder is the model's."""
        key = self._pick(data, State.PENDING)
        life, stage = self.model[key], self._row(key).open_stage()
        if life.state is not State.PENDING or stage is None:
            self._does(key, Escalate(), SYSTEM, Why.ALREADY_DECIDED)
            return
        (panel,) = [each for each in life.panels if each.people == set(stage.approvers)][:1]
        climbed = panel.climb(life.spoke() | life.passed | life.concerned())
        self._does(key, Escalate(), SYSTEM, None if climbed else Why.NO_RUNG)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=who)
    def asks(self, data: st.DataObject, by: PersonId) -> None:
        key = self._pick(data, State.PENDING)
        life = self.model[key]
        if life.state is not State.PENDING:
            why: Why | None = Why.ALREADY_DECIDED
        else:
            why = self._since(life, by) or life.outside(by, life.seat(by, self._away()))
        self._does(key, Ask(by, "Why now?"), by, why)
        if why is None:
            life.answered.append(False)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), number=st.integers(0, 2))
    def answers(self, data: st.DataObject, number: int) -> None:
        key = self._pick(data, State.PENDING)
        life = self.model[key]
        why = (
            Why.ALREADY_DECIDED
            if life.state is not State.PENDING
            else Why.NO_SUCH_QUESTION
            if number >= len(life.answered)
            else Why.QUESTION_ANSWERED
            if life.answered[number]
            else None
        )
        self._does(key, Answer(life.requester, number, "The launch."), life.requester, why)
        if why is None:
            life.answered[number] = True

    # Time, and what goes wrong.

    @rule(span=st.sampled_from((timedelta(minutes=5), timedelta(hours=1), timedelta(hours=5), timedelta(days=2))))
    def time_passes(self, span: timedelta) -> None:
        self.clock.at += span

    @rule(seconds=st.integers(1, 90))
    def the_clock_goes_back(self, seconds: int) -> None:
        self.clock.at -= timedelta(seconds=seconds)

    @rule()
    def work(self) -> None:
        waking.wake(self.kit)
        for life in self.model.values():
            if life.state is State.PENDING and self.clock.at >= life.deadline:
                life.state = State.LAPSED

    @rule(down=st.timedeltas(timedelta(), timedelta(days=1)))
    def restart(self, down: timedelta) -> None:
        self.store.close()
        self.clock.at += down
        self._up()

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=who, verdict=verdicts)
    def dies_while_it_counts_a_vote(self, data: st.DataObject, by: PersonId, verdict: Verdict) -> None:
        """Everything was written, and nothing is: the process is gone before it commits."""
        key = self._pick(data, State.PENDING)
        dying = replace(self.kit, units=lambda: Dying(self.store.units()))  # type: ignore[arg-type,return-value]
        try:
            reviewing.change(dying, key, Vote(by, verdict, self.clock.at, self.model[key].revision, reason="No."), by)
        except Crash:
            self.restart(timedelta())

    # What must be true, whatever happened.

    @invariant()
    def rows_are_as_the_model_has_them(self) -> None:
        """I1, I3, I5, I6, I7."""
        for key, life in self.model.items():
            row = self._row(key)
            assert (row.state, row.case.amount, row.revision) == (life.state, life.amount, life.revision)
            assert (row.by_policy, row.revoked is not None) == (life.by_policy, life.revoked)
            assert {vote.by: vote.seat for vote in row.votes} == {by: said.seat for by, said in life.said.items()}
            assert row.offered()[0] == life.offered()
            assert (row.deadline, len(row.voided), set(row.passed)) == (life.deadline, life.voided, life.passed)
            assert [set(stage.approvers) for stage in row.route.stages] == [panel.people for panel in life.panels]
            assert [q.answered is not None for q in row.questions] == life.answered

    @invariant()
    def somebody_is_asked_while_it_is_open_and_nobody_else(self) -> None:
        """I4: and whoever is asked can help."""
        for key, life in self.model.items():
            row = self._row(key)
            assert bool(row.waiting_on()) == (life.state is State.PENDING)
            assert not set(row.waiting_on()) & (life.spoke() | life.passed | life.concerned())

    @invariant()
    def each_approval_granted_once_and_what_was_undone_is_taken_back(self) -> None:
        """I1, I16."""
        with self.store.reads() as unit:
            for key, life in self.model.items():
                granted = unit.overrides.every(key)
                assert len(granted) == life.approvals
                kept = [override for override in granted if override.why is not Reason.REVOKED]
                if life.state is State.APPROVED and not life.revoked:
                    assert [override.amount for override in kept] == [life.offered()]
                assert all(override.stopped for override in granted) or life.state is State.APPROVED

    @invariant()
    def every_open_request_will_lapse_and_no_other(self) -> None:
        with self.store.reads() as unit:
            alarms = {a.key: a.at for a in unit.agenda.due(self.clock.at + AGES, 10_000) if a.wake is Wake.LAPSE}
        assert alarms == {key: life.deadline for key, life in self.model.items() if life.state is State.PENDING}

    @invariant()
    def the_record_is_whole_and_folds_into_the_rows(self) -> None:
        """I21."""
        with self.store.reads() as unit:
            for subject in unit.record.subjects():
                chain = unit.record.chain(subject)
                assert not broken(chain)
                row = unit.requests.get(subject) or unit.overrides.get(subject)
                assert row is None or (chain[-1].seq, chain[-1].after) == (row.version, json.loads(json.dumps(plain(row))))


class Dying:
    """A unit of work whose process ends where it would commit."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit

    def __enter__(self) -> Any:
        self._entered = self._unit.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._unit.__exit__(*error)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self._entered, name)  # type: ignore[no-any-return]

    def commit(self) -> None:
        raise Crash


Desk.TestCase.settings = settings(max_examples=settings.default.max_examples // 3, stateful_step_count=40)  # type: ignore[union-attr]
TestDesk = Desk.TestCase
