"""app.yaml: the shipped one is what the demo tells, and small ones mean what they say."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.config import Draft, hash_of, lines, read, read_bytes, resolve
from tests.fakes.lookup import PEOPLE, Workspace, channel_id, person_id
from workflows.attribution import Claim, Origin
from workflows.authority import ANY, Authority, Cap
from workflows.glass import BreakGlass
from workflows.money import Unit, usd
from workflows.overrides import Grace
from workflows.people import Account, PersonId
from workflows.policy import Organization, Policy, Timing
from workflows.pricing import Price
from workflows.quotas import Amount, Kind, Thresholds
from workflows.reminders import Chase
from workflows.routing import Org, route
from workflows.rules import Ask, Data, Facts, Limit, When
from workflows.seats import Route
from workflows.times import Period
from workflows.working import Wait, Week

SHIPPED = Path(__file__).parents[2] / "app.yaml"
SMALL = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"


def who(name: str) -> PersonId:
    return PersonId(person_id(name))


def drafted(text: str) -> Draft:
    read_ = read_bytes(text.encode())
    assert isinstance(read_, Draft), lines(read_, "app.yaml")
    return read_


def policy(text: str) -> Policy:
    resolved = resolve(drafted(text), Workspace())
    assert isinstance(resolved, Policy), lines(resolved, "app.yaml")
    return resolved


@pytest.fixture(scope="module")
def shipped() -> Policy:
    return policy(SHIPPED.read_text())


def test_the_shipped_file_has_neither_problems_nor_warnings() -> None:
    draft = read(SHIPPED)
    assert isinstance(draft, Draft)
    assert draft.warnings == ()


def test_the_shipped_file_names_acme_in_berlin(shipped: Policy) -> None:
    assert shipped.organization == Organization("Acme", "Europe/Berlin", fiscal_start=4)


def test_the_shipped_quotas_are_those_of_the_demo(shipped: Policy) -> None:
    search = "platform/engineering/search"
    assert {q.key: q.limit for q in shipped.quotas} == {
        "platform:usd/month": usd(250_000),
        "platform/engineering:usd/month": usd(120_000),
        f"{search}:usd/month": usd(10_000),
        f"{search}:usd/month:premium": usd(3_000),
        f"{search}/retrieval:usd/month": usd(6_000),
        f"{search}/experiments:usd/month": usd(1_500),
        "platform/engineering/mobile:usd/month": usd(6_000),
        "platform/operations/support:usd/month": usd(8_000),
    }


def test_a_shipped_quota_has_its_channel_owner_kind_and_levels(shipped: Policy) -> None:
    retrieval = shipped.quota("platform/engineering/search/retrieval:usd/month")
    experiments = shipped.quota("platform/engineering/search/experiments:usd/month")
    assert retrieval and experiments
    assert (retrieval.channel, retrieval.owner) == (channel_id("team-search"), who("bob"))
    assert retrieval.thresholds == Thresholds((70, 90), 100, 150)
    assert (retrieval.kind, experiments.kind) == (Kind.PRODUCTION, Kind.EXPLORATORY)


def test_the_quota_of_a_model_group_counts_only_its_models_and_inherits_the_rest(shipped: Policy) -> None:
    premium = shipped.quota("platform/engineering/search:usd/month:premium")
    assert premium and premium.counts("claude-opus-4-5") and not premium.counts("claude-haiku-4-5")
    assert (premium.channel, premium.owner) == (channel_id("team-search"), who("bob"))


def test_the_shipped_rules_ask_the_cast(shipped: Policy) -> None:
    asked = {rule.name: [(ask.who, ask.quorum) for ask in rule.ask] for rule in shipped.rules}
    assert asked == {
        "acknowledge": [("manager", 1)],
        "hard stop": [("platform", 1), ("finance", 1)],
        "large": [("finance", 2)],
        "sensitive": [("security", 1)],
        "wrong model": [],
        "routine": [],
    }
    assert shipped.people.groups["finance"] == (who("cy"), who("di"))
    assert shipped.people.managers[who("ada")] == who("bob")


ALWAYS = [(limit, amount, data) for limit, amount, data in product(Limit, (100, 9_000), Data)]


@pytest.mark.parametrize("name", PEOPLE)
def test_with_the_shipped_file_everybody_can_ask_for_anything_and_is_routed(shipped: Policy, name: str) -> None:
    everyone = frozenset(map(who, PEOPLE))
    people, me = shipped.people, who(name)
    line = tuple(m for m in (people.managers.get(me),) if m)
    org = Org(line, None, people.groups, everyone, frozenset({me}), people.fallback)
    for limit, amount, data in ALWAYS:
        facts = Facts("platform/engineering/search", limit, usd(amount), Unit.USD, 10, timedelta(days=1), data)
        assert isinstance(route(facts, shipped.rules, org), Route), (name, facts)


def test_the_smallest_file_is_two_lines() -> None:
    small = policy(SMALL)
    assert (small.organization.zone, small.timing.lapse_after) == ("UTC", timedelta(days=5))
    assert [q.key for q in small.quotas] == ["platform:usd/month"]


def test_words_that_older_yaml_took_for_booleans_and_numbers_stay_words() -> None:
    said = policy("organization: {name: no, timezone: UTC}\nquotas: {on: {limit: $1 a day}, 1.10: {limit: $1 a day}}")
    assert said.organization.name == "no"
    assert [q.scope for q in said.quotas] == ["on", "1.10"]


@pytest.mark.parametrize(
    ("written", "limit", "unit", "period"),
    [
        ("$10,000 a month", usd(10_000), Unit.USD, Period.MONTH),
        ("$0.50 per day", usd("0.50"), Unit.USD, Period.DAY),
        ("$2k a quarter", usd(2_000), Unit.USD, Period.QUARTER),
        ("2M tokens a day", 2_000_000, Unit.TOKENS, Period.DAY),
        ("1.5B tokens a week", 1_500_000_000, Unit.TOKENS, Period.WEEK),
        ("500 requests a week", 500, Unit.REQUESTS, Period.WEEK),
        ("1 request a day", 1, Unit.REQUESTS, Period.DAY),
    ],
)
def test_a_limit_is_written_as_people_write_it(written: str, limit: int, unit: Unit, period: Period) -> None:
    (quota,) = policy(f'organization: {{name: A}}\nquotas: {{platform: {{limit: "{written}"}}}}').quotas
    assert (quota.limit, quota.unit, quota.period) == (limit, unit, period)


AT_SOFT = """
organization: {name: A}
models: {premium: "opus-*"}
quotas:
  a: {limit: $1 a day}
  b: {limit: $1 a day, kind: exploratory}
  c: {limit: $1 a day, kind: exploratory, at_soft: allow, also: [{limit: $1 a week}, {limit: $1 a month, at_soft: deny}]}
"""


@pytest.mark.parametrize(
    ("written", "production", "exploratory"),
    [
        ("", "needs exception", "needs exception"),
        ("thresholds: {soft: 100 %}", "needs exception", "needs exception"),
        ("thresholds: {at_soft: allow}", "allow", "allow"),
        ("thresholds: {at_soft: {exploratory: deny}}", "needs exception", "deny"),
        ("thresholds: {at_soft: {exploratory: deny, production: allow}}", "allow", "deny"),
    ],
)
def test_what_a_call_meets_at_the_soft_limit_is_said_for_a_kind_and_by_a_quota(
    written: str, production: str, exploratory: str
) -> None:
    said = {quota.key: quota.at_soft for quota in policy(AT_SOFT + written).quotas}
    own = {"c:usd/day": "allow", "c:usd/week": "allow", "c:usd/month": "deny"}
    assert said == {"a:usd/day": production, "b:usd/day": exploratory, **own}


def test_a_level_begins_at_a_percentage_or_at_an_amount_and_is_inherited_as_it_is_written() -> None:
    text = """
organization: {name: A}
models: {premium: "opus-*"}
thresholds: {warning: [50 %, "$9,500"], hard: 150 %}
quotas:
  a: {limit: "$10,000 a month", soft: "$9,800", also: [{models: premium, limit: "$9,900 a month"}]}
  b: {limit: 2M tokens a day, warning: [], soft: 1.9M tokens, hard: 2M tokens}
"""
    said = {quota.key: quota.thresholds for quota in policy(text).quotas}
    inherited = Thresholds((50, Amount(usd(9_500))), Amount(usd(9_800)), 150)
    assert said == {
        "a:usd/month": inherited,
        "a:usd/month:premium": inherited,
        "b:tokens/day": Thresholds((), Amount(1_900_000), Amount(2_000_000)),
    }


@pytest.mark.parametrize(
    ("written", "most"), [("", 0), (", rollover: no", 0), (", rollover: yes", usd(900)), (", rollover: up to $200", usd(200))]
)
def test_what_is_left_is_carried_over_only_when_the_limit_says_so(written: str, most: int) -> None:
    text = f"organization: {{name: A}}\nquotas: {{a: {{limit: $900 a day{written}, also: [{{limit: $2 a week}}]}}}}"
    assert [quota.rollover for quota in policy(text).quotas] == [most, 0]


def test_rules_say_where_usage_belongs_and_the_first_that_matches_wins() -> None:
    said = policy("""
organization: {name: A}
quotas: {platform/search: {limit: $1 a day}, platform/search/rag: {limit: $1 a day}}
attribution:
  - {when: {team: search, tag: [rag, "rag-*"]}, scope: platform/search/rag}
  - {when: {user: "*@Search.Acme.example"}, scope: platform/search}
  - {when: {service: "batch-*"}, scope: platform}
  - {when: {source: trial}, scope: platform/unattributed}
""")
    assert said.claims[0] == Claim("platform/search/rag", {"team": ("search",), "tag": ("rag", "rag-*")})
    scope_of = said.attribution.scope_of
    origins = {
        Origin(teams=("search",), tags=("x", "RAG-2")): "platform/search/rag",
        Origin(teams=("search",), tags=("x",)): "platform/unattributed",
        Origin(user="ada@search.acme.example"): "platform/search",
        Origin(user="ada@search.acme.example", service="batch-1"): "platform/search",
        Origin(service="batch-1", use_case="search"): "platform/search",
        Origin(source="trial"): "platform/unattributed",
        Origin(): "platform/unattributed",
    }
    assert {origin: scope_of(origin) for origin in origins} == origins
    assert scope_of(Origin(source="trial"), "platform/search") == "platform/search"


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("limit: hard", When(limit=Limit.HARD)),
        ("amount: 'over $5,000'", When(over=usd(5_000), unit=Unit.USD)),
        ("amount: over 2M tokens", When(over=2_000_000, unit=Unit.TOKENS)),
        ("percent: over 50 %", When(percent_over=50)),
        ("duration: over 7 days", When(longer_than=timedelta(days=7))),
        ("data: confidential", When(data=Data.CONFIDENTIAL)),
        ("data: [restricted, confidential]", When(data=Data.CONFIDENTIAL)),
        ("scope: plat*", When(scopes=("plat*",))),
        ("scope: [platform, plat*]", When(scopes=("platform", "plat*"))),
        ("kind: exploratory", When(kind=Kind.EXPLORATORY)),
        ("model: not approved", When(model_not_approved=True)),
    ],
)
def test_a_condition_means_what_it_says(written: str, when: When) -> None:
    models = "models: {approved_for: {restricted: ['internal/*']}}\n"
    (rule,) = policy(SMALL + models + f"routing: [{{name: a, when: {{{written}}}, ask: manager}}]").rules
    assert rule.when == when


@pytest.mark.parametrize(
    ("written", "asks"),
    [
        ("manager", (Ask("manager"),)),
        ("finance", (Ask("finance"),)),
        ("'@sam'", (Ask("", (who("sam"),)),)),
        ("sam@acme.example", (Ask("", (who("sam"),)),)),
        (person_id("sam"), (Ask("", (who("sam"),)),)),
        ("[owner, finance, '@sam']", (Ask("owner"), Ask("finance"), Ask("", (who("sam"),)))),
        ("{group: finance, quorum: 2}", (Ask("finance", quorum=2),)),
        ("[manager, {group: finance}]", (Ask("manager"), Ask("finance"))),
        ("manager's manager", (Ask("manager's manager"),)),
        ("[{people: ['@cy', '@di', '@sam'], quorum: 2}]", (Ask("", (who("cy"), who("di"), who("sam")), 2),)),
        ("{people: '@cy'}", (Ask("", (who("cy"),)),)),
        ("{slack_group: security-oncall, quorum: 2}", (Ask("@security-oncall", quorum=2),)),
    ],
)
def test_a_rule_asks_roles_groups_and_people(written: str, asks: tuple[Ask, ...]) -> None:
    people = "people: {groups: {finance: ['@cy', '@di']}}\n"
    (rule,) = policy(SMALL + people + f"routing: [{{name: a, ask: {written}}}]").rules
    assert rule.ask == asks


@pytest.mark.parametrize(("written", "label"), [("profile-field", "Manager"), ("none", ""), ("{field: Boss}", "Boss")])
def test_managers_come_from_a_profile_field_only_when_told(written: str, label: str) -> None:
    assert policy(SMALL + f"people: {{managers: {{default: {written}}}}}").people.profile_field == label


def test_a_service_account_has_owners_and_a_scope() -> None:
    written = "people: {accounts: {ci-bot: {owners: ['@ada', bob@acme.example], scope: platform/unattributed}}}"
    people = policy(SMALL + written).people
    assert people.accounts == (Account("ci-bot", (who("ada"), who("bob")), "platform/unattributed"),)
    assert people.account("ci-bot") == people.accounts[0]
    assert people.account("ci") is None


def test_a_slack_user_group_becomes_its_id() -> None:
    people = policy(SMALL + "people: {groups: {security: {slack_group: '@security-oncall'}}, fallback: security}").people
    assert (people.usergroups, people.groups) == ({"security": "S0ONCALL"}, {})


def test_a_slack_user_group_that_a_rule_asks_by_its_handle_is_known_by_it() -> None:
    said = policy(SMALL + "routing: [{name: a, ask: {slack_group: '@security-oncall'}}]")
    assert said.people.usergroups == {"@security-oncall": "S0ONCALL"}


def test_a_slack_user_group_that_has_a_name_keeps_it_in_rules_too() -> None:
    people = "people: {groups: {security: {slack_group: security-oncall}}}\n"
    said = policy(SMALL + people + "routing: [{name: a, ask: {slack_group: security-oncall}}]")
    assert (said.rules[0].ask, said.people.usergroups) == ((Ask("security"),), {"security": "S0ONCALL"})


def test_authority_is_so_many_dollars_a_period_for_a_person_or_each_of_a_group() -> None:
    people = "people: {groups: {leads: ['@bob']}, authority: {'@bob': '$2,000 a month', leads: $500 a week}}"
    caps = policy(SMALL + people).people.authority
    assert caps == Authority({who("bob"): Cap(usd(2_000), Period.MONTH)}, {"leads": Cap(usd(500), Period.WEEK)})


def test_nobody_has_a_cap_unless_told(shipped: Policy) -> None:
    assert policy(SMALL).people.authority == ANY


def test_a_glass_may_be_broken_only_where_it_is_told_by_whom_and_how_far() -> None:
    groups = "people: {groups: {oncall: ['@ada', '@bob'], security: ['@sam']}}\n"
    said = policy(SMALL + groups + "break_glass: {who: oncall, at_most: $500, for_at_most: 4 hours, review: security}")
    assert said.glass == BreakGlass("oncall", usd(500), timedelta(hours=4), "security")
    assert policy(SMALL).glass is None


def test_negotiated_prices_are_exact_and_cached_tokens_cost_what_input_costs_unless_told() -> None:
    text = "models: {prices: {m-1: {input: $0.075 per 1M tokens, output: $3 per 1K tokens, cache_read: $0 per 1M tokens}}}"
    assert policy(SMALL + text).prices == {"m-1": Price(75_000, 3_000_000_000, 0, 75_000)}


def test_times_and_the_digest_are_read() -> None:
    text = "time: {lapse_after: 2 days, override_at_most: 1 week, activate_within: 30 minutes}\n"
    said = policy(SMALL + text + "digest: {when: friday 16:30, leadership: '#ai-leadership'}")
    assert said.timing.override_at_most == timedelta(weeks=1)
    assert (said.digest.weekday, said.digest.at, said.digest.leadership) == (4, time(16, 30), channel_id("ai-leadership"))


def test_working_hours_reminders_and_escalation_are_read() -> None:
    text = (
        "time: {remind_after: [2 hours, 1 working day], escalate_after: 3 working days, working_hours: '08:30 to 24:00', "
        "working_days: [sunday, monday], nudge_every: 1 hour, undo_within: 5 minutes}"
    )
    said = policy(SMALL + text).timing
    assert said.week == Week((0, 6), time(8, 30), time(0))
    assert said.chase == Chase((Wait(plain=timedelta(hours=2)), Wait(days=1)), Wait(days=3))
    assert (said.nudge_every, said.undo_within) == (timedelta(hours=1), timedelta(minutes=5))


def test_extensions_and_notices_before_an_end_are_read() -> None:
    said = policy(SMALL + "time: {extensions: 5, extended_at_most: 20 days, notices: [2 hours, 3 days]}").timing
    assert (said.extensions, said.extended_at_most) == (5, timedelta(days=20))
    assert said.notices == (timedelta(days=3), timedelta(hours=2))
    off = policy(SMALL + "time: {extensions: never, notices: never}").timing
    assert (off.extensions, off.notices) == (0, ())
    assert policy(SMALL + "time: {notices: 1 hour}").timing.notices == (timedelta(hours=1),)
    usual = policy(SMALL).timing
    assert (usual.extensions, usual.extended_at_most) == (2, timedelta(days=90))
    assert usual.notices == (timedelta(days=1), timedelta(hours=1))


def test_a_single_reminder_needs_no_list() -> None:
    assert policy(SMALL + "time: {remind_after: 4 working hours}").timing.chase.remind == (Wait(worked=timedelta(hours=4)),)


def test_reminders_escalation_and_undoing_can_be_turned_off() -> None:
    said = policy(SMALL + "time: {remind_after: never, escalate_after: never, undo_within: never}").timing
    assert (said.chase, said.undo_within) == (Chase(), timedelta())


def test_starts_steps_and_unused_overrides_are_timed() -> None:
    said = policy(SMALL + "time: {start_within: 2 weeks, unused_after: 5 days, step_down: 50 % for 1 day}").timing
    assert (said.start_within, said.unused_after) == (timedelta(weeks=2), timedelta(days=5))
    assert said.grace == Grace(50, timedelta(days=1))
    usual = policy(SMALL).timing
    assert (usual.start_within, usual.unused_after, usual.grace) == (timedelta(days=30), None, None)
    never = policy(SMALL + "time: {start_within: never, unused_after: never, step_down: never}").timing
    assert (never.start_within, never.unused_after, never.grace) == (timedelta(), None, None)


@pytest.mark.parametrize("said", ["50", "0 % for 1 day", "100 % for 1 day", "50 % for ages", "half for 1 day"])
def test_what_is_no_step_down_is_said(said: str) -> None:
    read_ = read_bytes((SMALL + f"time: {{step_down: {said}}}").encode())
    assert not isinstance(read_, Draft)
    assert any("not a step down: write 50 % for 1 day" in line.replace(";", ":") for line in lines(read_, "app.yaml"))


def test_what_is_not_said_of_working_time_is_nine_to_five_from_monday_to_friday() -> None:
    said = policy(SMALL + "time: {lapse_after: 3 days}").timing
    assert said.week == Week((0, 1, 2, 3, 4), time(9), time(17))
    assert said.chase == Timing().chase != Chase()


def test_holidays_are_a_countrys_a_part_of_ones_and_days() -> None:
    womens_day, heiligabend, unity = date(2027, 3, 8), date(2026, 12, 24), date(2026, 10, 3)
    berlin = policy(SMALL + "time: {holidays: [DE-BE, 2026-12-24]}").timing.week.holidays
    germany = policy(SMALL + "time: {holidays: DE}").timing.week.holidays
    assert {womens_day, heiligabend, unity} <= berlin
    assert unity in germany
    assert not {womens_day, heiligabend} & germany


def test_the_hash_sees_which_holidays_were_named_and_not_the_dates_that_follow() -> None:
    named = policy(SMALL + "time: {holidays: DE-BE}")
    assert named.hash != policy(SMALL + "time: {holidays: DE}").hash
    assert named.hash != policy(SMALL + "time: {holidays: [DE-BE, 2026-12-24]}").hash
    corrected = replace(named.timing.week, holidays=named.timing.week.holidays | {date(2028, 5, 1)})
    assert hash_of(replace(named, timing=replace(named.timing, week=corrected))) == named.hash


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("time: {lapse_after: 1 day, remind_after: [4 working hours, 1 working day]}", "time.remind_after[1]"),
        ("time: {escalate_after: 5 working days}", "time.escalate_after"),
        ("time: {escalate_after: 6 days}", "time.escalate_after"),
    ],
)
def test_who_would_be_reminded_after_the_request_has_lapsed_is_told_so(text: str, place: str) -> None:
    said = [(warning.path, warning.message) for warning in drafted(SMALL + text).warnings if warning.path.startswith("time")]
    assert said == [(place, "never comes: the request has lapsed by then")]


def test_the_hash_does_not_see_comments_or_the_order_of_a_mapping() -> None:
    one = "organization: {name: Acme, timezone: UTC}\nquotas: {a: {limit: $1 a day}, b: {limit: $2 a day}}\n"
    two = "quotas: # ours\n  b: {limit: $2 a day}\n  a:\n    limit: '$1 a day'\norganization: {timezone: UTC, name: Acme}\n"
    assert policy(one).hash == policy(two).hash
    assert len(policy(one).hash) == 64


def test_the_hash_sees_every_change_of_meaning(shipped: Policy) -> None:
    text = SHIPPED.read_text()
    changes = [
        ("$10,000 a month", "$10,001 a month"),
        ("ask: security", "ask: platform"),
        ("fiscal_year_starts: april", "fiscal_year_starts: may"),
        ("hard: 150 %", "hard: 151 %"),
        ("monday 09:00", "monday 09:01"),
        ("people:\n", "people:\n  authority: {leads: $500 a month}\n"),
        ("4 working hours", "5 working hours"),
        ("2 working days", "3 working days"),
        ("holidays: DE-BE", "holidays: DE"),
        ("$15.00 per 1M", "$15.01 per 1M"),
    ]
    hashes = {policy(text.replace(old, new)).hash for old, new in changes} | {shipped.hash}
    assert len(hashes) == len(changes) + 1


def test_the_hash_sees_the_order_of_rules(shipped: Policy) -> None:
    assert hash_of(replace(shipped, rules=shipped.rules[::-1])) != shipped.hash


def test_the_hash_does_not_count_itself(shipped: Policy) -> None:
    assert hash_of(shipped) == shipped.hash
