"""Reading app.yaml: from a file to a draft of the policy, or to everything that is wrong with it.

A draft is a policy in which people and channels are still what the operator wrote; `resolving` looks them up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from zoneinfo import available_timezones

from bot.config.acceptable import acceptable
from bot.config.attribution import attribution
from bot.config.bounds import bounds
from bot.config.decisions import decisions
from bot.config.directory import Staff
from bot.config.glass import glass
from bot.config.levels import levels
from bot.config.models import models
from bot.config.operators import operators
from bot.config.people import people
from bot.config.place import Notes, Place, Ref
from bot.config.problems import Problem, nearest
from bot.config.quotas import Context, quotas, scopes, tree
from bot.config.reports import reports
from bot.config.routing import Known, implied, routing
from bot.config.stores import stores
from bot.config.timing import WEEKDAYS, timing
from bot.config.tree import LARGEST, parse
from bot.config.words import channel, choice
from workflows.acceptable import Acceptable
from workflows.bounds import UNBOUNDED
from workflows.operators import Operators
from workflows.policy import FREE, Decisions, DigestPlan, Organization, People, Policy, Timing
from workflows.routing import SECURITY

SECTIONS = (
    *("organization", "people", "models", "thresholds", "quotas", "attribution", "routing", "acceptable_use"),
    *("bounds", "decisions", "break_glass", "time", "digest", "reports", "stores", "operators"),
)
YEAR = "january february march april may june july august september october november december"
MONTHS = {name: n for n, name in enumerate(YEAR.split(), start=1)}
WHEN = re.compile(r"([A-Za-z]+) ([0-9]{1,2}):([0-9]{2})")
NAME = 80  # of the organisation, in characters: it stands in headers


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy with people, channels and user groups as written, where they were written, and what may not be meant.

    `staff` are the people of the directory file, if there is one.
    """

    policy: Policy
    refs: tuple[Ref, ...] = ()
    warnings: tuple[Problem, ...] = ()
    staff: Staff | None = None
    ends: tuple[tuple[date, Problem], ...] = ()

    def doubts(self, today: date) -> tuple[Problem, ...]:
        """What may not be meant on a day: the warnings, and those that hold once some day before it is over."""
        return (*self.warnings, *(problem for day, problem in self.ends if day < today))


def read(path: Path) -> Draft | list[Problem]:
    """The draft in a file, or every problem in it."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        return [Problem("", "", f"cannot be read: {why}", "LEEWAY_CONFIG says where it is")]
    return read_bytes(raw, path.parent)


def read_bytes(raw: bytes, folder: Path | None = None) -> Draft | list[Problem]:
    """The draft in the bytes of a file, or every problem in them. Files that it names are in `folder`, or stay unread."""
    tree, problems = parse(raw)
    if tree is None:
        return problems
    notes = Notes(problems, folder=folder)
    policy = _policy(Place("", tree, notes))
    if notes.problems:
        return sorted(notes.problems, key=lambda p: p.line)
    return Draft(policy, tuple(notes.refs), tuple(notes.warnings), notes.staff, tuple(notes.ends))


def _policy(place: Place) -> Policy:
    fields = place.fields(SECTIONS, example="organization: {name: Acme}")
    for key, example in (("organization", "{name: Acme}"), ("quotas", "{platform: {limit: $250 a month}}")):
        if key not in fields:
            place.missing(key, f"write {key}: {example}")
    which, prices, fallback = models(fields.get("models"))
    gateways = stores(fields["stores"]) if "stores" in fields else {}
    context = Context(levels(fields.get("thresholds")), which.groups, gateways)
    limits = quotas(fields["quotas"], context) if "quotas" in fields else ()
    named = scopes(fields["quotas"]) if "quotas" in fields else ()
    who = people(fields["people"], tree(named)) if "people" in fields else People()
    known = Known(who, which, named)
    rules = routing(fields["routing"], known) if "routing" in fields else ()
    policy = Policy(
        organization=_organization(fields["organization"]) if "organization" in fields else Organization(""),
        quotas=limits,
        rules=rules,
        people=replace(who, usergroups={**who.usergroups, **implied(rules)}),
        models=which,
        timing=timing(fields["time"]) if "time" in fields else Timing(),
        decisions=decisions(fields["decisions"]) if "decisions" in fields else Decisions(),
        digest=_digest(fields["digest"]) if "digest" in fields else DigestPlan(),
        bounds=bounds(fields["bounds"]) if "bounds" in fields else UNBOUNDED,
        prices=prices,
        fallback_price=fallback,
        claims=attribution(fields["attribution"], tree(named)) if "attribution" in fields else (),
        reports=reports(fields["reports"]) if "reports" in fields else {},
        acceptable=acceptable(fields["acceptable_use"], tree(named)) if "acceptable_use" in fields else Acceptable(),
        glass=glass(fields["break_glass"], who) if "break_glass" in fields else None,
        stores=gateways,
        operators=operators(fields["operators"], who) if "operators" in fields else Operators(who.fallback),
    )
    _doubts(fields, place, policy)
    return policy


def _doubts(fields: Mapping[str, Place], root: Place, policy: Policy) -> None:
    """What a file may leave out, at a price that its author should know."""
    who = policy.people
    groups = (*who.groups, *who.usergroups)
    if who.fallback not in groups:
        advice = f"name a group that stands in, as fallback: {next(iter(groups), 'platform')}"
        at, key = (fields["people"], "fallback") if "people" in fields else (root, "people.fallback")
        at.lacking(key, "a request is refused when its approvers cannot be asked", advice)
    if policy.fallback_price is FREE:
        advice = "write fallback_price: {input: $15.00 per 1M tokens, output: $75.00 per 1M tokens}"
        at, key = (fields["models"], "fallback_price") if "models" in fields else (root, "models.fallback_price")
        at.lacking(key, "calls to a model without a known price count as $0", advice)
    if "routing" in fields and SECURITY not in groups and any(rule.refuse for rule in policy.rules):
        at, key = (fields["people"], "groups.security") if "people" in fields else (root, "people.groups.security")
        at.lacking(key, "what a rule refuses cannot be appealed", "name who is security, as security: [sam@acme.example]")
    if any(quota.place for quota in policy.quotas) and not policy.operators.channel:
        at, key = (fields["operators"], "channel") if "operators" in fields else (root, "operators.channel")
        advice = 'write channel: "#ai-ops"' if "operators" in fields else 'write operators: {who: platform, channel: "#ai-ops"}'
        at.lacking(key, "operators are told of a gateway one by one, and nobody sees who looks at it", advice)
    if policy.quotas and not any(quota.owner for quota in policy.minders):
        advice = f"name an owner, or give {policy.unattributed} a quota that has one"
        fields["quotas"].lacking(f"{policy.root}.owner", "nobody owns usage that no rule attributes", advice)


def _organization(place: Place) -> Organization:
    fields = place.fields(("name", "timezone", "currency", "fiscal_year_starts"), example="{name: Acme, timezone: Europe/Berlin}")
    if "name" not in fields:
        place.missing("name", "write the organisation's name")
    name = fields["name"].text("Acme") if "name" in fields else ""
    if len(name) > NAME:
        fields["name"].bad(f"longer than {NAME} characters")
    if "currency" in fields and fields["currency"].text("USD") not in ("USD", ""):
        fields["currency"].bad("only US dollars are supported yet", "write USD")
    starts = choice(fields["fiscal_year_starts"], MONTHS, 1) if "fiscal_year_starts" in fields else 1
    return Organization(name, _zone(fields["timezone"]) if "timezone" in fields else "UTC", starts)


def _zone(place: Place) -> str:
    said = place.text("Europe/Berlin")
    zones = available_timezones()
    if said and said not in zones:
        place.bad("no such time zone", nearest(said, zones) or "write a name as Europe/Berlin")
        return "UTC"
    return said or "UTC"


def _digest(place: Place) -> DigestPlan:
    fields = place.fields(("when", "leadership"), later=("finance",), example="{when: monday 09:00}")
    weekday, at = _moment(fields["when"]) if "when" in fields else (0, time(9))
    return DigestPlan(weekday, at, channel(fields["leadership"]) if "leadership" in fields else "")


def _moment(place: Place) -> tuple[int, time]:
    """ "monday 09:00" as a weekday and a time of day."""
    said = place.text("monday 09:00")
    found = WHEN.fullmatch(said)
    if found and found[1].lower() not in WEEKDAYS:
        place.bad(f'"{found[1]}" is not a weekday', nearest(found[1], WEEKDAYS) or "write monday 09:00")
    elif found and (int(found[2]) > 23 or int(found[3]) > 59):
        place.bad(f'"{found[2]}:{found[3]}" is not a time of day', "write 00:00 to 23:59")
    elif found:
        return WEEKDAYS[found[1].lower()], time(int(found[2]), int(found[3]))
    elif said:
        place.bad("not a weekday and a time", "write monday 09:00")
    return 0, time(9)
