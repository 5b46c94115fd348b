"""The `stores` section, and `store` of a quota: which gateway enforces it, and what has its limit there. Keys are never here."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from bot.config.gateways import GATEWAYS, PARTS, Gateway, Parts
from bot.config.levels import IN
from bot.config.place import Place
from bot.config.problems import Problem, listed, nearest
from bot.config.tree import Entries, Text
from bot.config.words import choice, span
from workflows.limits import Edits, StoreRules
from workflows.limits import Place as Where
from workflows.quotas import Quota

HOW = "{litellm: {url: https://litellm.acme.example}}"
PLACED = "{litellm: {team: search}}"
SECONDS = re.compile(r"([0-9]{1,4}) seconds?")
LATEST = timedelta(hours=1)  # an override is waited for that long as the shipped app.yaml has it
OFTEN, SELDOM = timedelta(minutes=5), timedelta(days=1)  # Claude allows an organisation sixty calls a minute; a wish is two
LONGEST = 200  # of a name in a gateway
YES_NO = {"yes": True, "no": False}
EDITS = {edits.value: edits for edits in Edits}
KEYS = ("url", "effective_within", "edits", "expiring", "requests")


def stores(place: Place) -> dict[str, StoreRules]:
    """How each gateway is used."""
    found: dict[str, StoreRules] = {}
    for key, value in place.entries(HOW):
        gateway = GATEWAYS.get(key.written)
        if gateway is None:
            key.bad("no such kind of quota store", nearest(key.written, GATEWAYS) or f"write {listed(GATEWAYS)}")
        else:
            found[key.written] = _rules(value, gateway)
    return found


def _rules(place: Place, gateway: Gateway) -> StoreRules:
    usual = StoreRules(gateway.url, gateway.within)
    if gateway.url and place.tree == Text("", place.tree.line):
        return usual
    fields = place.fields(KEYS, example="{url: https://litellm.acme.example}")
    if "url" not in fields and not gateway.url:
        place.missing("url", f"write where {gateway.title} is, as url: https://litellm.acme.example")
    expiring = "expiring" in fields and choice(fields["expiring"], YES_NO, False)
    if expiring and not gateway.expires:
        fields["expiring"].bad(f"{gateway.title} cannot end an override by itself", "leave it out: we end it")
    return replace(
        usual,
        url=_url(fields["url"]) if "url" in fields else usual.url,
        within=_within(fields["effective_within"]) if "effective_within" in fields else usual.within,
        edits=choice(fields["edits"], EDITS, Edits.ADOPT) if "edits" in fields else usual.edits,
        expiring=expiring,
        wishes=_wishes(fields["requests"], gateway) if "requests" in fields else None,
    )


def _url(place: Place) -> str:
    """The address, with a / at its end."""
    said = place.text("https://litellm.acme.example")
    try:
        parts = urlsplit(said)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) and said.isprintable()
    except ValueError:
        usable = False
    if said and not usable:
        place.bad("not a web address", "write one as https://litellm.acme.example")
    elif said and (parts.query or parts.fragment):
        place.bad("more than an address", "leave out what follows ? and #")
    elif said and parts.username is not None:
        _unsaid(place, "a password belongs in the environment, never here", "leave out what stands before the @")
    return said.rstrip("/") + "/"


def _wishes(place: Place, gateway: Gateway) -> timedelta | None:
    """How often what members ask for in a gateway is pulled in."""
    if not gateway.wishes:
        place.bad(f"members ask for nothing in {gateway.title}", "leave it out")
        return None
    every = span(place)
    if every and not OFTEN <= every <= SELDOM:
        place.bad("out of range", "write 5 minutes to 1 day")
    return every


def _within(place: Place) -> timedelta:
    found = SECONDS.fullmatch(place.written.strip().lower())
    before = len(place.notes.problems)
    within = timedelta(seconds=int(found[1])) if found else span(place)
    if len(place.notes.problems) == before and not timedelta() < within <= LATEST:
        place.bad("out of range", "write 1 second to 1 hour")
    return within


def placed(place: Place, known: Iterable[str]) -> Where | None:
    """Where a quota is enforced; `known` are the gateways under `stores`. None when that cannot be read."""
    entries = place.entries(PLACED)
    if len(entries) != 1:
        if isinstance(place.tree, Entries):
            place.bad(f"{'several quota stores' if entries else 'no quota store'}", f"name one, as {PLACED}")
        return None
    ((key, value),) = entries
    gateway = GATEWAYS.get(key.written)
    if gateway is None:
        key.bad("no such kind of quota store", nearest(key.written, GATEWAYS) or f"write {listed(GATEWAYS)}")
    elif key.written not in known:
        key.bad("not under stores", f"write stores: {{{key.written}: {{url: https://{key.written}.acme.example}}}}")
    return _where(key.written, value, gateway) if gateway else None


def _where(name: str, place: Place, gateway: Gateway) -> Where | None:
    fields = place.fields(PARTS, example=_example(gateway.places[0]))
    parts = next((parts for parts in gateway.places if set(parts) == set(fields)), None)
    if parts is None:
        if isinstance(place.tree, Entries) and len(fields) == len(place.tree.entries):
            place.bad(f"nothing that has a limit in {gateway.title}", f"write {listed(map(_example, gateway.places))}")
        return None
    return Where(name, tuple((part, _name(part, fields[part], gateway)) for part in parts))


def _example(parts: Parts) -> str:
    return "{" + ", ".join(f"{part}: …" for part in parts) + "}"


def _name(part: str, place: Place, gateway: Gateway) -> str:
    said = place.text("what it is called there")
    form = gateway.forms.get(part)
    if said and form and not form.pattern.fullmatch(said):
        _unsaid(place, f"not how {gateway.title} names a {part}", form.advice)
    elif len(said) > LONGEST or not said.isprintable():
        place.bad(f"not a name in {gateway.title}", f"write at most {LONGEST} characters on one line")
    return said


def _unsaid(place: Place, message: str, suggestion: str) -> None:
    """Notes that a value is wrong which may be a secret."""
    place.notes.problems.append(Problem(place.path, "", message, suggestion, place.tree.line))


def fitting(found: Iterable[tuple[Quota, Place]]) -> None:
    """Notes which quotas cannot be enforced where they are placed. Each comes with where its place is written."""
    first: dict[Where, tuple[Quota, int]] = {}
    for quota, at in found:
        if quota.place is None:
            continue
        gateway = GATEWAYS[quota.place.store]
        if quota.unit not in gateway.units:
            units = listed(IN[unit] for unit in gateway.units)
            at.bad(f"{gateway.title} has no limits in {IN[quota.unit]}", f"only a quota in {units}")
        if quota.period not in gateway.periods:
            known = listed(f"a {period}" for period in gateway.periods)
            at.bad(f"{gateway.title} has no limits for a {quota.period}", f"only a quota of {known}")
        taken = next((first[limit] for limit in _limits(quota.place, gateway) if limit in first), None)
        if taken is not None:
            other, line = taken
            at.bad(f"where {other.key} is enforced, on line {line}", "a limit belongs to one quota")
        elif quota.models:
            at.doubtful(f"{gateway.title} counts every model there", "name a place where only these models are allowed")
        for limit in _limits(quota.place, gateway):
            first.setdefault(limit, (quota, at.tree.line))


def _limits(place: Where, gateway: Gateway) -> list[Where]:
    """What has one limit there."""
    return [Where(place.store, (("", name),)) for _, name in place.parts] if gateway.apart else [place]
