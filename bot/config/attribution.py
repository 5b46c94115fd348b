"""The `attribution` section: rules that say which scope usage belongs to, from what it says about where it came from."""

from collections.abc import Mapping, Sequence

from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.tree import Entries, Items
from bot.config.words import covers
from workflows.attribution import TESTED, Claim

HOW = "{when: {team: search}, scope: platform/search}"
LONGEST = 200  # of a pattern: more is not the name of anything
MEANT = {  # other names of what a rule may test
    "litellm_team": "write team; with source: litellm beside it only what comes through LiteLLM is claimed",
    "litellm_user": 'did you mean "user"?',
    "email": 'did you mean "user"?',
    "department": 'did you mean "team"?',
    "env": 'did you mean "environment"?',
    "key_alias": 'did you mean "key"?',
    "service_name": 'did you mean "service"?',
}


def attribution(place: Place, scopes: Sequence[str]) -> tuple[Claim, ...]:
    """The rules in their order; `scopes` are those of the tree. Says which rule can never match."""
    if not isinstance(place.tree, Items):
        place.bad("not a list", f"write a list of rules, as - {HOW}")
        return ()
    read = [(at, _claim(at, scopes)) for at in place.items(HOW)]
    claims = [(at, claim) for at, claim in read if claim is not None]
    for number, (at, claim) in enumerate(claims):
        if (first := next((before for before, wide in claims[:number] if _covered(wide, claim)), None)) is not None:
            at.doubtful(f"never matches: the rule on line {first.tree.line} claims all of it first", "move it up, or remove it")
    return tuple(claim for _, claim in claims)


def _claim(place: Place, scopes: Sequence[str]) -> Claim | None:
    fields = place.fields(("when", "scope"), example=HOW)
    for key, example in (("when", "when: {team: search}"), ("scope", "scope: platform/search")):
        if key not in fields:
            place.missing(key, f"write {example}")
    when = _when(fields["when"]) if "when" in fields else {}
    scope = fields["scope"].text("platform/search") if "scope" in fields else ""
    if scope and scope not in scopes:
        fields["scope"].bad("no such scope in quotas", nearest(scope, scopes) or "write one of those")
    return Claim(scope, when) if scope and when else None


def _when(place: Place) -> Mapping[str, tuple[str, ...]]:
    fields = place.fields(TESTED, meant=MEANT, example="{team: search, tag: [rag, search]}")
    if isinstance(place.tree, Entries) and not place.tree.entries:
        place.bad("claims everything", "say what it claims; what no rule claims is counted as unattributed")
    return {word: _patterns(word, at) for word, at in fields.items()}


def _patterns(word: str, place: Place) -> tuple[str, ...]:
    """What may be said for a word, as shell patterns."""
    said = [(at, at.text(f"{word}: search")) for at in place.some(f"[{word}-1, {word}-2]")]
    if not said and isinstance(place.tree, Items):
        place.bad("no pattern", "name at least one")
    for at, pattern in said:
        if len(pattern) > LONGEST or not pattern.isprintable():
            at.bad("not a pattern", f"write a name, or a pattern with *, of at most {LONGEST} characters")
        elif word == "user" and pattern.startswith("@"):
            at.doubtful("senders name people by e-mail address or id, not by handle", "write the address, as ada@acme.example")
    return tuple(dict.fromkeys(pattern for _, pattern in said if pattern))


def _covered(wide: Claim, narrow: Claim) -> bool:
    """Whether the first surely matches all that the second does."""
    return all(word in narrow.when and _all_covered(patterns, narrow.when[word]) for word, patterns in wide.when.items())


def _all_covered(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    return all(any(covers(one.casefold(), other.casefold()) for one in wide) for other in narrow)
