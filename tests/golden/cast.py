"""The cast and the things they do: values of every kind that a template tells of, on Monday 23 November 2026, 14:05 in Berlin."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from workflows.ballots import Verdict, Vote
from workflows.blocking import Barrier, Way
from workflows.cases import Case, Impact, Part, Term
from workflows.causes import Likely
from workflows.cheaper import Cheaper, Model, Smaller, Wait
from workflows.denials import Denied
from workflows.digest import Amended, Change, Digest, Exceptional, Line, Recount
from workflows.explaining import Beside, Card, Details, seats
from workflows.forecast import Outlook
from workflows.governed import Share
from workflows.loose import Loose, Unpriced
from workflows.money import Unit, usd
from workflows.outcomes import Made, Worth
from workflows.overrides import Happened, Outcome, Override, Reason
from workflows.people import PersonId
from workflows.previewing import Preview
from workflows.quotas import Crossing, Level, Notice, Quota, Standing, key_of, mark_at
from workflows.requests import Glass, Request, State
from workflows.rules import Data, Facts, Limit
from workflows.seats import Route, Stage
from workflows.spend import Denial, Sums
from workflows.spikes import Basis, Usual, spike
from workflows.spotting import Diagnosis
from workflows.stops import Stopped
from workflows.times import Period, Window, window_at

ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
ADA, BOB, CY, DI, PAT, SAM = (PersonId(f"U0{name}") for name in ("ADA", "BOB", "CY", "DI", "PAT", "SAM"))


@dataclass(frozen=True)
class Words:
    """What people and the operator wrote; hostile and foreign words take their place in the tests."""

    scope: str = "platform/engineering/search"
    rule: str = "acknowledge"
    group: str = "finance"
    model: str = "claude-opus-4-5"
    use_case: str = "retrieval"
    metric: str = "tickets resolved"
    said: str = "The evaluation of the new ranker runs until Thursday, and we cannot compare it half done."
    link: str = "https://tickets.acme.example/SEARCH-412?a=1&b=2"


PLAIN = Words()


def quota(words: Words = PLAIN, limit: int = usd(10_000), unit: Unit = Unit.USD, period: Period = Period.MONTH) -> Quota:
    return Quota(key_of(words.scope, unit, period), words.scope, limit, unit, period, channel="C0SEARCH", owner=PAT)


def stands(of: Quota, spent: int = usd(8_420), extra: int = 0) -> Standing:
    return Standing(of, window_at(of.period, ZONE, NOW), NOW, spent, of.limit, extra)


def outlook(of: Quota, spent: int = usd(8_420), extra: int = 0) -> Outlook:
    return forecast(stands(of, spent, extra), datetime(2026, 11, 26, 16, 5, tzinfo=UTC) + timedelta(days=extra // usd(200)))


def forecast(standing: Standing, empties: datetime | None, *, days: int = 23, sure: int | None = 1) -> Outlook:
    """A standing with a forecast; `sure` to so many days, None for one without a range."""
    expected = (Fraction(standing.limit, 22),) * 8
    if sure is None or empties is None:
        return Outlook(standing, days, expected, empties)
    early, late = empties - timedelta(days=sure), empties + timedelta(days=2 * sure)
    return Outlook(standing, days, expected, empties, ranged=True, soonest=max(early, NOW), latest=late)


def notice(of: Quota, level: Level = Level.WARNING, percent: int = 70) -> Notice:
    mark = mark_at(of.limit, percent)
    window = window_at(of.period, ZONE, NOW)
    return Notice(f"{of.key}@20261101T0000@{level}{percent}@{mark}", of.key, window, Crossing(level, percent, mark), mark, NOW)


def request(words: Words = PLAIN, data: Data = Data.INTERNAL) -> Request:
    case = Case(
        quota=quota(words).key,
        amount=usd(400),
        unit=Unit.USD,
        term=Term(span=timedelta(days=1)),
        justification=words.said,
        impact=Impact(words.metric, 40, words.said[:500]),
        data=data,
        models=(words.model,),
        ticket=words.link,
    )
    stages = (Stage("manager", (BOB,), 1, (words.rule,)), Stage(words.group, (CY, DI, SAM), 2, (words.rule, "large")))
    return Request(
        "R-ABCDEFGHIJ", ADA, case, Route(stages), Limit.SOFT, NOW - timedelta(hours=2), NOW + timedelta(days=5), policy="5f2d"
    )


GLASS = Glass((SAM, BOB), NOW + timedelta(days=1))


def broken(words: Words = PLAIN) -> Request:
    """A request that nobody was asked about."""
    asked = request(words)
    case = replace(asked.case, impact=Impact("", 0, ""), models=(), ticket="", term=Term(span=timedelta(hours=2)))
    return replace(asked, case=case, route=Route(), state=State.APPROVED, decided=NOW, submitted=NOW, glass=GLASS)


def decided(asked: Request, state: State, words: Words = PLAIN) -> Request:
    yes = (Vote(BOB, Verdict.APPROVE, NOW), Vote(CY, Verdict.APPROVE, NOW), Vote(DI, Verdict.APPROVE, NOW))
    no = (Vote(BOB, Verdict.DENY, NOW, reason=words.said, instead=words.said),)
    votes = {State.APPROVED: yes, State.DENIED: no}.get(state, ())
    return replace(asked, state=state, votes=votes, decided=NOW if state is not State.PENDING else None)


def override(asked: Request) -> Override:
    case = asked.case
    return Override("O-ABCDEFGHIJ", asked.id, case.quota, case.amount, case.unit, ADA, case.term, NOW, NOW + timedelta(hours=1))


def active(asked: Request) -> Override:
    return replace(override(asked), starts=NOW, ends=NOW + timedelta(days=1))


def over(asked: Request, why: Reason) -> Override:
    if why is Reason.EXPIRED:
        return replace(active(asked), starts=NOW - timedelta(days=1), ends=NOW)
    started = override(asked) if why is Reason.UNAPPLIED else active(asked)
    return replace(started, stopped=NOW, why=why)


def outcome(words: Words = PLAIN) -> Outcome:
    return Outcome("O-ABCDEFGHIJ", Happened.PARTLY, NOW, ADA, 31, words.said, words.link)


def card(asked: Request, granted: Override | None = None, words: Words = PLAIN, came: Outcome | None = None) -> Card:
    mine, now = quota(words), NOW
    running = granted is not None and granted.starts is not None and granted.wanted(now)
    above = (
        quota(replace(words, scope="platform/engineering"), usd(120_000)),
        quota(replace(words, scope="platform"), usd(250_000)),
    )
    return Card(
        request=asked,
        quota=mine,
        now=now,
        outlook=outlook(mine, extra=usd(400) if running else 0),
        after=outlook(mine, extra=usd(400)),
        above=(outlook(above[0], usd(81_000)), outlook(above[1], usd(249_800))),
        seats=seats(asked),
        ends=now + timedelta(days=1),
        at_reset=False,
        private=asked.case.data >= Data.CONFIDENTIAL,
        override=granted,
        status=granted.status(now) if granted else None,
        reason=granted.reason() if granted and not granted.wanted(now) else None,
        outcome=came,
    )


def parts(asked: Request, words: Words = PLAIN) -> Request:
    """The same for a further quota above, and on behalf of an account."""
    above = quota(replace(words, scope="platform/engineering"), usd(120_000))
    return replace(asked, case=replace(asked.case, behalf="ci-bot", also=(Part(above.key, usd(150), Unit.USD),)))


def beside(asked: Request, words: Words = PLAIN, granted: Override | None = None) -> Beside:
    """Its further part."""
    above = quota(replace(words, scope="platform/engineering"), usd(120_000))
    running = granted is not None and granted.starts is not None
    part = asked.case.also[0]
    stood = outlook(above, usd(119_750), usd(150) if running else 0)
    status = granted.status(NOW) if granted else None
    reason = granted.reason() if granted and not granted.wanted(NOW) else None
    return Beside(part, above, stood, outlook(above, usd(119_750), usd(150)), granted, status, reason)


def preview(words: Words = PLAIN) -> Preview:
    asked = request(words)
    facts = Facts(words.scope, Limit.HARD, usd(400), Unit.USD, 4, timedelta(days=1), Data.INTERNAL, unapproved=(words.model,))
    return Preview(facts, asked.route, NOW, NOW + timedelta(days=1), False, outlook(quota(words), extra=usd(400)))


def barriers(words: Words = PLAIN) -> tuple[Barrier, ...]:
    """One of each kind, and one that is for a model."""
    mine, above = stands(quota(words), usd(10_500)), quota(replace(words, scope="platform/engineering"), usd(120_000))
    tokens = quota(replace(words, scope="platform"), 2_000_000, Unit.TOKENS, Period.DAY)
    group = replace(above, key=f"{words.scope}:usd/month:{words.group}", scope=words.scope, models=(words.model,))
    return (
        Barrier(Way.SHORT, mine, 0, usd(510)),
        Barrier(Way.STOPS, stands(above, usd(120_400)), 0, usd(800)),
        Barrier(Way.DELAYS, stands(tokens, 2_000_001), 0, 200_000),
        Barrier(Way.RUNS_OUT, stands(above, usd(119_750)), usd(250), usd(150)),
        Barrier(Way.STOPS, stands(group, usd(120_000)), 0, usd(400), (words.model,)),
    )


def cheaper(words: Words = PLAIN) -> tuple[Cheaper, ...]:
    """One of each kind."""
    return (
        Wait(NOW + timedelta(days=2, hours=9)),
        Smaller(usd(310), Unit.USD, NOW + timedelta(days=1)),
        Model(words.model, f"{words.model}-mini", usd(10), usd("1.25")),
    )


def rise(words: Words = PLAIN, *, because: Likely | None = None, **changes: Any) -> Diagnosis:
    """A rise on a Monday, against the five before."""
    today = NOW.date()
    found = spike(words.scope, words.use_case, began=today, day=today, at=NOW)
    normal = Usual(usd("247.13"), Basis.WEEKDAY, tuple(today - timedelta(weeks=week) for week in range(1, 6)))
    told = Diagnosis(found, NOW, True, usd(840), normal, words.model, usd(600), because, quota(words))
    return replace(told, **changes)


def details(words: Words = PLAIN, held: int = 1) -> Details:
    asked = request(words)
    above = (outlook(quota(replace(words, scope="platform"), usd(250_000)), usd(81_000)),)
    return Details(NOW, outlook(quota(words), extra=usd(400)), above, (active(asked),) * held, (asked,) * held)


def stopped(words: Words = PLAIN, kind: str = "team", *, ours: bool = True, stands: int = usd("9980.2")) -> Stopped:
    """Ada, whose call LiteLLM stopped."""
    mine = quota(words)
    name = words.scope.rpartition("/")[2]
    said = Denial("ada@acme.example", kind, name, words.scope if ours else "", usd(10_000), stands)
    window = window_at(Period.MONTH, ZONE, NOW)
    denied = Denied("key", mine.key if ours else "", words.scope, window, NOW - timedelta(minutes=1), said)
    return Stopped(denied, NOW, outlook(mine, usd(9_820)) if ours else None, PAT)


def digest(words: Words = PLAIN, many: int = 2) -> Digest:
    week = Window(datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC))
    lines = [Line(stands(quota(words)), usd(2_100), usd(1_870)), Line(stands(quota(words), usd(10_100)), usd(900), 0)]
    asked = replace(request(words), submitted=NOW - timedelta(days=3))
    then = NOW - timedelta(days=2)
    denied, yes = (replace(decided(asked, state, words), decided=then) for state in (State.DENIED, State.APPROVED))
    cases = [
        Exceptional(asked),
        Exceptional(denied),
        Exceptional(yes, over(yes, Reason.EXPIRED), outcome(words)),
        Exceptional(yes, active(yes)),
    ]
    running = (active(yes),) * many
    exceptions = tuple(cases * many)[: many * 2]
    told = Digest("C0SEARCH", "2026-W47", week, NOW, tuple(lines * many)[:many], exceptions, running)
    return replace(told, worth=tuple(worth(words) * many)[: many * 2])


def worth(words: Words = PLAIN) -> list[Worth]:
    scope, tickets = words.scope, Made(words.metric, 420, 105 * 3600 + 1800, usd(6_300))
    return [
        Worth(scope, "", usd(2_100), (Made("reviews done", 35), tickets)),
        Worth(scope, words.group, usd("1234567.89"), (tickets, tickets, tickets)),
        Worth(scope, words.group, usd("12.50"), (Made(words.metric, 0),)),
        Worth(scope, "", usd(300)),
    ]


def amended(words: Words = PLAIN, many: int = 1) -> Amended:
    """What changed on Thursday in the week of the digest: late usage, a correction, both, and what was produced."""
    key = quota(words).key
    late = Change(key, Unit.USD, usd(8_420), usd("8540.40"))
    both = Change(key, Unit.USD, usd(8_420), usd("8490.40"), corrected=-usd(50))
    recount = Recount(words.scope, "", words.metric, 0, 42)
    return Amended(digest().window, NOW + timedelta(days=3), tuple([late, both] * many)[:many], (recount,) * (many // 2))


def shares(words: Words = PLAIN) -> tuple[Share, ...]:
    """One share for each thing that can be said, with providers that senders named."""
    week = (date(2026, 11, 16), date(2026, 11, 21))
    return (
        Share("openai", 6, *week, usd(10_086), usd(12_300)),
        Share("anthropic", 0, *week, 0, 0),
        *(Share(name, 6, *week, usd(900)) for name in (words.scope, "", "azure", "google", "mistral")),
    )


def loose(words: Words = PLAIN, many: int = 1) -> Loose:
    """What no rule claims: `many` teams' usage and models, and those of nobody."""
    teams = [f"{words.group}{n or ''}" for n in range(many)]
    models = tuple(Unpriced(f"{words.model}{n or ''}", 7, usd(3)) for n in range(many))
    month = window_at(Period.MONTH, ZONE, NOW)
    origins = (("model", words.model), *(("team", team) for team in teams), ("use_case", words.rule))
    strays, whole = (Sums(events, events, cost=usd(cost)) for events, cost in ((1_204, 1_240), (90_000, 84_000)))
    return Loose(month, "platform/unattributed", PAT, strays, whole, origins, models)
