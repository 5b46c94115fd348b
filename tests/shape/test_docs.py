"""What the documents say of the code is generated from it, and up to date."""

import re
from pathlib import Path

import pytest

from docs import generate


@pytest.mark.parametrize("path", generate.documents(), ids=lambda path: path.name)
def test_the_generated_parts_are_up_to_date(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == generate.filled(text), f"{path.name} is out of date: run `make docs`"


def test_every_part_stands_in_some_document() -> None:
    told = "".join(path.read_text("utf-8") for path in generate.documents())
    assert {found["name"] for found in generate.MARKED.finditer(told)} == set(generate.PARTS)


def test_every_marker_is_closed() -> None:
    for path in generate.documents():
        text = path.read_text("utf-8")
        assert len(re.findall("<!-- generated: ", text)) == len(generate.MARKED.findall(text)), path.name


def test_an_old_part_is_replaced_and_the_rest_left_alone() -> None:
    text = "Before.\n<!-- generated: requests -->\nold\n<!-- end -->\nAfter.\n"
    assert generate.filled(text) == f"Before.\n<!-- generated: requests -->\n{generate.request_states()}\n<!-- end -->\nAfter.\n"


def test_a_marker_that_nobody_generates_is_an_error() -> None:
    with pytest.raises(KeyError, match="weather"):
        generate.filled("<!-- generated: weather -->\n<!-- end -->")


def test_an_override_ends_by_itself_in_the_diagram() -> None:
    assert "    active --> ending : its end\n" in generate.override_states()
    assert "    ended --> [*]\n" in generate.override_states()
