"""`leeway explain`: why each was asked, what the rules saw, what happened when, who saw what, and what is due."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import ruling, stepping, traced
from bot.cli.stepping import Words
from bot.clock import SystemClock
from bot.demo import acme
from bot.sandbox import create, serve
from tests.edges.commands import BOT_TOKEN, SIGNING, Ended, leeway
from tests.edges.history import APP, BOB, CY, DAY, DI, EVE, HOUR, History, begun, rich
from tests.journeys.office import ADA, KEY
from workflows import appealing, breaking, overruling
from workflows.automatic import Automatic, Mode
from workflows.aways import Away
from workflows.ballots import Verdict, Vote
from workflows.cases import Term
from workflows.events import Escalate, Lose, Reassign, Review, Revoke, Withdraw
from workflows.glass import BreakGlass
from workflows.keeping import SYSTEM, Act, attempt, keep_request
from workflows.money import Unit, usd
from workflows.policy import Policy
from workflows.quotas import Kind
from workflows.requests import Glass, Request
from workflows.rules import Approve, Ask, Data, Facts, Limit, Rule, When
from workflows.tracing import Trace, trace

NAMES = {"U0ADA": "Ada", "U0BOB": "Bob", "U0CY": "Cy", "U0DI": "Di", "U0EVE": "Eve", "leeway": "Leeway"}
WORDS = Words(lambda who: NAMES.get(who, who), "Europe/Berlin")
ROUTINE = Rule("routine", approve=Approve(Mode.ON, limit=Limit.SOFT, amount=usd(500)))
TOLD = """\
R-2A7TWNXGF2  approved
  asked for: $1,500 on platform/search:usd/month for 7 days, internal data; by Ada
  because: "Re-ranking the help centre."
  agreed to: $1,200 for 7 days
  submitted Tue 3 Nov, 09:00; decided Tue 3 Nov, 19:03
  O-2A7TWNXGF2: $1,200 on platform/search:usd/month, ended, revoked, from Tue 3 Nov, 19:01 to Tue 3
    Nov, 19:02
  O-2A7TWNXGF2.2: $1,200 on platform/search:usd/month, ended, expired, from Tue 3 Nov, 19:03 to Tue
    10 Nov, 19:03

Why each person was asked
  leads: by rule leads
    Eve: approved Tue 3 Nov, 19:03
  2 of finance: by rule large
    Cy: approved Tue 3 Nov, 17:00
    Di: approved Tue 3 Nov, 18:00
  left it to the others: Bob
  never asked, because it is theirs or they stand in: Ada

What each rule of today's app.yaml sees in its facts
  app.yaml CHANGED since it was routed (by the policy then): then other rules may have held
  facts: limit soft; amount $1,500; 15 % over the base; duration 7 days; data internal; scope
    platform/search; kind production; models not approved for it: none; 0 exceptions in 30 days; 0
    in 90 days; exposure $0
  holds  leads      always: asks leads
  no     large      wants limit hard, saw limit soft; wants amount over $2,000, saw amount $1,500
  holds  sensitive  data internal: asks security
  so today's rules ask: leads, then security

What happened (Europe/Berlin)
  Tue 3 Nov, 09:00    Ada: asks for $1,200 on platform/search:usd/month for 3 days, internal data;
                      asked: leads, then 2 of finance
  Tue 3 Nov, 10:00    Bob: asks: "Which evaluation is it?"
  Tue 3 Nov, 11:00    Ada: answers: "The one of the new ranker."
  Tue 3 Nov, 12:00    Ada: pressed a button that changed nothing: own request
  Tue 3 Nov, 13:00    Eve: approves $1,000
  Tue 3 Nov, 14:00    Ada: changes amount from $1,200 to $1,500, duration from 3 days to 7 days,
                      ticket from "https://tickets.acme.example/SEARCH-412" to nothing; so what was
                      said before no longer counts: Eve
  Tue 3 Nov, 15:00    Ada: has those reminded who are asked
  Tue 3 Nov, 15:00    Leeway: reminds Bob
  Tue 3 Nov, 16:00    Bob: leaves it to the others; not asked any more: Bob
  Tue 3 Nov, 17:00    Cy: approves $1,200
  Tue 3 Nov, 18:00    Di: approves
  Tue 3 Nov, 19:00    Eve: approves; so it is approved
  Tue 3 Nov, 19:00    Eve: so $1,200 is granted on platform/search:usd/month, as O-2A7TWNXGF2
  Tue 3 Nov, 19:01    Leeway: the quota store was read back and enforces O-2A7TWNXGF2: its limit
                      went from $10,000 to $11,200; it ends Tue 10 Nov, 19:01
  Tue 3 Nov, 19:02    Eve: takes back: approve; so it is pending
  Tue 3 Nov, 19:02    Leeway: O-2A7TWNXGF2 is over before its end: revoked
  Tue 3 Nov, 19:02    Leeway: the quota store was read back without O-2A7TWNXGF2: its limit went
                      from $11,200 to $10,000
  Tue 3 Nov, 19:03    Eve: approves; so it is approved
  Tue 3 Nov, 19:03    Eve: so $1,200 is granted on platform/search:usd/month, as O-2A7TWNXGF2.2
  Tue 3 Nov, 19:03    Leeway: the quota store was read back and enforces O-2A7TWNXGF2.2: its limit
                      went from $10,000 to $11,200; it ends Tue 10 Nov, 19:03
  Tue 10 Nov, 19:03   Leeway: the quota store was read back without O-2A7TWNXGF2.2: its limit went
                      from $11,200 to $10,000
  Tue 10 Nov, 20:03   Ada: says what came of it: partly, 800 "Two thirds of it."

Who has which message
  Tue 3 Nov, 09:00    card: Bob in D0BOB
  Tue 3 Nov, 15:00    reminder: Bob in D0BOB

What is due next
  nothing
"""


@pytest.fixture
def past(tmp_path: Path) -> History:
    return begun(tmp_path)


def found(past: History, name: str, policy: Policy | None = None) -> Trace:
    with past.store.reads() as unit:
        known = trace(unit, policy or past.kit.policy, name, past.clock.now())
    assert known
    return known


def told(past: History, request: Request, **policy: object) -> str:
    changed = replace(past.kit.policy, **policy)  # type: ignore[arg-type]
    return "".join(f"{line}\n" for line in traced.text(found(past, request.id, changed), WORDS))


def explain(past: History, folder: Path, *args: str, **env: str) -> Ended:
    (folder / "app.yaml").write_text(APP)
    return leeway("explain", *args, env={"DATABASE_URL": f"sqlite:///{folder / 'leeway.db'}"} | env, folder=folder)


def test_everything_that_is_known_of_a_request_is_told(past: History) -> None:
    asked = rich(past)
    attempt(past.store.units, lambda unit: unit.requests.save(replace(asked, policy="then", version=asked.version + 1)))
    rules = (
        Rule("leads", ask=(Ask("leads"),)),
        Rule("large", When(limit=Limit.HARD, over=usd(2_000), unit=Unit.USD), ask=(Ask("finance", quorum=2),)),
        Rule("sensitive", When(data=Data.INTERNAL), ask=(Ask("security"),)),
    )
    lines = told(past, asked, rules=rules, hash="today").splitlines()
    assert lines == TOLD.splitlines()
    assert max(map(len, lines)) <= 100


def happened(past: History, request: Request) -> list[str]:
    """Each step with who did it, on one line."""
    with past.store.reads() as unit:
        steps = trace(unit, past.kit.policy, request.id, past.clock.now())
    assert steps
    return [f"{WORDS.name(step.by)}: {stepping.told(step, WORDS)}" for step in steps.steps]


def section(text: str, title: str) -> list[str]:
    """The lines of a part."""
    return text.partition(f"{title}\n")[2].partition("\n\n")[0].splitlines()


def test_of_a_pending_request_it_is_told_who_is_asked_who_will_be_and_what_is_due(past: History) -> None:
    asked = past.asks("open", amount="1200")
    past.passes(HOUR)
    past.votes(asked, EVE)
    text = told(past, asked)
    assert section(text, "Why each person was asked") == [
        "  leads: by rule leads",
        "    Bob: is not waited for",
        "    Eve: approved Tue 3 Nov, 10:00",
        "  2 of finance: by rule large",
        "    Cy: is asked, since Tue 3 Nov, 10:00",
        "    Di: is asked, since Tue 3 Nov, 10:00",
        "    if nobody answers: Bob, Eve",
        "  never asked, because it is theirs or they stand in: Ada",
    ]
    assert section(text, "What is due next") == [
        f"  Tue 3 Nov, 10:00    {asked.id}: those who are asked may be reminded, or others asked as well",
        f"  Tue 3 Nov, 10:10    {asked.id}: a vote can no longer be taken back",
        f"  Sun 8 Nov, 09:00    {asked.id}: it lapses, unless it is decided",
    ]
    assert section(text, "Who has which message") == ["  nobody: nothing was posted"]


def test_who_is_away_and_who_decides_for_them_is_told(past: History) -> None:
    asked = past.asks("open", amount="1200")
    past.votes(asked, EVE)
    for person, delegate in ((CY, BOB), (DI, None)):
        leave = Away(person, past.clock.now(), past.clock.now() + DAY, delegate)
        attempt(past.store.units, lambda unit, leave=leave: unit.aways.put(leave))  # type: ignore[misc]
    assert section(told(past, asked), "Why each person was asked")[4:6] == [
        "    Cy: is asked, since Tue 3 Nov, 09:00; away until Wed 4 Nov, 09:00, Bob decides for them",
        "    Di: is asked, since Tue 3 Nov, 09:00; away until Wed 4 Nov, 09:00, nobody decides for them",
    ]


def test_later_stages_are_not_asked_before_their_turn(past: History) -> None:
    asked = past.asks("open", amount="1200")
    assert "    Cy: will be asked, when those before have agreed" in told(past, asked).splitlines()


def test_a_denial_is_told_with_its_reason_and_what_would_get_a_yes(past: History) -> None:
    asked = past.asks("denied")
    past.votes(asked, BOB, Verdict.DENY, reason="Not\nthis\x1b[31m month.", instead="$100")
    assert happened(past, asked)[1:] == [
        'Bob: denies; reason: "Not this [31m month."; a yes for: "$100"; so it is denied',
    ]


def test_each_thing_that_can_befall_a_request_is_told_with_who_is_asked_then(past: History) -> None:
    handed = past.asks("handed on", amount="1200")
    past.does(handed, Reassign(CY, BOB), CY)
    past.does(handed, Withdraw(ADA), ADA)
    assert happened(past, handed)[1:] == [
        "Cy: names somebody in their place; asked as well: Bob; not asked any more: Cy",
        "Ada: takes it back; so it is withdrawn",
    ]
    left = past.asks("left")
    past.does(left, Lose(frozenset({BOB})), SYSTEM)
    past.votes(left, EVE)
    assert happened(past, left)[1:3] == [
        "Leeway: somebody who was asked cannot be asked any more; not asked any more: Bob",
        "Eve: approves; so it is approved",
    ]
    late = past.asks("late", amount="1200")
    past.votes(late, EVE)
    past.does(late, Escalate(), SYSTEM)
    past.passes(5 * DAY)
    past.settles()
    assert happened(past, late)[1:] == [
        "Eve: approves",
        "Leeway: nobody decided in time; asked as well: Bob",
        "Leeway: nobody decided before the deadline; so it is lapsed",
    ]


def test_a_denial_that_is_opened_again_is_told_with_what_is_new(past: History) -> None:
    asked = past.asks("again")
    past.votes(asked, BOB, Verdict.DENY, reason="Too much.")
    past.reopens(asked, amount="200", data="public")
    assert happened(past, asked)[2] == (
        'Ada: asks again, with amount from $400 to $200, data from "internal" to "public"; '
        "so what was said before no longer counts: Bob; so it is pending"
    )


def test_a_delegate_an_authority_and_what_is_not_known_are_told(past: History) -> None:
    asked = past.asks("odd")
    odd = replace(
        past.now(asked),
        version=2,
        votes=(Vote(DI, Verdict.APPROVE, past.clock.now(), acting_for=BOB, over=True),),
        glass=Glass((CY,), past.clock.now() + DAY),
        auto=Automatic("routine", Mode.SHADOW, ("amount", "data")),
    )
    attempt(past.store.units, lambda unit: keep_request(unit, odd, Act(DI, "voted: approve", past.clock.now())))
    odd = replace(odd, version=3, glass=replace(odd.glass, fine=True, by=CY))  # type: ignore[type-var]
    attempt(past.store.units, lambda unit: keep_request(unit, odd, Act(CY, "looked back", past.clock.now())))
    assert happened(past, asked)[1:] == [
        "Di: approves for Bob, who is away; it is over their authority",
        "Cy: looked back (glass)",
    ]
    assert section(told(past, asked), "Why each person was asked")[:3] == [
        "  routine does not approve it: outside of amount, data",
        "  leads: by rule leads",
        "    Bob: agreed, over their authority, by Di in their place Tue 3 Nov, 09:00",
    ]


def test_what_policy_approved_and_somebody_took_back_is_told(past: History) -> None:
    past.under(rules=(*past.kit.policy.rules, ROUTINE))
    asked = past.asks("routine")
    past.passes(HOUR)
    taken = overruling.revoke(past.kit, asked.id, Revoke(BOB, "Not for this."))
    assert isinstance(taken, Request), taken
    grant = f"O{asked.id[1:]}"
    assert happened(past, asked) == [
        f"Ada: asks for $400 on {KEY} for 3 days, internal data; asked: leads; routine approves it",
        "Leeway: routine approves it: it is inside every guardrail; so it is approved",
        f"Leeway: so $400 is granted on {KEY}, as {grant}",
        'Bob: ends what was granted: "Not for this."',
        f"Bob: {grant} is over before its end: revoked",
    ]
    text = told(past, asked)
    assert section(text, "Why each person was asked")[0] == "  routine approved it"
    assert "  holds  routine  always: approves" in text
    large = past.asks("large", by=CY, amount="600")
    assert "  no     routine  approves nothing outside of its amount" in told(past, large)
    assert section(told(past, large), "Why each person was asked")[0] == "  routine does not approve it: outside of amount"


def test_an_appeal_is_told_with_the_rule_that_it_goes_against(past: History) -> None:
    no = Rule("no", When(data=Data.CONFIDENTIAL), refuse="Not this data.")
    groups = {**past.kit.policy.people.groups, "security": (DI,)}
    past.under(rules=(*past.kit.policy.rules, no), people=replace(past.kit.policy.people, groups=groups))
    refused = past.refused("secret", data="confidential")
    with past.store.reads() as unit:
        (violation,) = [s for s in unit.record.subjects() if unit.violations.get(s)]
    asked = appealing.appeal(past.kit, ADA, violation, "It is the only data there is.")
    assert isinstance(asked, Request), (asked, refused)
    assert happened(past, asked)[0].endswith(
        'confidential data; appeals against no: "It is the only data there is."; asked: security, then leads'
    )
    text = told(past, asked)
    assert '  an appeal against no: "It is the only data there is."\n' in text
    assert section(text, "Why each person was asked")[0] == "  security: by rule no"
    assert "  so today's rules ask: security, then leads" in text


def test_a_broken_glass_is_told_with_its_review(past: History) -> None:
    past.under(glass=BreakGlass("leads", usd(1_000), 4 * HOUR, "finance"))
    typed = {"quota": KEY, "amount": "300", "duration": "minutes:60", "justification": "The site is down for all customers."}
    broken = breaking.break_glass(past.kit, BOB, typed, token="glass")
    assert isinstance(broken, Request), broken
    due = WORDS.moment(broken.glass.due) if broken.glass else ""
    assert happened(past, broken)[0] == (
        f"Bob: breaks the glass for $300 on {KEY} for 1 hour, internal data: nobody was asked; to be reviewed by {due}"
    )
    asked = section(told(past, broken), "Why each person was asked")
    assert asked == [f"  nobody was asked: the glass was broken; to be reviewed by Cy, Di until {due}"]
    seen = breaking.review(past.kit, broken.id, Review(CY, False, "It could have waited."))
    assert isinstance(seen, Request), seen
    assert 'Cy: reviewed it: it was not right "It could have waited."' in happened(past, broken)
    assert section(told(past, broken), "Why each person was asked") == [
        '  nobody was asked: the glass was broken; reviewed by Cy, Tue 3 Nov, 09:00: it was not right: "It',
        '    could have waited."',
    ]


def test_a_request_that_is_older_than_its_facts_says_so(past: History) -> None:
    asked = past.asks("old")
    attempt(past.store.units, lambda unit: unit.requests.save(replace(asked, facts=None, version=2)))
    assert section(told(past, asked), "What each rule of today's app.yaml sees in its facts") == [f"  {traced.OLD}"]
    assert found(past, asked.id).today is None


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        ("a", "a", "app.yaml says what it said when it was routed"),
        ("", "a", traced.UNTOLD),
        ("a", "", traced.UNSAID),
        ("b", "a", "app.yaml CHANGED since it was routed (by the policy a): then other rules may have held"),
    ],
)
def test_whether_the_policy_is_the_one_of_then_is_said(past: History, now: str, then: str, said: str) -> None:
    asked = past.asks("then")
    attempt(past.store.units, lambda unit: unit.requests.save(replace(asked, policy=then, version=2)))
    assert section(told(past, asked, hash=now), "What each rule of today's app.yaml sees in its facts")[0] == f"  {said}"


def test_every_condition_that_a_rule_can_have_has_words() -> None:
    none = When(
        Limit.HARD,
        over=99,
        unit=Unit.USD,
        percent_over=99,
        longer_than=99 * DAY,
        data=Data.RESTRICTED,
        scopes=("x",),
        kind=Kind.EXPLORATORY,
        model_not_approved=True,
        exceptions_30_over=9,
        exceptions_90_over=9,
        exposure_over=9,
    )
    facts = Facts("platform/search", Limit.SOFT, 9, Unit.USD, 9, DAY, Data.PUBLIC)
    assert none.unmet(facts) == tuple(ruling.CONDITIONS)
    assert ruling.wants(none, facts).count(";") == len(ruling.CONDITIONS) - 1
    assert {f for c in ruling.CONDITIONS.values() for f in c.fields} == set(When.__dataclass_fields__)


def test_a_time_that_ends_at_a_moment_at_the_latest_is_told_with_both(past: History) -> None:
    asked = past.asks("both")
    term = Term(span=DAY, until=past.clock.now() + 2 * DAY)
    cast = past.votes(asked, BOB, term=term)
    assert isinstance(cast, Request), cast
    assert happened(past, asked)[1].startswith("Bob: approves for 1 day, until Thu 5 Nov, 09:00")
    assert "  agreed to: $400 for 1 day, until Thu 5 Nov, 09:00" in told(past, asked)


# The command.


def test_a_request_is_told_by_its_id_and_by_its_override_s(past: History, tmp_path: Path) -> None:
    asked = rich(past)
    one, two = (explain(past, tmp_path, name) for name in (asked.id, f"O{asked.id[1:]}.2"))
    assert (one.code, one.err, one.out) == (0, "", two.out)
    assert one.out.startswith(f"{asked.id}  approved\n  asked for: $1,500 on {KEY} for 7 days, internal data; by U0ADA\n")
    assert f"  {traced.UNSAID}\n" in one.out
    assert "  Tue 3 Nov, 15:00    Leeway: reminds U0BOB\n" in one.out


def test_what_nobody_asked_for_is_told(past: History, tmp_path: Path) -> None:
    ended = explain(past, tmp_path, "R-NOTHING")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "R-NOTHING: there is no request and no override of this id. leeway status lists those that are open.\n"


def test_with_a_token_people_have_their_names(past: History, tmp_path: Path) -> None:
    asked = rich(past)
    made = create(acme.workspace(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now)
    with serve(made) as slack:
        env = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{slack.url}/api/"}
        ended = explain(past, tmp_path, asked.id, **env)
    assert (ended.code, ended.err) == (0, "")
    assert "; by Ada Okafor\n" in ended.out


def test_as_json_the_same_facts_are_told(past: History, tmp_path: Path) -> None:
    asked = rich(past)
    ended = explain(past, tmp_path, asked.id, "--json")
    said = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert list(said) == ["request", "policy", "rules", "today_asks", "happened", "seen", "next", "undelivered"]
    offered = {"amount": usd(1_200), "duration": 7 * 86_400, "until": None, "not_before": None, "resets": 0}
    assert said["request"]["offered"] == offered
    assert said["request"]["justification"] == "Re-ranking the help centre."
    assert [(v["by"], v["amount"]) for v in said["request"]["voided"]] == [("U0EVE", usd(1_000)), ("U0EVE", None)]
    assert said["policy"] == {"then": "", "same": None}
    assert said["rules"][1] == {"rule": "large", "holds": True, "unmet": [], "violated": [], "does": "asks 2 of finance"}
    assert [stage["name"] for stage in said["today_asks"]] == ["leads", "finance"]
    edit = said["happened"][5]
    assert (edit["at"], edit["by"], edit["did"], edit["limit"]) == ("2026-11-03T13:00:00Z", "U0ADA", "edit", None)
    assert edit["changed"]["case.amount"] == {"before": usd(1_200), "after": usd(1_500)}
    assert [step["limit"] for step in said["happened"] if step["did"] == "verified"] == [
        {"before": usd(10_000), "after": usd(11_200)}
    ] * 2
    assert {post["thing"].partition(":")[0]: (post["place"], post["at"]) for post in said["seen"]} == {
        "request": ("dm:U0BOB", "2026-11-03T08:00:00Z"),
        "remind": ("dm:U0BOB", "2026-11-03T14:00:00Z"),
    }
    assert (said["next"], said["undelivered"]) == ([], [])
