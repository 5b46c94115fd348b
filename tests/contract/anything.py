"""Any value of the rules: hostile text, the largest integers, moments around every kind of clock change."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from workflows.cases import Term
from workflows.money import LARGEST
from workflows.seats import Stage
from workflows.spend import Costed, CostSource

HOSTILE = [
    "",
    "\x00",
    "a\x00b",
    "\x00\x01\x01\x02\x00",
    "'; DROP TABLE requests; --",
    "\u202eevil",
    "<@U0EVE> *b* `c` &amp;",
    "e\u0301 ż 𝕏 👩\u200d👧",
    "\\u0000",
    "a\r\n\u2028b",
    "null",
    '{"x": 1}',
    "%s %(id)s :id ?",
]
TEXT = st.text() | st.sampled_from(HOSTILE)
LARGE = st.integers(-LARGEST - 1, LARGEST) | st.sampled_from([0, LARGEST, -LARGEST - 1, 2**53 + 1])
ZONES = [
    UTC,
    ZoneInfo("Europe/Warsaw"),
    ZoneInfo("Pacific/Auckland"),
    ZoneInfo("Asia/Kathmandu"),
    timezone(-timedelta(hours=9.5)),
]
NAIVE = [(2026, 3, 29, 2, 30), (2026, 10, 25, 2, 30), (2026, 9, 27, 2, 30), (1970, 1, 1), (1, 1, 3), (9999, 12, 29)]
CHANGES = [datetime(*parts) for parts in NAIVE]  # noqa: DTZ001 - local times, each to be put in every zone
LOCAL = st.datetimes(CHANGES[-2], CHANGES[-1]) | st.sampled_from(CHANGES)
MOMENT = st.builds(
    lambda at, zone, fold: at.replace(tzinfo=zone, fold=fold).astimezone(UTC), LOCAL, st.sampled_from(ZONES), st.integers(0, 1)
)
SPAN = st.timedeltas(timedelta(0), timedelta(days=36_500))
SIMPLE = st.none() | st.booleans() | st.integers() | TEXT
JSON = st.recursive(SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=5)

BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: LARGE,
    bool: st.booleans(),
    bytes: st.binary(),
    date: st.dates(),
    datetime: MOMENT,
    timedelta: SPAN,
    NoneType: st.none(),
    Mapping[str, object]: st.dictionaries(TEXT, JSON, max_size=3),
}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, found through its fields."""
    kind = getattr(kind, "__supertype__", kind)
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    if kind is Term:
        return SPAN.map(lambda span: Term(span=span)) | MOMENT.map(lambda until: Term(until=until))
    if kind is Costed:
        return st.builds(_costed, _fields(Costed))
    if get_origin(kind) in (UnionType, Union):  # a union with a new type is one of the latter
        return st.one_of(*(anything(one) for one in get_args(kind)))
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        return st.lists(anything(parts[0]), max_size=3).map(tuple) if ... in parts else st.tuples(*map(anything, parts))
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return _fields(kind)


def _fields(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    names = kind._fields if issubclass(kind, tuple) else [field.name for field in dataclasses.fields(kind)]
    fields = {name: anything(hints[name]) for name in names}
    return st.builds(kind, **fields | ({"quorum": st.integers(1, LARGEST)} if kind is Stage else {}))


def _costed(costed: Costed) -> Costed:
    """A usage has a cost of its own exactly when the sender reported it; what else is said of it is kept elsewhere."""
    own = costed.cost if costed.source is CostSource.REPORTED else None
    return costed._replace(usage=costed.usage._replace(cost=own, denial=None, via=None))
