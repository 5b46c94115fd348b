"""Every kind of problem in app.yaml gives exactly its line: where, what, and what to do."""
# ruff: noqa: E501  (a case is a line: what was written, and what is said of it)

import pytest

from tests.edges.mistakes import GROUPS, ORG, SMALL, said

SCHEMA = [
    (SMALL + "qoutas: {}", '3  qoutas  unknown key; did you mean "quotas"?'),
    (SMALL + "zzz: {}", "3  zzz  unknown key"),
    (SMALL + "quotas: {}", "3  quotas  given twice; the first is on line 2"),
    (SMALL + "? [a]\n: b", "3  a key must be a text"),
    (SMALL + "time: !!python/object {}", '3  time  "tag:yaml.org,2002:python/object": tags are not allowed here'),
    (SMALL + "<<: {}", "3  <<  unknown key"),
    (ORG, "1  quotas  missing; write quotas: {platform: {limit: $250 a month}}"),
    ("quotas: {a: {limit: $1 a day}}", "1  organization  missing; write organization: {name: Acme}"),
    (ORG + "quotas: {}", "2  quotas  no quota at all; write at least one, as platform: {limit: $250 a month}"),
    (ORG + "quotas:", "2  quotas  not a mapping; write platform: {limit: $250 a month}"),
]
ORGANIZATION = [
    ("{}", "name  missing; write the organisation's name"),
    ("{name: [a]}", "name  a list where a single value belongs; write Acme"),
    ("{name: {a: b}}", "name  a mapping where a single value belongs; write Acme"),
    ("{name: }", "name  empty; write Acme"),
    ("{name: A, timezone: Europe/Berlim}", 'timezone  "Europe/Berlim": no such time zone; did you mean "Europe/Berlin"?'),
    ("{name: A, timezone: +1}", 'timezone  "+1": no such time zone; write a name as Europe/Berlin'),
    ("{name: A, currency: EUR}", 'currency  "EUR": only US dollars are supported yet; write USD'),
    ("{name: A, fiscal_year_starts: apirl}", 'fiscal_year_starts  "apirl": not one of the words for this; did you mean "april"?'),
]
PEOPLE = [
    ("{managers: {ada: '@bob'}}", """managers.ada  "ada": not a person; write an e-mail address, "@handle" or a Slack id"""),
    ("{managers: {'@ada': '@ada'}}", 'managers.@ada  "@ada": nobody is their own manager'),
    (
        "{managers: {default: ask}}",
        """managers.default  "ask": not a source of managers; write profile-field, none or {field: "Manager"}""",
    ),
    ("{managers: {default: {}}}", "managers.default.field  missing; write the label of the profile field, as Manager"),
    ("{groups: {f: []}}", "groups.f  nobody is in this group; name at least one person"),
    ("{groups: {f: ['@cy', '@cy']}}", 'groups.f[1]  "@cy": named twice in this group'),
    ("{groups: {F: ['@cy']}}", 'groups.F  "F": not a name for a group; write lower-case letters, digits, - and _'),
    ("{groups: {owner: ['@cy']}}", 'groups.owner  "owner": this word already means somebody; give the group another name'),
    ("{groups: {f: {}}}", "groups.f.slack_group  missing; write the handle of a Slack user group"),
    (
        "{groups: {f: {slack_group: a b}}}",
        'groups.f.slack_group  "a b": not the handle of a Slack user group; write security-oncall',
    ),
    (
        "{groups: {leads: ['@cy']}, authority: {leeds: $5 a day}}",
        'authority.leeds  "leeds": no such group, and not a person; did you mean "leads"?',
    ),
    (
        "{authority: {bob: $5 a day}}",
        """authority.bob  "bob": no such group, and not a person; write a group, an e-mail address or "@handle\"""",
    ),
    ("{authority: {'@cy': 5}}", 'authority.@cy  "5": not an amount and a period; write $2,000 a month'),
    (
        "{authority: {'@cy': 2M tokens a day}}",
        'authority.@cy  "2M tokens a day": authority is counted in dollars; write $2,000 a month',
    ),
    (
        "{authority: {'@cy': $2 a year}}",
        'authority.@cy  "$2 a year": "year" is not a period; a limit is for a day, week, month or quarter',
    ),
    (
        "{accounts: {CI Bot: {owners: ['@ada'], scope: platform}}}",
        'accounts.CI Bot  "CI Bot": not a name for an account; write at most 60 lower-case letters, digits, - . and _, as ci-bot',
    ),
    (
        "{accounts: {team: {owners: ['@ada'], scope: platform}}}",
        'accounts.team  "team": this word already means somebody; give the account another name',
    ),
    ("{accounts: {ci: {scope: platform}}}", "accounts.ci.owners  missing; write owners: [ada@acme.example]"),
    ("{accounts: {ci: {owners: ['@ada']}}}", "accounts.ci.scope  missing; write scope: platform/engineering"),
    ("{accounts: {ci: {owners: [], scope: platform}}}", "accounts.ci.owners  nobody owns this account; name at least one person"),
    (
        "{accounts: {ci: {owners: ['@ada', '@ada'], scope: platform}}}",
        'accounts.ci.owners[1]  "@ada": named twice as an owner',
    ),
    (
        "{accounts: {ci: {owners: ['@ada'], scope: platfrom}}}",
        'accounts.ci.scope  "platfrom": no such scope in quotas; did you mean "platform"?',
    ),
    (
        "{accounts: {ci: {owners: ['@ada'], scope: platform, owner: '@bob'}}}",
        'accounts.ci.owner  unknown key; did you mean "owners"?',
    ),
    ("{groups: {finance: ['@cy']}, fallback: finanse}", 'fallback  "finanse": no such group; did you mean "finance"?'),
]
PRICE = "{input: $3 per 1M tokens, output: $3 per 1M tokens}"
MODELS = [
    ("{Top: a-*}", 'Top  "Top": not a name for a group of models; write lower-case letters, digits, - and _'),
    ("{top: a b}", 'top  "a b": not a pattern for models; write "claude-opus-*"'),
    ("{top: a-*, approved_for: {restricted: tpo}}", 'approved_for.restricted  "tpo": no such model group; did you mean "top"?'),
    ("{approved_for: {secret: a-*}}", 'approved_for.secret  "secret": no such data class'),
    (
        "{approved_for: {confidential: a-*}}",
        "approved_for.restricted  missing; confidential data is limited to some models, so restricted data must be, too",
    ),
    (
        "{approved_for: {confidential: a-*, restricted: [a-b-*, 'c-*']}}",
        'approved_for.restricted  "c-*" is approved for restricted data but not for milder data; approve it for both',
    ),
    (f"{{prices: {{'a-*': {PRICE}}}}}", 'prices.a-*  "a-*": a price is for one model; write the model\'s full name'),
    ("{fallback_price: {input: $3 per 1M tokens}}", "fallback_price.output  missing; write output: $3.00 per 1M tokens"),
    (
        "{fallback_price: {input: 3, output: $3 per 1M tokens}}",
        'fallback_price.input  "3": not a price; write $3.00 per 1M tokens, with a dot and no comma',
    ),
    (
        "{fallback_price: {input: $0.0000001 per 1M tokens, output: $3 per 1M tokens}}",
        'fallback_price.input  "$0.0000001 per 1M tokens": finer than a trillionth of a dollar a token',
    ),
]
RISE = "each warning is higher than the one before and below soft; hard is not below soft"
THRESHOLDS = [
    ("{soft: 70}", 'soft  "70": not a percentage and not an amount; write 70 % or $70'),
    ("{soft: most}", 'soft  "most": not a percentage and not an amount; write 70 % or $9,000'),
    ("{warning: 0 %}", 'warning  "0 %": out of range; write 1 % to 1000 %'),
    ("{warning: [90 %, 70 %]}", f"warning  thresholds do not rise: warning 90 %, 70 %, soft 100 %, hard 120 %; {RISE}"),
    ("{soft: 130 %}", f'soft  "130 %": thresholds do not rise: warning 70 %, 90 %, soft 130 %, hard 120 %; {RISE}'),
    ("{at_soft: stop}", 'at_soft  "stop": not one of the words for this; write allow, needs exception or deny'),
    ("{at_soft: needs exeption}", 'at_soft  "needs exeption": not one of the words for this; did you mean "needs exception"?'),
    ("{at_soft: {explorative: deny}}", 'at_soft.explorative  unknown key; did you mean "exploratory"?'),
    (
        "{at_soft: {production: no}}",
        'at_soft.production  "no": not one of the words for this; write allow, needs exception or deny',
    ),
    ("{at_soft: [deny]}", "at_soft  not a mapping; write {exploratory: deny, production: allow}"),
    ("{warning: 100 %}", f'warning  "100 %": thresholds do not rise: warning 100 %, soft 100 %, hard 120 %; {RISE}'),
]
QUOTAS = [
    (
        "{Plat: {limit: $1 a day}}",
        'Plat  "Plat": not a scope; write lower-case names with / between them: platform/engineering/search',
    ),
    ("{p: {}}", "p.limit  missing; write limit: $10,000 a month"),
    ("{p: $1 a day}", 'p  "$1 a day": not a mapping; write {limit: $250 a month}'),
    (
        "{p: {limit: 10}}",
        'p.limit  "10": not an amount and a period; write $10,000 a month, 2M tokens a day or 500 requests a week',
    ),
    (
        "{p: {limit: 500 requests an hour}}",
        'p.limit  "500 requests an hour": "hour" is not a period; a limit is for a day, week, month or quarter',
    ),
    ("{p: {limit: 10 a day}}", 'p.limit  "10 a day": "10" is not an amount; say of what: $10, 10 tokens or 10 requests'),
    (
        "{p: {limit: $1.500 a day}}",
        'p.limit  "$1.500 a day": "$1.500" is not an amount; write $1,500 or $1.50: some read $1.500 as one, some as the other',
    ),
    ("{p: {limit: €10 a day}}", 'p.limit  "€10 a day": "€10" is not an amount; write $10,000, 2M tokens or 500 requests'),
    ("{p: {limit: $0 a day}}", 'p.limit  "$0 a day": "$0" is not an amount; write $10,000, 2M tokens or 500 requests'),
    ("{p: {limit: '$1,50 a day'}}", 'p.limit  "$1,50 a day": "$1,50" is not an amount; write $10,000, 2M tokens or 500 requests'),
    ("{p: {limit: $10B a day}}", 'p.limit  "$10B a day": "$10B" is too large; a limit stays below 9 billion dollars'),
    ("{p: {limit: $10,000 a day}}", 'p.limit  "$10": inside { } a comma ends the value; write "$10,000 a day" in quotes'),
    ("{p: {limit: $1 a day, chanel: x}}", 'p.chanel  unknown key; did you mean "channel"?'),
    ("{p: {limit: $1 a day, store: {}}}", "p.store  no quota store; name one, as {litellm: {team: search}}"),
    (
        "{p: {limit: $1 a day, channel: }}",
        'p.channel  empty; write "#team-search" in quotes: a # outside quotes begins a comment',
    ),
    ("{p: {limit: $1 a day, channel: Team Search}}", 'p.channel  "Team Search": not a channel; write "#team-search"'),
    ("{p: {limit: $1 a day, owner: pat}}", """p.owner  "pat": not a person; write an e-mail address, "@handle" or a Slack id"""),
    ("{p: {limit: $1 a day, kind: test}}", 'p.kind  "test": not one of the words for this; write exploratory or production'),
    (
        "{p: {limit: $1 a day, hard: 90 %}}",
        f'p.hard  "90 %": thresholds do not rise: warning 70 %, 90 %, soft 100 %, hard 90 %; {RISE}',
    ),
    (
        "{p: {limit: $1 a day, warning: $0.50, soft: $0.40}}",
        f'p.warning  "$0.50": thresholds do not rise: warning $0.50, soft $0.40, hard 120 %, of $1; {RISE}',
    ),
    (
        "{p: {limit: $1 a day, warning: [50 %, $0.50]}}",
        f"p.warning  thresholds do not rise: warning 50 %, $0.50, soft 100 %, hard 120 %, of $1; {RISE}",
    ),
    (
        "{p: {limit: $1 a day, soft: 9 requests}}",
        'p.soft  "9 requests": a threshold of 9 requests does not fit a limit in dollars; write a percentage, or an amount in dollars',
    ),
    (
        "{p: {limit: 90 tokens a day, warning: [50 %, $0.50]}}",
        'p.warning[1]  "$0.50": a threshold of $0.50 does not fit a limit in tokens; write a percentage, or an amount in tokens',
    ),
    (
        "{p: {limit: $1 a day, soft: $0.95, also: [{limit: $2 a week}]}}",
        'p.also[0].limit  "$2 a week": thresholds do not rise: warning 70 %, 90 %, soft $0.95, hard 120 %, of $2; they are inherited; give this quota its own',
    ),
    (
        "{p: {limit: $1 a day, soft: $0.95, also: [{limit: 5 tokens a week}]}}",
        'p.also[0].limit  "5 tokens a week": a threshold of $0.95 does not fit a limit in tokens; write a percentage, or an amount in tokens',
    ),
    (
        "{p: {limit: $9k a day, warning: [70 %, $8,500]}}",
        'p.warning[1]  "$8": inside [ ] a comma ends the value; write "$8,500" in quotes',
    ),
    (
        "{p: {limit: 2M tokens a day, soft: 1,900,000 tokens}}",
        'p.soft  "1": inside { } a comma ends the value; write "1,900,000 tokens" in quotes',
    ),
    (
        "{p: {limit: $900 a day, rollover: all}}",
        'p.rollover  "all": not a way to carry over what is left; write yes, no or up to $90',
    ),
    (
        "{p: {limit: 900 tokens a day, rollover: up to $2}}",
        'p.rollover  "up to $2": does not fit a limit in tokens; write an amount in tokens',
    ),
    ("{p: {limit: $1 a day, also: [{hard: 130 %}]}}", "p.also[0].limit  missing; write limit: $3,000 a month"),
    (
        "{p: {limit: $1 a day, also: [{models: top, limit: $1 a week}]}}",
        'p.also[0].models  "top": no such model group; write the name of a group under models',
    ),
    (
        "{p: {limit: $1 a day, also: [{limit: $2 a day}]}}",
        'p.also[0].limit  "$2 a day": a second quota p:usd/day; the first is on line 1; keep one',
    ),
]
WEAKER = 'only "over" is a condition: a rule holds from a value upwards: with this, a stricter request would get a weaker route'
ROUTING = [
    ("{name: a}", "[0]  asks nobody and refuses nothing; add ask: manager, or refuse: with a sentence"),
    ("{name: a, ask: []}", "[0].ask  asks nobody; name somebody, or remove the rule"),
    ("{name: a, ask: manager, refuse: b}", "[0]  asks and refuses; a rule does one of them"),
    ("{ask: manager}", "[0].name  missing; requests say which rule asks whom: name it"),
    ("{name: a, ask: manager}, {name: a, ask: owner}", '[1]  a second rule with the name "a"; give each rule its own name'),
    ("{name: a, ask: finanse}", '[0].ask  "finanse": no such group; did you mean "finance"?'),
    ("{name: a, ask: [manager, finanse]}", '[0].ask[1]  "finanse": no such group; did you mean "finance"?'),
    ("{name: a, ask: '@finance'}", '[0].ask  "@finance": this is a group, not a person; write finance'),
    ("{name: a, ask: [owner, owner]}", '[0].ask[1]  "owner": asked twice by this rule; keep one'),
    ("{name: a, ask: {quorum: 1}}", "[0].ask.group  missing; write the name of a group, or people: with a list"),
    (
        "{name: a, ask: {group: finance, people: '@cy'}}",
        "[0].ask  group and people at once; keep one, and give the other a line of its own",
    ),
    ("{name: a, ask: {people: []}}", "[0].ask.people  nobody is named; name at least one person"),
    (
        "{name: a, ask: {people: ['@cy', cy]}}",
        """[0].ask.people[1]  "cy": not a person; write an e-mail address, "@handle" or a Slack id""",
    ),
    ("{name: a, ask: {people: ['@cy', '@cy']}}", '[0].ask.people[1]  "@cy": named twice here'),
    (
        "{name: a, ask: {people: ['@cy', '@di'], quorum: 3}}",
        '[0].ask.quorum  "3": only 2 can be asked; ask fewer, or add people',
    ),
    (
        "{name: a, ask: {slack_group: two words}}",
        '[0].ask.slack_group  "two words": not the handle of a Slack user group; write security-oncall',
    ),
    ("{name: a, ask: managers manager}", """[0].ask  "managers manager": no such group; did you mean "manager's manager"?"""),
    ("{name: a, ask: {group: finanse}}", '[0].ask.group  "finanse": no such group; did you mean "finance"?'),
    ("{name: a, ask: {group: finance, quorum: two}}", '[0].ask.quorum  "two": not a number of people; write 1 to 20'),
    (
        "{name: a, ask: {group: finance, quorum: 3}}",
        '[0].ask.quorum  "3": only 2 can be asked; ask fewer, or add people',
    ),
    ("{name: a, ask: owner, when: {limit: firm}}", '[0].when.limit  "firm": not one of the words for this; write soft or hard'),
    ("{name: a, ask: owner, when: {amount: up to $100}}", f'[0].when.amount  "up to $100": {WEAKER}; write over $5,000'),
    ("{name: a, refuse: b, when: {duration: up to 1 day}}", f'[0].when.duration  "up to 1 day": {WEAKER}; write over 7 days'),
    ("{name: a, ask: owner, when: {amount: $100}}", '[0].when.amount  "$100": not a condition; write over $5,000'),
    (
        "{name: a, ask: owner, when: {amount: over 9}}",
        '[0].when.amount  "over 9": not an amount; write over $5,000, over 2M tokens or over 500 requests',
    ),
    ("{name: a, ask: owner, when: {percent: over 5}}", '[0].when.percent  "over 5": not a percentage; write over 50 %'),
    ("{name: a, ask: owner, when: {duration: over 5}}", '[0].when.duration  "over 5": not a time; write over 7 days'),
    (
        "{name: a, ask: owner, when: {data: [confidential]}}",
        "[0].when.data  a rule that holds for confidential data holds for every stricter class, too; write confidential, or [confidential, restricted]",
    ),
    (
        "{name: a, ask: owner, when: {data: []}}",
        "[0].when.data  no data class; write public, internal, confidential or restricted",
    ),
    (
        "{name: a, ask: owner, when: {data: [restrictd]}}",
        '[0].when.data[0]  "restrictd": not one of the words for this; did you mean "restricted"?',
    ),
    (
        "{name: a, ask: owner, when: {scope: platfrom/*}}",
        '[0].when.scope  "platfrom/*": matches no scope that has a quota; did you mean "platform"?',
    ),
    (
        "{name: a, ask: owner, when: {kind: prod}}",
        '[0].when.kind  "prod": not one of the words for this; write exploratory or production',
    ),
    ("{name: a, ask: owner, when: {model: approved}}", '[0].when.model  "approved": not a condition; write not approved'),
    (
        "{name: a, ask: owner, when: {model: not approved}}",
        '[0].when.model  "not approved": never holds: models.approved_for says nothing; say which models each data class may use',
    ),
    ("{name: a, ask: owner, when: {limt: soft}}", '[0].when.limt  unknown key; did you mean "limit"?'),
    ("no", '[0]  "no": not a mapping; write {name: large, when: {limit: hard}, ask: finance}'),
]
ATTRIBUTION = [
    ("no", '  "no": not a list; write a list of rules, as - {when: {team: search}, scope: platform/search}'),
    ("{team: search}", "  not a list; write a list of rules, as - {when: {team: search}, scope: platform/search}"),
    ("[no]", '[0]  "no": not a mapping; write {when: {team: search}, scope: platform/search}'),
    ("[{when: {team: a}}]", "[0].scope  missing; write scope: platform/search"),
    ("[{scope: platform}]", "[0].when  missing; write when: {team: search}"),
    ("[{when: {team: a}, scope: platform, name: b}]", "[0].name  unknown key"),
    ("[{when: {team: a}, scope: platfrom}]", '[0].scope  "platfrom": no such scope in quotas; did you mean "platform"?'),
    ("[{when: {team: a}, scope: sales}]", '[0].scope  "sales": no such scope in quotas; write one of those'),
    (
        "[{when: {team: a}, scope: platform/unatributed}]",
        '[0].scope  "platform/unatributed": no such scope in quotas; did you mean "platform/unattributed"?',
    ),
    (
        "[{when: {}, scope: platform}]",
        "[0].when  claims everything; say what it claims; what no rule claims is counted as unattributed",
    ),
    ("[{when: a, scope: platform}]", '[0].when  "a": not a mapping; write {team: search, tag: [rag, search]}'),
    ("[{when: {teem: a}, scope: platform}]", '[0].when.teem  unknown key; did you mean "team"?'),
    ("[{when: {tags: a}, scope: platform}]", '[0].when.tags  unknown key; did you mean "tag"?'),
    ("[{when: {env: a}, scope: platform}]", '[0].when.env  unknown key; did you mean "environment"?'),
    (
        "[{when: {litellm_team: a}, scope: platform}]",
        "[0].when.litellm_team  unknown key; write team; with source: litellm beside it only what comes through LiteLLM is claimed",
    ),
    ("[{when: {team: }, scope: platform}]", "[0].when.team  empty; write team: search"),
    ("[{when: {team: []}, scope: platform}]", "[0].when.team  no pattern; name at least one"),
    (
        "[{when: {team: [a, {}]}, scope: platform}]",
        "[0].when.team[1]  a mapping where a single value belongs; write team: search",
    ),
    (
        '[{when: {team: "a\\nb"}, scope: platform}]',
        '[0].when.team  "a b": not a pattern; write a name, or a pattern with *, of at most 200 characters',
    ),
]
WAITS = "write 4 working hours, 1 working day or 2 days"
REST = [
    ("time: {lapse_after: soon}", 'time.lapse_after  "soon": not a time; write 30 minutes, 4 hours, 5 days or 1 week'),
    (
        "time: {lapse_after: 4 working hours}",
        'time.lapse_after  "4 working hours": working time does not count here; write 5 days',
    ),
    ("bounds: {amount: 5}", 'bounds.amount  "5": not an amount; write $5,000, 2M tokens or 500 requests'),
    ("bounds: {amount: [$5, $6]}", 'bounds.amount[1]  "$6": a second amount of usd; keep one'),
    ("bounds: {percent: 0 %}", 'bounds.percent  "0 %": out of range; write 1 % to 10000 %'),
    ("bounds: {open: none}", 'bounds.open  "none": not a number of requests; write 1 to 1000'),
    (
        "bounds: {rest_after_denial: soon}",
        'bounds.rest_after_denial  "soon": not a time; write 30 minutes, 4 hours, 5 days or 1 week',
    ),
    ("bounds: {opn: 1}", 'bounds.opn  unknown key; did you mean "open"?'),
    ("time: {lapse_after: 99 weeks}", 'time.lapse_after  "99 weeks": longer than a year'),
    ("time: {remind_after: soon}", f'time.remind_after  "soon": not a time; {WAITS}'),
    ("time: {remind_after: [0 working days]}", f'time.remind_after[0]  "0 working days": not a time; {WAITS}'),
    ("time: {remind_after: {a: b}}", "time.remind_after  a mapping where a single value belongs; write 4 working hours"),
    (
        "time: {remind_after: [1 working day, 8 working hours]}",
        'time.remind_after[1]  "8 working hours": not later than the one before it; each wait counts from when the stage was asked',
    ),
    (
        "time: {remind_after: [1 hour, 2 hours, 3 hours, 4 hours, 5 hours, 6 hours]}",
        "time.remind_after  more than 5 reminders; name fewer: who did not look by then is not reached by one more",
    ),
    ("time: {escalate_after: later}", f'time.escalate_after  "later": not a time; {WAITS}'),
    ("time: {escalate_after: 367 working days}", 'time.escalate_after  "367 working days": longer than a year'),
    ("time: {working_hours: 9 to 5}", 'time.working_hours  "9 to 5": not working hours; write "09:00 to 17:00"'),
    (
        "time: {working_hours: '09:00 to 17:60'}",
        'time.working_hours  "09:00 to 17:60": not a time of day; write "09:00 to 17:00"',
    ),
    (
        "time: {working_hours: '24:00 to 24:00'}",
        'time.working_hours  "24:00 to 24:00": not a time of day; write "09:00 to 17:00"',
    ),
    (
        "time: {working_hours: '22:00 to 06:00'}",
        'time.working_hours  "22:00 to 06:00": ends before it begins; write "09:00 to 17:00"; hours over midnight are not supported',
    ),
    ("time: {working_days: []}", "time.working_days  no working day; leave it out for Monday to Friday"),
    ("time: {working_days: [monday, monday]}", "time.working_days  a day is named twice"),
    (
        "time: {working_days: [thirsday]}",
        'time.working_days[0]  "thirsday": not one of the words for this; did you mean "thursday"?',
    ),
    ("time: {holidays: germany}", 'time.holidays  "germany": neither a country nor a day; write DE, DE-BE or 2026-12-24'),
    (
        "time: {holidays: [GB-SCX]}",
        'time.holidays[0]  "GB-SCX": no holidays are known of this part of GB; did you mean "GB-SCT"?',
    ),
    ("time: {holidays: QQ}", 'time.holidays  "QQ": no holidays are known of this country; write the days: [2026-12-24]'),
    ("time: {holidays: [2026-02-30]}", 'time.holidays[0]  "2026-02-30": there is no such day; write 2026-12-24'),
    ("time: {nudge_every: often}", 'time.nudge_every  "often": not a time; write 30 minutes, 4 hours, 5 days or 1 week'),
    ("time: {undo_within: soon}", 'time.undo_within  "soon": not a time; write 30 minutes, 4 hours, 5 days or 1 week'),
    ("time: {extensions: 0}", 'time.extensions  "0": not a number of extensions; write 1 to 20, or never'),
    ("time: {extensions: 21}", 'time.extensions  "21": not a number of extensions; write 1 to 20, or never'),
    ("time: {extension: 2}", 'time.extension  unknown key; did you mean "extensions"?'),
    ("time: {extended_at_most: long}", 'time.extended_at_most  "long": not a time; write 30 minutes, 4 hours, 5 days or 1 week'),
    ("time: {notices: [1 day, soon]}", 'time.notices[1]  "soon": not a time; write 30 minutes, 4 hours, 5 days or 1 week'),
    ("time: {notices: [1 day, 24 hours]}", "time.notices  a notice is named twice"),
    ("time: {notices: [1 day, 2 days, 3 days, 4 days, 5 days, 6 days]}", "time.notices  more than 5 notices; name fewer"),
    ("digest: {when: mondy 09:00}", 'digest.when  "mondy 09:00": "mondy" is not a weekday; did you mean "monday"?'),
    ("digest: {when: monday 24:00}", 'digest.when  "monday 24:00": "24:00" is not a time of day; write 00:00 to 23:59'),
    ("digest: {when: weekly}", 'digest.when  "weekly": not a weekday and a time; write monday 09:00'),
    ("digest: {finance: '#f'}", "digest.finance  not supported yet; leave it out"),
    ("routing: {}", "routing  not a list; write a list of rules, as - {name: large, when: {limit: hard}, ask: finance}"),
]

TABLE = [
    *[(text, f"app.yaml:{expected}") for text, expected in SCHEMA],
    *[
        (f"organization: {value}\nquotas: {{p: {{limit: $1 a day}}}}", f"app.yaml:1  organization.{e}")
        for value, e in ORGANIZATION
    ],
    *[(SMALL + f"people: {value}", f"app.yaml:3  people.{expected}") for value, expected in PEOPLE],
    *[(SMALL + f"models: {value}", f"app.yaml:3  models.{expected}") for value, expected in MODELS],
    *[(SMALL + f"thresholds: {value}", f"app.yaml:3  thresholds.{expected}") for value, expected in THRESHOLDS],
    *[(f"quotas: {value}\n" + ORG, f"app.yaml:1  quotas.{expected}") for value, expected in QUOTAS],
    *[(SMALL + GROUPS + f"routing: [{value}]", f"app.yaml:4  routing{expected}") for value, expected in ROUTING],
    *[(SMALL + f"attribution: {value}", f"app.yaml:3  attribution{expected}") for value, expected in ATTRIBUTION],
    *[(SMALL + text, f"app.yaml:3  {expected}") for text, expected in REST],
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[expected[:70] for _, expected in TABLE])
def test_a_mistake_gives_exactly_its_line(text: str, expected: str) -> None:
    assert said(text) == [expected]


def test_every_problem_is_said_at_once_in_the_order_of_the_file() -> None:
    text = (
        "organization: {nme: Acme}\ntime: {lapse_after: 3}\nquotas:\n  p: {limit: much}\nrouting:\n  - {name: a, ask: nobody}\n"
    )
    assert [problem.split("  ")[1] for problem in said(text)] == [
        "organization.nme",
        "organization.name",
        "time.lapse_after",
        "quotas.p.limit",
        "routing[0].ask",
    ]


@pytest.mark.parametrize("percent", ["70 %", "70%"])
def test_a_percentage_may_have_its_space_or_not(percent: str) -> None:
    assert said(SMALL + f"thresholds: {{warning: {percent}}}") == []


def test_a_threshold_of_a_section_fits_where_the_limit_has_its_unit_and_its_size() -> None:
    levels = "thresholds: {warning: 70 %, soft: $0.95, hard: $1.50}\n"
    assert said(ORG + levels + "quotas: {a: {limit: $1 a day}, b: {limit: $1.20 a week}}") == []
    assert said(ORG + levels + "quotas: {a: {limit: $2 a day}, b: {limit: $2 a week, soft: 100 %, hard: 100 %}}") == [
        'app.yaml:3  quotas.a.limit  "$2 a day": thresholds do not rise: warning 70 %, soft $0.95, hard $1.50, of $2; they are inherited; give this quota its own'
    ]


def test_a_quota_without_an_ancestor_is_fine() -> None:
    assert said(ORG + "quotas: {platform/engineering/search: {limit: $1 a day}}") == []
