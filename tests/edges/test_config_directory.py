"""The directory file: whoever it names is found, and what is wrong in it is a warning; only no list at all stops the start."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Draft, Settled, lines, read, read_bytes, settle
from bot.config.directory import LARGEST, Staff, parse
from tests.fakes.lookup import Workspace, person_id
from workflows.people import PersonId

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SMALL = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month, owner: '@pat'}}\n"
QUIET = "models: {fallback_price: {input: $15.00 per 1M tokens, output: $75.00 per 1M tokens}}\n"
NAMED = SMALL + QUIET + "people: {directory: people.json, groups: {platform: ['@pat']}}\n"


def user(name: str, boss: object = None, **more: object) -> dict[str, object]:
    """A person as RFC 7643 shows one; `boss` is the manager attribute."""
    plain = {"id": name, "userName": name, "emails": [{"value": f"{name}@acme.example", "primary": True}]}
    return {**plain, **({ENTERPRISE: {"manager": boss}} if boss is not None else {}), **more}


def under(name: str, boss: str, **more: object) -> dict[str, object]:
    return user(name, {"value": boss}, **more)


def parsed(*people: object, **more: object) -> Staff:
    found = parse(json.dumps({"Resources": people, **more}).encode(), "people.json")
    assert isinstance(found, Staff), found
    return found


def doubts(*people: object, **more: object) -> list[str]:
    return lines(parsed(*people, **more).doubts, "app.yaml")


def pairs(staff: Staff) -> dict[str, str | None]:
    """Who manages whom, by their first address."""
    return {one.emails[0]: None if one.manager is None else staff.members[one.manager].emails[0] for one in staff.members}


ADA_BOB = {"ada@acme.example": "bob@acme.example", "bob@acme.example": None}
WAYS: list[object] = [
    {"value": "bob"},
    {"value": "bob", "$ref": "../Users/nobody", "displayName": "Nobody"},
    {"$ref": "https://scim.acme.example/v2/Users/bob"},
    {"$ref": "../Users/bob/"},
    {"displayName": "Bob Bauer"},
    {"VALUE": "bob"},
    "bob",
    {"value": "bob@acme.example"},
    {"value": "BOB@acme.example"},
]


@pytest.mark.parametrize("boss", WAYS, ids=str)
def test_a_manager_is_found_however_an_export_names_them(boss: object) -> None:
    found = parsed(user("ada", boss), user("bob", displayName="Bob Bauer"))
    assert (pairs(found), found.doubts, found.managed) == (ADA_BOB, (), 1)


def test_capitals_of_attributes_do_not_count() -> None:
    ada = {"ID": "1", "USERNAME": "ada@acme.example", ENTERPRISE.upper(): {"Manager": {"Value": 2}}}
    found = parse(json.dumps({"resources": [ada, {"id": 2, "username": "bob@acme.example"}]}).encode(), "people.json")
    assert isinstance(found, Staff)
    assert (pairs(found), found.doubts) == (ADA_BOB, ())


def test_the_primary_address_comes_first_and_a_user_name_last() -> None:
    mails = [{"value": "home@x.example"}, {"value": "Ada@Acme.example", "primary": "True"}, {"value": "no address"}]
    (ada,) = parsed(user("ada", userName="ada@login.example", emails=mails)).members
    assert ada.emails == ("ada@acme.example", "home@x.example", "ada@login.example")


@pytest.mark.parametrize("active", [False, "False", "false", 0])
def test_whoever_left_is_no_member_and_manages_nobody(active: object) -> None:
    found = parsed(under("ada", "bob"), user("bob", active=active))
    assert pairs(found) == {"ada@acme.example": None}
    assert lines(found.doubts, "app.yaml") == [
        'people.json  Resources[0].manager.value  "bob": this manager is no longer active',
    ]


@pytest.mark.parametrize("active", [True, "True", 1, "true"])
def test_whoever_is_active_is_a_member(active: object) -> None:
    assert pairs(parsed(under("ada", "bob"), user("bob", active=active))) == ADA_BOB


CIRCLE = "managers in a circle: a line of them ends before it comes round"
ODD: list[tuple[list[object], str]] = [
    (["ada"], "Resources[0]  not a person"),
    ([user("ada", id="")], "Resources[0].id  missing: nobody can name them as their manager"),
    ([user("ada", emails=[])], "Resources[0].emails  no e-mail address: they cannot be found in Slack"),
    ([user("ada", emails="ada@acme.example")], "Resources[0].emails  no e-mail address: they cannot be found in Slack"),
    ([user("ada", active="perhaps")], 'Resources[0].active  "perhaps": neither true nor false; they count as active'),
    ([under("ada", "zed")], 'Resources[0].manager.value  "zed": nobody in this file has this id'),
    ([under("ada", "ada")], 'Resources[0].manager.value  "ada": nobody is their own manager'),
    ([user("ada", {"displayName": "Zed"})], 'Resources[0].manager.displayName  "Zed": nobody in this file has this name'),
    (
        [user("ada", {"displayName": "Bo"}), user("bob", displayName="Bo"), user("cy", displayName="bo")],
        'Resources[0].manager.displayName  "Bo": several people in this file have this name',
    ),
    ([user("ada"), user("bob", id="ada")], 'Resources[1].id  "ada": the id of Resources[0], too; the first counts'),
    (
        [user("ada"), user("bob", emails=[{"value": "ada@acme.example"}])],
        'Resources[1].emails  "ada@acme.example": the address of Resources[0], too',
    ),
    (
        [under("cy", "ada"), under("ada", "bob"), under("bob", "ada")],
        'Resources[1]  "ada@acme.example → bob@acme.example → ada@acme.example": ' + CIRCLE,
    ),
]


@pytest.mark.parametrize(("people", "expected"), ODD, ids=[expected[:60] for _, expected in ODD])
def test_what_is_wrong_with_a_person_is_a_warning_with_its_place(people: list[object], expected: str) -> None:
    assert doubts(*people) == [f"people.json  {expected}"]


def test_somebody_who_came_back_counts_and_their_old_entry_does_not() -> None:
    found = parsed(user("ada", active=False), under("ada", "bob"), user("bob"))
    assert (pairs(found), found.doubts) == (ADA_BOB, ())


def test_one_page_of_several_is_noticed() -> None:
    assert doubts(user("ada"), totalResults=2) == [
        'people.json  totalResults  "2": only 1 of them are in this file: is it one page of several?'
    ]
    assert doubts(user("ada"), totalResults=1) == []


def test_of_thousands_of_alike_warnings_a_few_are_told_and_the_rest_counted() -> None:
    people = [under(f"p{n}", f"gone{n}") for n in range(2_000)]
    assert doubts("odd", *people) == [
        "people.json  Resources[0]  not a person",
        *(f'people.json  Resources[{n + 1}].manager.value  "gone{n}": nobody in this file has this id' for n in range(3)),
        "people.json  1,997 more like Resources[1].manager.value",
    ]


NO_LISTS = [
    (b"", "not JSON: Input data was truncated"),
    (b"{", "not JSON: Input data was truncated"),
    (b'{"Resources": [}', "not JSON: JSON is malformed"),
    (b"\xff", "not JSON: JSON is malformed"),
    (b'{"Resources": ["\xff"]}', "not JSON:"),
    (b"[" * 100_000, "not JSON:"),
    (b"[]", 'not a SCIM list of people: there is no "Resources"'),
    (b'{"Resources": {}}', 'not a SCIM list of people: there is no "Resources"'),
    (b" " * (LARGEST + 1), "larger than 100 MB"),
]


@pytest.mark.parametrize(("raw", "why"), NO_LISTS, ids=range(len(NO_LISTS)))
def test_a_file_that_is_no_list_of_people_is_refused_with_the_reason(raw: bytes, why: str) -> None:
    found = parse(raw, "people.json")
    assert isinstance(found, str)
    assert found.startswith(why)


def test_a_mark_of_byte_order_is_no_problem() -> None:
    assert isinstance(parse(b'\xef\xbb\xbf{"Resources": []}', "people.json"), Staff)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "primary", "manager"]), inner),
    max_leaves=5,
)
attributes = st.sampled_from(["id", "userName", "displayName", "active", "emails", ENTERPRISE])


@given(st.lists(st.dictionaries(attributes, values, max_size=6) | values, max_size=6))
def test_any_export_gives_people_and_warnings(people: list[object]) -> None:
    found = parsed(*people)
    assert all(one.manager is None or found.members[one.manager] is not one for one in found.members)
    assert all(line.isprintable() for line in lines(found.doubts, "app.yaml"))


@given(st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=10))
def test_a_circle_is_told_once_and_a_tree_never(bosses: list[int | None]) -> None:
    known = [None if boss is None else boss % len(bosses) for boss in bosses]
    people = [user(f"p{n}") if boss in (None, n) else under(f"p{n}", f"p{boss}") for n, boss in enumerate(known)]
    circles = {frozenset(ring) for n in range(len(known)) if (ring := _ring(n, known))}
    told = [doubt for doubt in parsed(*people).doubts if "circle" in doubt.message]
    assert len(told) == min(len(circles), 3)


def _ring(start: int, bosses: Sequence[int | None]) -> list[int]:
    """The circle that somebody is part of, if any."""
    way, here = [start], bosses[start]
    while here is not None and here not in way and bosses[here] != here:
        way, here = [*way, here], bosses[here]
    return way if here == start and len(way) > 1 else []


def _settled(folder: Path, *people: object, workspace: Workspace | None = None) -> Settled:
    (folder / "people.json").write_text(json.dumps({"Resources": people}))
    (folder / "app.yaml").write_text(NAMED)
    draft = read(folder / "app.yaml")
    assert isinstance(draft, Draft), lines(draft, "app.yaml")
    found = settle(draft, workspace or Workspace())
    assert isinstance(found, Settled), lines(found, "app.yaml")
    return found


def who(name: str) -> PersonId:
    return PersonId(person_id(name))


def test_managers_of_the_file_beside_app_yaml_become_slack_ids(tmp_path: Path) -> None:
    found = _settled(tmp_path, under("ada", "bob"), under("bob", "pat"), user("pat"))
    assert found.policy.people.reported == {who("ada"): who("bob"), who("bob"): who("pat")}
    assert found.warnings == ()


def test_the_first_address_that_slack_knows_is_taken(tmp_path: Path) -> None:
    emails = [{"value": "ada@old.example", "primary": True}, {"value": "ada@acme.example"}]
    found = _settled(tmp_path, under("ada", "bob", emails=emails), user("bob"))
    assert found.policy.people.reported == {who("ada"): who("bob")}


def test_people_who_are_not_in_slack_are_one_line_and_stop_nothing(tmp_path: Path) -> None:
    absent = [under(f"new{n}", "pat") for n in range(40)]
    found = _settled(tmp_path, under("ada", "new1"), under("eve", "pat"), user("pat"), *absent)
    assert found.policy.people.reported == {who("eve"): who("pat")}
    assert lines(found.warnings, "app.yaml") == ["people.json  40 of 43 people in it are not in Slack: they are asked nothing"]


def test_an_address_that_several_have_in_slack_is_nobodys(tmp_path: Path) -> None:
    workspace = Workspace()
    workspace.ids["ada@acme.example"] = ("U0ADA001", "U0ADA002")
    found = _settled(tmp_path, under("ada", "bob"), user("bob"), workspace=workspace)
    assert found.policy.people.reported == {}


def test_whoever_is_in_it_twice_with_different_managers_has_none_from_it(tmp_path: Path) -> None:
    again = user("ada2", {"value": "pat"}, emails=[{"value": "ada@acme.example"}])
    found = _settled(tmp_path, under("ada", "bob"), again, user("bob"), user("pat"))
    assert found.policy.people.reported == {}
    assert lines(found.warnings, "app.yaml") == [
        "people.json  1 person in Slack is in it twice, with different managers: neither counts"
    ]


def test_a_new_export_is_the_same_policy(tmp_path: Path) -> None:
    one = _settled(tmp_path, under("ada", "bob"), user("bob")).policy
    two = _settled(tmp_path, under("ada", "pat"), user("pat")).policy
    assert one.hash == two.hash
    assert one.people.reported != two.people.reported


WRONG = [
    (None, 'people.directory  "people.json": cannot be read: no such file or directory; the name is relative to this file'),
    ("{", 'people.directory  "people.json": not JSON: Input data was truncated; write {"Resources": [{…}, …]}'),
    ("[]", 'people.directory  "people.json": not a SCIM list of people: there is no "Resources"; write {"Resources": [{…}, …]}'),
]


@pytest.mark.parametrize(("text", "expected"), WRONG, ids=["missing", "malformed", "no list"])
def test_a_directory_file_that_cannot_be_used_stops_the_start(tmp_path: Path, text: str | None, expected: str) -> None:
    (tmp_path / "app.yaml").write_text(NAMED)
    if text is not None:
        (tmp_path / "people.json").write_text(text)
    found = read(tmp_path / "app.yaml")
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == [f"app.yaml:4  {expected}"]


@pytest.mark.parametrize("name", ['"\\0"', ".", "'  '", "[a]"])
def test_a_name_that_is_none_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / "app.yaml").write_text(NAMED.replace("people.json", name))
    assert isinstance(read(tmp_path / "app.yaml"), list)


def test_without_a_folder_nothing_beside_the_file_is_read() -> None:
    draft = read_bytes(NAMED.encode())
    assert isinstance(draft, Draft)
    assert draft.staff is None
