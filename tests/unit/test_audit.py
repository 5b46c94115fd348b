"""The record is whole or says where it is not, and its last entry is the row."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.audit import Entry, broken, entry, plain, says
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Term
from workflows.decisions import decide
from workflows.granting import grant
from workflows.money import Unit
from workflows.overrides import Event as Turn
from workflows.overrides import Gone, Reason, Stop, Verified
from workflows.overrides import decide as turn
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
ADA, BOB, CY = PersonId("ada"), PersonId("bob"), PersonId("cy")

words = st.text(max_size=4)
rows: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    words, st.none() | st.booleans() | st.integers() | words | st.lists(words, max_size=2), max_size=3
)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def chained(changes: list[tuple[datetime, str, str, dict[str, object]]], subject: str = "R-1") -> list[Entry]:
    chain: list[Entry] = []
    for at, by, did, after in changes:
        chain.append(entry(chain[-1] if chain else None, subject=subject, at=at, by=by, did=did, after=after))
    return chain


chains = st.lists(st.tuples(moments, words, words, rows), min_size=1, max_size=4).map(chained)


@given(chains)
def test_a_chain_is_whole_and_so_is_each_beginning_of_it(chain: list[Entry]) -> None:
    assert broken([]) == ""
    assert all(broken(chain[:n]) == "" for n in range(len(chain) + 1))
    assert [e.seq for e in chain] == list(range(1, len(chain) + 1))


@given(chains, st.data())
def test_any_change_of_any_field_is_found(chain: list[Entry], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(chain) - 1))
    e = chain[n]
    changed = data.draw(
        st.sampled_from(
            [
                replace(e, subject=e.subject + "x"),
                replace(e, seq=e.seq + 1),
                replace(e, at=e.at + timedelta(microseconds=1)),
                replace(e, by=e.by + "x"),
                replace(e, did=e.did[:-1] if e.did else "x"),
                replace(e, by=e.by + e.did[:1] + "\n", did=e.did[1:]),
                replace(e, after={**e.after, "new": None}),
                replace(e, after={**e.after, "": "changed by hand"}),
                replace(e, previous=e.digest),
                replace(e, digest=e.previous),
            ]
        )
    )
    assert broken([*chain[:n], changed, *chain[n + 1 :]]).startswith(f"{changed.subject}: entry {n + 1} ")


@given(chains, st.data())
def test_an_entry_changed_with_its_digest_is_found_by_the_next(chain: list[Entry], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(chain) - 1))
    forged = entry(chain[n - 1] if n else None, subject="R-1", at=chain[n].at, by="eve", did="approved all", after={})
    said = broken([*chain[:n], forged, *chain[n + 1 :]])
    assert (said == "") == (n == len(chain) - 1)  # a forged end is found by comparing with the row, not by the chain alone


@given(chains, st.data())
def test_a_removal_a_repetition_or_a_swap_inside_is_found(chain: list[Entry], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(chain) - 1))
    m = data.draw(st.integers(0, len(chain) - 1))
    assert broken([*chain[: n + 1], *chain[n:]])
    if n < len(chain) - 1:
        assert broken([*chain[:n], *chain[n + 1 :]])
    if n != m:
        swapped = list(chain)
        swapped[n], swapped[m] = chain[m], chain[n]
        assert broken(swapped)


def test_an_entry_of_another_subject_has_no_place_in_a_chain() -> None:
    one = entry(None, subject="R-1", at=T0, by="ada", did="submitted", after={})
    other = entry(one, subject="R-2", at=T0, by="bob", did="approved", after={})
    assert broken([one, other]) == "R-2: entry 2 is not of R-1"


def test_what_is_wrong_is_said_with_its_place() -> None:
    chain = chained([(T0, "ada", f"step {n}", {"n": n}) for n in range(3)])
    assert broken(chain[1:]) == "R-1: entry 1 is missing"
    assert broken([chain[0], chain[2]]) == "R-1: entry 2 is missing"
    assert broken([chain[0], replace(chain[1], after={"n": 9}), chain[2]]) == "R-1: entry 2 was changed after it was written"
    assert broken([chain[0], replace(chain[1], previous="f" * 64)]) == "R-1: entry 2 does not follow the one before it"


def test_a_moment_without_a_zone_has_no_place_in_the_record() -> None:
    with pytest.raises(TypeError, match="no place in the record"):
        entry(None, subject="R-1", at=T0.replace(tzinfo=None), by="ada", did="submitted", after={})


@given(chains)
def test_a_chain_that_went_through_a_database_is_still_whole(chain: list[Entry]) -> None:
    berlin = timezone(timedelta(hours=1))
    stored = [replace(e, after=json.loads(json.dumps(dict(e.after)))) for e in chain]
    assert broken(stored) == ""
    assert broken([replace(e, at=e.at.astimezone(berlin)) for e in stored]) == ""


@pytest.mark.parametrize("value", [object(), {1}, b"x"])
def test_only_plain_values_have_a_place_in_the_record(value: object) -> None:
    with pytest.raises(TypeError, match="no place in the record"):
        entry(None, subject="R-1", at=T0, by="ada", did="submitted", after={"value": value})


CASE = Case("q", 500, Unit.USD, Term(span=timedelta(days=1)), "because", Impact("tickets", 4, "the dashboard"), Data.CONFIDENTIAL)
ASKED = Request("R-1", ADA, CASE, Route((Stage("manager", (BOB, CY), 2, ("rule",)),)), Limit.SOFT, T0, T0 + timedelta(days=5))
ballots = st.builds(
    Vote, st.sampled_from([ADA, BOB, CY]), st.sampled_from(Verdict), st.just(T0), reason=st.sampled_from(["", "no"])
)
turns: st.SearchStrategy[Turn] = st.sampled_from([Verified(T0 + timedelta(days=3)), Stop(Reason.RETURNED), Gone()])


@given(st.lists(ballots, max_size=4), st.lists(turns, max_size=4))
def test_folding_a_chain_gives_the_row_and_its_numbers_are_the_rows_versions(votes: list[Vote], later: list[Turn]) -> None:
    request, kept = ASKED, [entry(None, subject="R-1", at=T0, by="ada", did="submitted", after=plain(ASKED))]
    for vote in votes:
        decided = decide(request, vote, now=T0)
        if not isinstance(decided, Refused):
            request = decided
            kept.append(entry(kept[-1], subject="R-1", at=T0, by=vote.by, did="voted", after=plain(request)))
    override = grant(request, now=T0, within=timedelta(hours=1))
    chain = [entry(None, subject="O-1", at=T0, by="bob", did="granted", after=plain(override))]
    for event in later:
        turned = turn(override, event, now=T0)
        if not isinstance(turned, Refused):
            override = turned
            chain.append(entry(chain[-1], subject="O-1", at=T0, by="leeway", did="turned", after=plain(override)))
    for entries, row in ((kept, request), (chain, override)):
        assert broken(entries) == ""
        assert [e.after["version"] for e in entries] == [e.seq for e in entries]
        assert folded(entries) == plain(row)


def folded(chain: list[Entry]) -> Mapping[str, object]:
    row: dict[str, object] = {}
    for e in chain:
        row.update(e.after)
    return row


def test_a_row_is_kept_in_plain_words_and_whole_numbers_that_json_can_hold() -> None:
    row = plain(replace(ASKED, votes=(Vote(BOB, Verdict.APPROVE, T0),)))
    assert json.loads(json.dumps(row)) == row
    assert (row["case"]["data"], row["case"]["amount"], row["state"], row["submitted"]) == (
        "confidential",
        500,
        "pending",
        "2026-11-23T09:00:00+00:00",
    )
    assert row["route"]["stages"][0]["approvers"] == ["bob", "cy"]
    assert row["votes"][0]["verdict"] == "approve"
    assert row["case"]["term"] == {"span": 86_400, "until": None, "since": None, "resets": 0}


def test_an_entry_says_what_a_row_is_also_where_the_row_has_newer_fields() -> None:
    """An entry of before is whole while what it could not say is as it was."""
    asked = ASKED
    old = json.loads(json.dumps(plain(asked)))
    assert says(old, asked)
    for name in ("round", "questions", "facts", "since"):
        del old[name]
    for stage in old["route"]["stages"]:
        del stage["rungs"]
    assert says(old, asked)
    assert not says(old, replace(asked, round=2))
    assert not says(old, replace(asked, case=replace(asked.case, amount=1)))
    assert not says({**old, "more": 1}, asked)
    assert not says([], asked)
