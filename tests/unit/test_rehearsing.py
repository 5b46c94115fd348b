"""History is read with the facts that were kept, or made from the case, and is never answered more weakly than itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.given import ADA, BOB, DAY, HOUR, NOW, SEARCH, case, override, request
from tests.fakes.directory import FakeDirectory
from tests.fakes.memory import Memory
from tests.unit.test_guardrails import rules as approving
from tests.unit.test_routing import facts as any_facts
from tests.unit.test_routing import policies, strictly
from workflows.appeals import Appeal, Broken
from workflows.authority import Authority, Cap
from workflows.automatic import Automatic, Mode
from workflows.bounds import Bounds
from workflows.cases import Part
from workflows.guardrails import automatic
from workflows.keeping import attempt
from workflows.money import Unit, usd
from workflows.overrides import Override
from workflows.people import Person, PersonId
from workflows.policy import Models, Organization, People, Policy
from workflows.quotas import Kind, Quota
from workflows.refusals import Refused, Why
from workflows.rehearsal import Change, Known
from workflows.rehearsing import ANYBODY, History, answers, play, remember
from workflows.requests import Glass, Request, State
from workflows.routing import asked
from workflows.rules import Approve, Ask, Data, Facts, Limit, Rule, When
from workflows.seats import Route, Stage
from workflows.strictness import breaches
from workflows.times import Period, Window

CY, DI, PAT = (PersonId(name) for name in ("U0CY", "U0DI", "U0PAT"))
LATELY = Window(NOW - 30 * DAY, NOW + DAY)
FACTS = Facts("platform/search", Limit.SOFT, usd(500), Unit.USD, 5, 2 * DAY, Data.INTERNAL, exceptions_30=2)
POLICY = Policy(
    Organization("Acme", "Europe/Warsaw"),
    (Quota(SEARCH, "platform/search", usd(10_000), kind=Kind.EXPLORATORY, owner=PAT),),
    (Rule("acknowledge", ask=(Ask("manager"),)), Rule("large", When(over=usd(400)), (Ask("finance", quorum=2),))),
    People(managers={ADA: BOB}, groups={"finance": (CY, DI)}, fallback="finance"),
    Models(approved={Data.INTERNAL: ("mini",), Data.CONFIDENTIAL: (), Data.RESTRICTED: ()}),
)
PEOPLE = FakeDirectory(Person(who, who[2:].title()) for who in (ADA, BOB, CY, DI, PAT))


def stored(*requests: Request, overrides: tuple[Override, ...] = ()) -> Memory:
    memory = Memory()
    for each in requests:
        attempt(memory.units, lambda unit, each=each: unit.requests.add(each))  # type: ignore[misc]
    for one in overrides:
        attempt(memory.units, lambda unit, one=one: unit.overrides.add(one))  # type: ignore[misc]
    return memory


def remembered(*requests: Request, policy: Policy = POLICY, **more: Any) -> History:
    with stored(*requests, **more).reads() as unit:
        return remember(unit, policy, LATELY)


def played(asked_: Request, policy: Policy = POLICY, directory: FakeDirectory | None = PEOPLE) -> Route | Refused:
    (take,) = play(remembered(asked_, policy=policy), policy, directory).takes
    return take.route


def test_the_facts_that_were_kept_are_taken_but_for_what_the_draft_says_of_the_case() -> None:
    asked_ = request(facts=replace(FACTS, unapproved=("old",)), case=case(models=("mini", "opus")))
    (known,) = remembered(asked_).known
    assert known == Known(asked_, replace(FACTS, kind=Kind.EXPLORATORY, unapproved=("opus",)))


def test_facts_that_were_not_kept_are_made_of_the_case_and_of_what_was_granted_by_then() -> None:
    before = [request(f"R-{n}", at=NOW - n * DAY, state=State.APPROVED, decided=NOW - n * DAY) for n in (2, 20, 60)]
    lately, long_ago, over = (override(each) for each in before)
    running = replace(lately, starts=NOW - 2 * DAY, ends=NOW + 3 * HOUR, amount=usd(70))
    done = replace(long_ago, starts=NOW - 20 * DAY, ends=NOW, gone=NOW)
    later = replace(override(before[0]), id="O-LATER", granted=NOW + HOUR, starts=NOW + HOUR, ends=NOW + DAY)
    asked_ = request(limit=Limit.HARD, case=case(data=Data.CONFIDENTIAL, models=("opus",)))
    history = remembered(asked_, *before, overrides=(running, done, over, later))
    known = next(known for known in history.known if known.request.id == asked_.id)
    assert known.remade
    assert known.facts == Facts(
        scope="platform/search",
        limit=Limit.HARD,
        amount=usd(500),
        unit=Unit.USD,
        percent=5,
        duration=2 * DAY,
        data=Data.CONFIDENTIAL,
        kind=Kind.EXPLORATORY,
        unapproved=("opus",),
        exceptions_30=2,
        exceptions_90=3,
        exposure=usd(70),
    )


def test_one_that_was_asked_before_facts_were_kept_on_a_quota_that_is_gone_is_skipped_with_the_reason() -> None:
    history = remembered(request("R-OLD"), policy=replace(POLICY, quotas=()))
    assert history.known == ()
    assert history.skipped == (("R-OLD", f"no facts of it were kept, and {SEARCH} is not in the policy"),)
    kept = remembered(request(facts=FACTS), policy=replace(POLICY, quotas=()))
    assert [known.facts for known in kept.known] == [replace(FACTS, unapproved=())]


def test_only_what_was_asked_in_the_window_is_played() -> None:
    old = request("R-OLD", at=LATELY.start - HOUR, state=State.DENIED, decided=NOW, facts=FACTS)
    history = remembered(old, request("R-NEW", at=LATELY.start, facts=FACTS))
    assert [known.request.id for known in history.known] == ["R-NEW"]


def test_people_are_those_whom_the_directory_knows_now() -> None:
    way = played(request(facts=FACTS))
    assert isinstance(way, Route)
    assert [(stage.name, stage.approvers) for stage in way.stages] == [("manager", (BOB,)), ("finance", (CY, DI))]
    without_di = FakeDirectory(person for person in PEOPLE.people.values() if person.id != DI)
    assert isinstance(played(request(facts=FACTS), directory=without_di), Refused)


def test_whoever_may_never_decide_is_not_asked_in_the_rehearsal_either() -> None:
    way = played(request(facts=replace(FACTS, amount=1), excluded=(ADA, BOB)))
    assert isinstance(way, Route)
    assert way.stages == (Stage("manager", (CY, DI), rules=("acknowledge",), instead="manager"),)


def test_without_a_directory_stages_have_whom_the_policy_names() -> None:
    way = played(request(facts=FACTS), directory=None)
    assert isinstance(way, Route)
    assert [(stage.name, stage.approvers) for stage in way.stages] == [("manager", ()), ("finance", (CY, DI))]


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (Bounds({Unit.USD: usd(500)}, percent=5), None),
        (Bounds({Unit.USD: usd(499)}), Why.OVER_BOUND),
        (Bounds({Unit.TOKENS: 1}), None),
        (Bounds(percent=4), Why.OVER_SHARE),
    ],
)
def test_what_is_beyond_the_draft_s_bounds_is_refused(bounds: Bounds, why: Why | None) -> None:
    found = played(request(facts=FACTS), policy=replace(POLICY, bounds=bounds))
    assert (found.why if isinstance(found, Refused) else None) is why


def test_each_rule_is_counted_where_it_held_and_where_it_would() -> None:
    was = Route((Stage("manager", (BOB,), rules=("acknowledge", "old rule")),))
    large = request("R-A", facts=FACTS, route=was)
    small = request("R-B", by=BOB, facts=replace(FACTS, amount=1), route=Route((Stage("manager", (BOB,), rules=("default",)),)))
    found = play(remembered(large, small), POLICY, None)
    assert found.rules == {"acknowledge": (1, 2), "large": (0, 1), "default": (1, 0), "old rule": (1, 0)}
    bare = replace(POLICY, rules=())
    assert play(remembered(large, small, policy=bare), bare, None).rules["default"] == (1, 2)


def test_what_was_granted_by_breaking_the_glass_is_not_played() -> None:
    broken = request("R-GLASS", route=Route(), facts=FACTS, glass=Glass((DI,), NOW), state=State.APPROVED, decided=NOW)
    assert remembered(broken).skipped == (("R-GLASS", "the glass was broken for it: nobody is asked then"),)


def test_a_cap_of_authority_counts_in_the_rehearsal() -> None:
    capped = replace(POLICY.people, authority=Authority({BOB: Cap(usd(100), Period.MONTH)}))
    way = played(request(facts=FACTS), policy=replace(POLICY, people=capped, rules=POLICY.rules[:1]))
    assert isinstance(way, Route)
    assert way.stages[0].approvers == (CY, DI)


@pytest.mark.parametrize("directory", [PEOPLE, None], ids=["looked up", "as written"])
def test_whoever_a_further_quota_asks_is_asked_too(directory: FakeDirectory | None) -> None:
    whole = Quota("platform:usd/month", "platform", usd(100_000), owner=DI)
    rules = (Rule("own", ask=(Ask("owner"),)), Rule("share", When(percent_over=1, scopes=("platform",)), (Ask("finance"),)))
    policy = replace(POLICY, quotas=(*POLICY.quotas, whole), rules=rules)
    also = (Part(whole.key, usd(1_001), Unit.USD), Part("gone", 1, Unit.USD))
    asked_ = request(facts=FACTS, limit=Limit.HARD, case=case(also=also))
    (known,) = remembered(asked_, policy=policy).known
    ((further, owner),) = known.further
    assert (further.scope, further.amount, further.percent, further.limit) == ("platform", usd(1_001), 2, Limit.HARD)
    assert (further.data, further.duration, further.exceptions_30, owner) == (Data.INTERNAL, 2 * DAY, 0, DI)
    way = played(asked_, policy=policy, directory=directory)
    assert isinstance(way, Route)
    assert [(stage.name, stage.approvers) for stage in way.stages] == [
        ("owner", (PAT,)),
        ("owner", (DI,)),
        ("finance", (CY, DI)),
    ]


rows: st.SearchStrategy[Mapping[str, Facts]] = st.lists(any_facts, max_size=6).map(
    lambda many: {f"R{n}": one for n, one in enumerate(many)}
)
bounds = st.builds(
    Bounds, st.dictionaries(st.sampled_from([Unit.USD, Unit.TOKENS]), st.integers(1, 4)), st.none() | st.integers(0, 4)
)


@given(rows, policies(), bounds)
def test_no_policy_that_can_be_written_answers_a_stricter_request_more_weakly(
    known: Mapping[str, Facts], rules: list[Rule], limits: Bounds
) -> None:
    policy = replace(POLICY, rules=tuple(rules), bounds=limits)
    assert list(breaches(known, answers(policy))) == []


@given(any_facts, policies())
def test_a_policy_never_simulates_otherwise_than_itself(known: Facts, rules: list[Rule]) -> None:
    policy = replace(POLICY, rules=tuple(rules), quotas=(), models=Models())
    known = replace(known, unapproved=())
    way = asked(known, rules, ANYBODY)
    if isinstance(way, Route):
        history = History(LATELY, (Known(request(facts=known, route=way), known),), ())
        (take,) = play(history, policy, None).takes
        assert take.change is Change.SAME


def test_a_pending_request_has_waited_until_the_end_of_the_window() -> None:
    (take,) = play(remembered(request(facts=FACTS)), POLICY, None).takes
    assert take.waited(LATELY.end) == timedelta(days=1)


def with_rules(*rules: Rule) -> Policy:
    return replace(POLICY, rules=(*POLICY.rules, *rules))


@pytest.mark.parametrize(
    ("most", "mode", "change"),
    [
        (usd(500), Mode.ON, Change.APPROVED),
        (usd(500), Mode.SHADOW, Change.SHADOW),
        (usd(499), Mode.ON, Change.MORE),
    ],
)
def test_guardrails_of_the_draft_are_tried_on_what_was_asked(most: int, mode: Mode, change: Change) -> None:
    draft = with_rules(Rule("routine", When(unit=Unit.USD), approve=Approve(mode, amount=most)))
    played_ = play(remembered(request("R1", facts=FACTS), policy=draft), draft, PEOPLE)
    (take,) = played_.takes
    assert take.auto == Automatic("routine", mode, ("amount",) if most < usd(500) else ())
    assert take.change is change
    assert played_.rules["routine"] == (0, int(most >= usd(500)))


def test_what_a_rule_refuses_no_guardrail_approves() -> None:
    draft = with_rules(Rule("routine", approve=Approve(Mode.ON)), Rule("freeze", refuse="Not now."))
    (take,) = play(remembered(request("R1", facts=FACTS), policy=draft), draft, PEOPLE).takes
    assert (take.change, take.auto) == (Change.REFUSED, None)


def test_an_appeal_is_played_as_the_appeal_that_it_was() -> None:
    freeze = Rule("freeze", refuse="Not now.")
    policy = replace(with_rules(freeze), people=replace(POLICY.people, groups={"finance": (CY, DI), "security": (PAT,)}))
    appealed = request("R1", facts=FACTS, appeal=Appeal((Broken("freeze", "Not now."),), "because"))
    for directory in (PEOPLE, None):
        way = played(appealed, policy, directory)
        assert isinstance(way, Route)
        assert [stage.name for stage in way.stages] == ["security", "manager", "finance"]
    assert isinstance(played(request("R2", facts=FACTS), policy), Refused)


bounds = st.builds(
    Approve,
    mode=st.sampled_from(Mode),
    amount=st.none() | st.integers(0, 3),
    data=st.sampled_from(Data),
    limit=st.sampled_from(Limit),
)


@given(st.dictionaries(st.text(max_size=3), any_facts, min_size=2, max_size=4), policies(), bounds)
def test_no_guardrail_that_can_be_written_approves_the_stricter_of_two(
    known: Mapping[str, Facts], rules: list[Rule], approve: Approve
) -> None:
    draft = replace(POLICY, rules=(*rules, Rule("routine", approve=approve)))
    assert not list(breaches(known, answers(draft)))


@given(any_facts, any_facts, approving)
def test_facts_of_one_sort_are_let_pass_or_not_alike(one: Facts, two: Facts, rules: list[Rule]) -> None:
    known, strict = answers(replace(POLICY, rules=tuple(rules))), strictly(one, two)
    for each in (one, strict):  # what is remembered of the first must not be said of another sort
        wanted = automatic(each, rules)
        assert isinstance(known.to(each), Automatic) == (wanted is not None and wanted.would)


def test_inside_and_outside_of_a_guardrail_are_two_sorts() -> None:
    known = answers(replace(POLICY, rules=(Rule("routine", approve=Approve(Mode.ON, amount=usd(500))),)))
    inside, outside = known.to(FACTS), known.to(replace(FACTS, amount=usd(501)))
    assert (isinstance(inside, Automatic), isinstance(outside, Automatic)) == (True, False)
