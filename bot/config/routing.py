"""The `routing` section: rules that ask, refuse or approve. A condition says "this or stricter", a guardrail "this or milder"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.config.conditions import when
from bot.config.guardrails import guardrails, mode_of
from bot.config.place import Place
from bot.config.problems import listed, nearest
from bot.config.tree import Entries
from bot.config.words import choice, is_person, person, usergroup
from workflows.people import PersonId
from workflows.policy import Models, People
from workflows.rules import Ask, Rule, When

EXAMPLE = "{name: large, when: {limit: hard}, ask: finance}"
ROLES = ("manager", "manager's manager", "owner")
SEATS = ("group", "people", "slack_group")  # of which one says who fills them
MOST_SEATS = 20
DOES = {"ask": "asks", "refuse": "refuses", "approve": "approves"}


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name."""

    people: People
    models: Models
    scopes: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        return (*self.people.groups, *self.people.usergroups)


def routing(place: Place, known: Known) -> tuple[Rule, ...]:
    """The rules, in the order of the file."""
    rules: dict[str, Rule] = {}
    for at in place.items(f"a list of rules, as - {EXAMPLE}"):
        rule = _rule(at, known)
        if rule.name in rules:
            at.bad(f'a second rule with the name "{rule.name}"', "give each rule its own name")
        rules[rule.name or at.path] = rule
    return tuple(rules.values())


def _rule(place: Place, known: Known) -> Rule:
    fields = place.fields(("name", "when", *DOES, "at_once"), example=EXAMPLE)
    if not isinstance(place.tree, Entries):
        return Rule("")
    if "name" not in fields:
        place.missing("name", "requests say which rule asks whom: name it")
    does = [said for word, said in DOES.items() if word in fields]
    if len(does) > 1:
        place.bad(" and ".join(does), "a rule does one of them")
    elif not does:
        place.bad("asks nobody and refuses nothing", "add ask: manager, or refuse: with a sentence")
    name = fields["name"].text("a short name") if "name" in fields else ""
    if "approve" in fields:
        return _approving(name, place, fields, known)
    return Rule(
        name=name,
        when=when(fields["when"], known.scopes, known.models) if "when" in fields else When(),
        ask=_asks(fields["ask"], known) if "ask" in fields else (),
        refuse=fields["refuse"].text("a sentence that says why") if "refuse" in fields else "",
        at_once=_at_once(fields["at_once"], "refuse" in fields) if "at_once" in fields else False,
    )


def _approving(name: str, place: Place, fields: Mapping[str, Place], known: Known) -> Rule:
    mode = mode_of(fields["approve"])
    if "when" not in fields:
        place.missing("when", "a rule that approves says how much at most: write when: {amount: up to $100}")
        return Rule(name)
    when, approve = guardrails(fields["when"], known.scopes, known.models, mode)
    return Rule(name, when, approve=approve)


def _at_once(place: Place, refuses: bool) -> bool:
    if not refuses:
        place.bad("only a rule that refuses can hold for open requests at once", "leave it out")
    return choice(place, {"yes": True, "no": False}, False)


def _asks(place: Place, known: Known) -> tuple[Ask, ...]:
    asks: list[Ask] = []
    places = place.some("[owner, finance]")
    for at in places:
        ask = _seats(at, known) if isinstance(at.tree, Entries) else _ask(at, known)
        if any(ask.who == a.who and ask.people == a.people for a in asks):
            at.bad("asked twice by this rule", "keep one")
        asks.append(ask)
    if not places:
        place.bad("asks nobody", "name somebody, or remove the rule")
    return tuple(asks)


def _ask(place: Place, known: Known) -> Ask:
    said = place.text("manager, owner, the name of a group or a person")
    if said in ROLES or said in known.groups:
        return Ask(said)
    if said.removeprefix("@") in (*ROLES, *known.groups):
        place.bad("this is a group, not a person", f"write {said.removeprefix('@')}")
    elif is_person(said):
        return Ask("", (person(place, known.groups),))
    elif said:
        place.bad("no such group", nearest(said, (*ROLES, *known.groups)))
    return Ask(said)


def _seats(place: Place, known: Known) -> Ask:
    """{group: finance, quorum: 2}, {people: [cy@acme.example, di@acme.example], quorum: 2}, {slack_group: security-oncall}"""
    fields = place.fields((*SEATS, "quorum", "first"), example="{group: finance, quorum: 2}")
    named = [key for key in SEATS if key in fields]
    if not named:
        place.missing("group", "write the name of a group, or people: with a list")
    elif len(named) > 1:
        place.bad(f"{listed(named, 'and')} at once", "keep one, and give the other a line of its own")
    ask = Ask()
    if named:
        ask = {"group": _group, "people": _named, "slack_group": _slack_group}[named[0]](fields[named[0]], known)
    members = ask.people or known.people.groups.get(ask.who)
    quorum = _quorum(fields["quorum"], members) if "quorum" in fields else 1
    return replace(ask, quorum=quorum, first=_quorum(fields["first"], members) if "first" in fields else 0)


def _group(place: Place, known: Known) -> Ask:
    said = place.text("the name of a group")
    if said and said not in known.groups:
        place.bad("no such group", nearest(said, known.groups))
    return Ask(said)


def _named(place: Place, known: Known) -> Ask:
    people: list[PersonId] = []
    places = place.some("[cy@acme.example, di@acme.example]")
    for at in places:
        who = person(at, known.groups)
        if who in people:
            at.bad("named twice here")
        people.append(who)
    if not places:
        place.bad("nobody is named", "name at least one person")
    return Ask("", tuple(dict.fromkeys(people)))


def _slack_group(place: Place, known: Known) -> Ask:
    """A Slack user group without a name of its own is called by its handle."""
    handle = usergroup(place)
    return Ask(next((name for name, other in known.people.usergroups.items() if other == handle), f"@{handle}"))


def implied(rules: Iterable[Rule]) -> dict[str, str]:
    """The Slack user groups that rules ask by handle alone."""
    return {ask.who: ask.who[1:] for rule in rules for ask in rule.ask if ask.who.startswith("@")}


def _quorum(place: Place, members: tuple[object, ...] | None) -> int:
    said = place.text("2")
    if not said:
        return 1
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= MOST_SEATS:
        place.bad("not a number of people", f"write 1 to {MOST_SEATS}")
    elif members is not None and int(said) > len(members):
        place.bad(f"only {len(members)} can be asked", "ask fewer, or add people")
    else:
        return int(said)
    return 1
