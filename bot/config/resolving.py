"""Resolving a draft: every person, channel and user group becomes the id it has in Slack."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from bot.config.directory import EMAIL
from bot.config.place import Ref, Sort
from bot.config.problems import Problem, nearest
from bot.config.reading import Draft
from bot.config.staffing import staffed
from bot.config.words import CHANNEL_ID, ID
from workflows.acceptable import Acceptable, UseCase
from workflows.people import PersonId
from workflows.policy import People, Policy
from workflows.quotas import Quota
from workflows.rules import Rule

NOBODY = "?"  # no id of Slack's begins with it
OFFLINE = "people and channels were not looked up: SLACK_BOT_TOKEN is not set"


class Lookup(Protocol):
    """What Slack knows by these names: no id when there is none, several when the name is not unique.

    Only people who are active members count; guests, bots and people who left do not. May raise `Unavailable`.
    """

    def person(self, text: str) -> Sequence[str]:
        """By Slack id, e-mail address or @handle."""

    def channel(self, text: str) -> Sequence[str]:
        """By #name."""

    def usergroup(self, handle: str) -> Sequence[str]:
        """By handle, without the @."""


Ids = Mapping[tuple[Sort, str], str]


@dataclass(frozen=True, slots=True)
class Settled:
    """A policy in which everyone was looked up, and what may not be meant."""

    policy: Policy
    warnings: tuple[Problem, ...] = ()


def resolve(draft: Draft, lookup: Lookup) -> Policy | list[Problem]:
    """The policy, or everything that Slack does not know."""
    found = settle(draft, lookup)
    return found.policy if isinstance(found, Settled) else found


def settle(draft: Draft, lookup: Lookup, *, strict: bool = True) -> Settled | list[Problem]:
    """The same, with warnings. Each name is looked up once, wherever it stands.

    Who is not `strict` gets a policy although Slack does not know a name: somebody left, a channel was renamed. They are warned,
    and whoever is not there is not asked. What runs already must end on time all the same.
    """
    ask = {Sort.PERSON: lookup.person, Sort.CHANNEL: lookup.channel, Sort.USERGROUP: lookup.usergroup}
    found: dict[tuple[Sort, str], tuple[str, ...]] = {}
    for sort, text in dict.fromkeys((ref.sort, ref.text) for ref in draft.refs):
        # A channel's id is taken at its word: Slack would check it only for a scope that an app.yaml of ids does without.
        given = sort is Sort.CHANNEL and CHANNEL_ID.fullmatch(text)
        found[sort, text] = (text,) if given else tuple(ask[sort](text))
    problems = [_unfound(ref, found[ref.sort, ref.text]) for ref in draft.refs if len(found[ref.sort, ref.text]) != 1]
    if problems and strict:
        return problems
    ids = {key: ids[0] if len(ids) == 1 else _missing(*key) for key, ids in found.items()}
    if twice := _same(draft, ids):
        return twice
    policy, doubts = _with(draft.policy, ids), tuple(replace(p, suggestion="until then it counts as not there") for p in problems)
    if draft.staff is not None:
        reported, unstaffed = staffed(draft.staff, lookup.person)
        doubts += tuple(unstaffed)
        policy = replace(policy, people=replace(policy.people, reported=reported))
    return Settled(replace(policy, hash=hash_of(policy)), doubts)


def _missing(sort: Sort, text: str) -> str:
    """What stands for a name that Slack does not know. A person's is kept as an id that nobody has, so nobody is asked by it."""
    return f"{NOBODY}{text}" if sort is Sort.PERSON else ""


def hash_of(policy: Policy) -> str:
    """A SHA-256 of what a policy says: comments and the order of a mapping do not count, the order of rules does.

    Who reports to whom is no policy, wherever it is read from: a new export every night is the same policy. Nor are the dates of
    a country's holidays: they come from outside, and the policy is the same when they are known better.
    """
    week = replace(policy.timing.week, holidays=frozenset())
    said = replace(
        policy,
        hash="",
        quotas=tuple(sorted(policy.quotas, key=lambda quota: quota.key)),
        people=replace(policy.people, reported={}),
        timing=replace(policy.timing, week=week),
    )
    canonical = msgspec.json.encode(msgspec.to_builtins(said, str_keys=True), order="sorted")
    return hashlib.sha256(canonical).hexdigest()


def _unfound(ref: Ref, ids: Sequence[str]) -> Problem:
    if ids:
        return Problem(ref.path, ref.text, f"{len(ids)} have this name in the workspace", "write the Slack id", ref.line)
    message = _nobody(ref)
    if group := nearest(ref.text.removeprefix("@"), ref.or_group):
        return Problem(ref.path, ref.text, "no such group, and nobody of that name", group, ref.line)
    return Problem(ref.path, ref.text, message, line=ref.line)


def _nobody(ref: Ref) -> str:
    match ref.sort:
        case Sort.CHANNEL:
            return "this workspace has no channel of this name that the app can see; if it is private, invite the app first"
        case Sort.USERGROUP:
            return "this workspace has no user group with this handle"
        case Sort.PERSON:
            how = "e-mail address" if EMAIL.fullmatch(ref.text) else "Slack id" if ID.fullmatch(ref.text) else "handle"
            return f"nobody in this workspace has this {how}"


def _same(draft: Draft, ids: Ids) -> list[Problem]:
    """People who are named twice under different names, where each must be somebody else."""
    who = draft.policy.people
    problems = [
        _at(draft, f"people.managers.{person}", manager, "nobody is their own manager")
        for person, manager in who.managers.items()
        if ids[Sort.PERSON, person] == ids[Sort.PERSON, manager]
    ]
    lists = [("people.managers.", tuple(who.managers)), ("people.authority.", tuple(who.authority.people))]
    lists += [(f"people.groups.{name}[", members) for name, members in who.groups.items()]
    lists += [(f"people.accounts.{account.name}.owners", account.owners) for account in who.accounts]
    lists += [(f"routing[{n}].ask", ask.people) for n, rule in enumerate(draft.policy.rules) for ask in rule.ask]
    for path, people in lists:
        for person, known in _twice(people, ids):
            here = path + person if path.endswith(".") else path
            problems.append(_at(draft, here, person, f"the same person as {known}; name each person once"))
    return problems


def _twice(people: Iterable[str], ids: Ids) -> list[tuple[str, str]]:
    """People who were named before, with how they were named then."""
    first: dict[str, str] = {}
    named = [(person, first.setdefault(ids[Sort.PERSON, person], person)) for person in people]
    return [(person, known) for person, known in named if person != known]


def _at(draft: Draft, path: str, text: str, message: str) -> Problem:
    ref = next(ref for ref in draft.refs if ref.text == text and ref.path.startswith(path))
    return Problem(ref.path, text, message, line=ref.line)


def _with(policy: Policy, ids: Ids) -> Policy:
    return replace(
        policy,
        people=_people(policy.people, ids),
        quotas=tuple(_quota(quota, ids) for quota in policy.quotas),
        rules=tuple(_rule(rule, ids) for rule in policy.rules),
        acceptable=_acceptable(policy.acceptable, ids),
        digest=replace(policy.digest, leadership=ids.get((Sort.CHANNEL, policy.digest.leadership), "")),
        operators=replace(policy.operators, channel=ids.get((Sort.CHANNEL, policy.operators.channel), "")),
    )


def _person(person: str, ids: Ids) -> PersonId:
    return PersonId(ids[Sort.PERSON, person])


def _people(people: People, ids: Ids) -> People:
    caps = people.authority
    return replace(
        people,
        managers={_person(who, ids): _person(manager, ids) for who, manager in people.managers.items()},
        groups={name: tuple(_person(who, ids) for who in members) for name, members in people.groups.items()}
        | {name: () for name, handle in people.usergroups.items() if not ids[Sort.USERGROUP, handle]},
        accounts=tuple(replace(a, owners=tuple(_person(who, ids) for who in a.owners)) for a in people.accounts),
        usergroups={name: id_ for name, handle in people.usergroups.items() if (id_ := ids[Sort.USERGROUP, handle])},
        authority=replace(caps, people={_person(who, ids): cap for who, cap in caps.people.items()}),
    )


def _quota(quota: Quota, ids: Ids) -> Quota:
    owner = _person(quota.owner, ids) if quota.owner else None
    there = owner if owner and not owner.startswith(NOBODY) else None
    return replace(quota, owner=there, channel=ids.get((Sort.CHANNEL, quota.channel), ""))


def _rule(rule: Rule, ids: Ids) -> Rule:
    return replace(rule, ask=tuple(replace(a, people=tuple(_person(p, ids) for p in a.people)) for a in rule.ask))


def _acceptable(rules: Acceptable, ids: Ids) -> Acceptable:
    return replace(rules, use_cases=tuple(_use_case(use, ids) for use in rules.use_cases))


def _use_case(use: UseCase, ids: Ids) -> UseCase:
    return replace(use, approval=replace(use.approval, by=_person(use.approval.by, ids))) if use.approval else use
