"""How a request went, as text of at most 100 columns. The same as JSON is `explain`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from textwrap import wrap

from bot.cli import ruling
from bot.cli.stepping import Words, quoted, told
from workflows.ballots import Verdict
from workflows.effects import Alarm, Wake
from workflows.explaining import Seat, seats
from workflows.keeping import SYSTEM
from workflows.money import show
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.ports import Post
from workflows.requests import Glass, State
from workflows.seats import Stage
from workflows.tracing import Saw, Trace

WIDTH = 100
KINDS = {
    "request": "card",
    "news": "news",
    "checkin": "check-in",
    "remind": "reminder",
    "more": "who is asked as well",
    "glass": "broken glass",
    "overdue": "overdue review",
}
DUE = {
    Wake.LAPSE: "it lapses, unless it is decided",
    Wake.CHASE: "those who are asked may be reminded, or others asked as well",
    Wake.ACTIVATION: "it is given up, unless the quota store enforces it",
    Wake.NOTICE: "its holder is told that it ends soon",
    Wake.END: "it ends",
    Wake.REVIEW: "its reviewers are reminded",
    Wake.SETTLED: "a vote can no longer be taken back",
}
UNTOLD = "whether app.yaml changed since then is not known: without SLACK_BOT_TOKEN nobody is looked up"
UNSAID = "by which policy it was routed was not kept"
OLD = "its facts were not kept: it is older than that. Only who was asked and by which rules is known."


def lines(trace: Trace, words: Words) -> Iterator[str]:
    """The whole of it."""
    yield from _head(trace, words)
    for title, part in (
        ("Why each person was asked", _asked(trace, words)),
        ("What each rule of today's app.yaml sees in its facts", _rules(trace)),
        (f"What happened ({words.zone})", _happened(trace, words)),
        ("Who has which message", _seen(trace.posts, words)),
        ("What is due next", _due(trace, words)),
    ):
        yield ""
        yield title
        yield from part


def fold(text: str, indent: int = 2, hang: int = 0) -> list[str]:
    """A text within the width, its further lines indented by `hang` more."""
    return wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=True,
        break_on_hyphens=False,
    )


def _head(trace: Trace, words: Words) -> Iterator[str]:
    request, case = trace.request, trace.request.case
    yield f"{request.id}  {request.state}"
    asks = f"{show(case.amount, case.unit)} on {case.quota} {ruling.how_long(case.term, words.zone)}, {case.data.word} data"
    yield from fold(f"asked for: {asks}; by {words.name(request.requester)}", hang=2)
    about = {"on behalf of": case.behalf, "use case": case.use_case, "models": ", ".join(case.models), "ticket": case.ticket}
    for part in case.also:
        yield from fold(f"and with it: {show(part.amount, part.unit)} on {part.quota}")
    yield from (line for word, value in about.items() if value for line in fold(f"{word}: {value}", hang=2))
    yield from fold(f"because: {quoted(case.justification)}", hang=2)
    if request.appeal:
        yield from fold(f"an appeal against {', '.join(request.appeal.rules)}: {quoted(request.appeal.words)}", hang=2)
    if gone := request.revoked:
        yield from fold(f"revoked by {words.name(gone.by)} {words.moment(gone.at)}: {quoted(gone.words)}", hang=2)
    offered, term = request.offered()
    if (offered, term) != (case.amount, case.term):
        yield from fold(f"agreed to: {show(offered, case.unit)} {ruling.how_long(term, words.zone)}")
    decided = f"decided {words.moment(request.decided)}" if request.decided else f"open until {words.moment(request.deadline)}"
    yield from fold(f"submitted {words.moment(request.submitted)}; {decided}")
    yield from (line for override in trace.overrides for line in fold(_override(override, trace, words), hang=2))


def _override(override: Override, trace: Trace, words: Words) -> str:
    over, status = override.over_at(), override.status(trace.now)
    why = f", {override.reason()}" if not override.wanted(trace.now) else ""
    begun = f", from {words.moment(override.starts)}" if override.starts else ""
    ends = f" to {words.moment(over)}" if over else ""
    return f"{override.id}: {show(override.amount, override.unit)} on {override.quota}, {status}{why}{begun}{ends}"


def _asked(trace: Trace, words: Words) -> Iterator[str]:
    request = trace.request
    if request.auto:
        yield from fold(ruling.guarded(request.auto), hang=2)
    for seat in seats(request):
        yield from fold(f"{ruling.seat(seat.stage)}: by {_rule_names(seat.stage)}{_instead(seat.stage)}", hang=2)
        for person in seat.stage.approvers:
            yield from fold(f"{words.name(person)}: {_stands(trace, seat, person, words)}", indent=4, hang=2)
        if request.state is State.PENDING and seat.stage.rungs:
            rungs = ", then ".join(words.names(rung) for rung in seat.stage.rungs)
            yield from fold(f"if nobody answers: {rungs}", indent=4, hang=2)
    if request.passed:
        yield from fold(f"left it to the others: {words.names(request.passed)}", hang=2)
    if request.glass:
        yield from fold(_reviewed(request.glass, words), hang=2)
    elif not request.route.stages:
        yield "  nobody was asked"
    if request.excluded:
        yield from fold(f"never asked, because it is theirs or they stand in: {words.names(request.excluded)}", hang=2)


def _reviewed(glass: Glass, words: Words) -> str:
    """How a broken glass stands."""
    broken = "nobody was asked: the glass was broken"
    if glass.by is None or glass.at is None:
        return f"{broken}; to be reviewed by {words.names(glass.reviewers)} until {words.moment(glass.due)}"
    said = "it was right" if glass.fine else f"it was not right: {quoted(glass.words)}"
    return f"{broken}; reviewed by {words.name(glass.by)}, {words.moment(glass.at)}: {said}"


def _rule_names(stage: Stage) -> str:
    return f"{'rules' if len(stage.rules) > 1 else 'rule'} {', '.join(stage.rules)}"


def _instead(stage: Stage) -> str:
    missing = f"; too few of {stage.instead} could be asked, so others stand in" if stage.instead else ""
    rungs = f"; {stage.climbed} {'rung' if stage.climbed == 1 else 'rungs'} of the ladder climbed" if stage.climbed else ""
    return missing + rungs


def _stands(trace: Trace, seat: Seat, person: PersonId, words: Words) -> str:
    """What became of a person's being asked."""
    request = trace.request
    vote = request.vote_of(person)
    if vote is not None:
        said = {Verdict.APPROVE: "approved", Verdict.DENY: "denied"}[vote.verdict]
        said = "agreed, over their authority," if vote.over else said
        by = f" by {words.name(vote.by)} in their place" if vote.by != person else ""
        return f"{said}{by} {words.moment(vote.at)}"
    if person in request.waiting_on():
        return f"is asked, since {words.moment(request.asked_since)}{_away(trace, person, words)}"
    if request.state is State.PENDING:
        return "is not waited for" if seat.full else "will be asked, when those before have agreed"
    return "did not vote"


def _away(trace: Trace, person: PersonId, words: Words) -> str:
    """That somebody is away, and who decides in their place."""
    away = next((away for away in trace.away if away.person == person), None)
    if away is None:
        return ""
    return f"; away until {words.moment(away.end)}, {words.name(away.delegate) if away.delegate else 'nobody'} decides for them"


def _rules(trace: Trace) -> Iterator[str]:
    facts = trace.request.facts
    if facts is None:
        yield from fold(OLD, hang=2)
        return
    yield from fold(_policy(trace), hang=2)
    yield from fold(f"facts: {ruling.said(facts)}", hang=2)
    widest = max((len(saw.rule.name) for saw in trace.saw), default=0)
    for saw in trace.saw:
        yield from fold(f"{'holds' if saw.holds else 'no':<5}  {saw.rule.name:<{widest}}  {_saw(saw, trace)}", hang=9 + widest)
    if trace.today is not None:
        yield from fold(f"so today's rules ask: {ruling.answer(trace.today)}", hang=2)


def _policy(trace: Trace) -> str:
    if trace.same is None:
        return UNTOLD if trace.request.policy else UNSAID
    if trace.same:
        return "app.yaml says what it said when it was routed"
    return f"app.yaml CHANGED since it was routed (by the policy {trace.request.policy[:12]}): then other rules may have held"


def _saw(saw: Saw, trace: Trace) -> str:
    facts = trace.request.facts
    assert facts is not None
    if saw.holds:
        return f"{ruling.wants(saw.rule.when, facts)}: {ruling.effect(saw.rule)}"
    if saw.unmet:
        return ruling.misses(saw.rule.when, facts)
    return f"approves nothing outside of its {', '.join(saw.violated)}"


def _happened(trace: Trace, words: Words) -> Iterator[str]:
    entries = [(step.at, words.name(step.by), told(step, words)) for step in trace.steps]
    entries += [(at, words.name(SYSTEM), f"reminds {_reader(post, words)}") for post in trace.posts if (at := reminded(post))]
    for at, who, what in sorted(entries, key=lambda entry: entry[0]):
        yield from fold(f"{words.moment(at):<18}  {who}: {what}", hang=20)


def reminded(post: Post) -> datetime | None:
    """When a message that reminds was sent; None for any other."""
    return sent(post) if post.thing.startswith("remind:") else None


def sent(post: Post) -> datetime | None:
    """When Slack took a message: it names messages by that."""
    seconds = post.ts.partition(".")[0]
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isascii() and seconds.isdigit() else None


def _reader(post: Post, words: Words) -> str:
    return words.name(post.place.removeprefix("dm:")) if post.place.startswith("dm:") else post.place


def _seen(posts: Sequence[Post], words: Words) -> Iterator[str]:
    for post in sorted(posts, key=lambda post: (sent(post) or datetime.max.replace(tzinfo=UTC), post.thing, post.place)):
        kind, _, rest = post.thing.partition(":")
        named = f"{KINDS.get(kind, kind)} {rest.split('/')[1]}" if kind == "news" else KINDS.get(kind, kind)
        at = words.moment(moment) if (moment := sent(post)) else "?"
        where = {"thread": f"the thread in {post.channel}", "anchor": f"the head of the thread in {post.channel}"}
        reader = where.get(post.place, f"{_reader(post, words)} in {post.channel}")
        yield from fold(f"{at:<18}  {named}: {reader}", hang=20)
    if not posts:
        yield "  nobody: nothing was posted"


def _due(trace: Trace, words: Words) -> Iterator[str]:
    yield from (line for alarm in trace.due for line in fold(_alarm(alarm, words), hang=4))
    for errand in trace.dead:
        yield from fold(f"given up: {errand.effect.do} {errand.effect.key}: {errand.error} (leeway outbox retry)", hang=4)
    if not trace.due and not trace.dead:
        yield "  nothing"


def _alarm(alarm: Alarm, words: Words) -> str:
    return f"{words.moment(alarm.at):<18}  {alarm.key}: {DUE.get(alarm.wake, alarm.wake.value)}"


def text(trace: Trace, words: Words) -> Iterable[str]:
    """Its lines, none with spaces at its end."""
    return (line.rstrip() for line in lines(trace, words))
