"""Waiting at the page: somebody leaves and another decides in their place; who does not look is reminded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.demo import past
from bot.demo.actor import Actor
from bot.demo.stage import Stage
from tests.browser.conftest import begin, running
from tests.browser.reader import Reader, asks, press


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Stage]:
    """The workspace, for one test alone: who is away in it is away for everybody."""
    with running(tmp_path, past.OPENING) as stage:
        yield begin(stage)


def test_who_is_away_is_stood_in_for(office: Stage, reader: Reader) -> None:
    reader.sit(office, "bob")
    reader.command("/leeway away")
    expect(reader.modal).to_contain_text("While you are away you are not reminded")
    reader.field("Last day").fill("2026-11-27")
    reader.field("Who decides in your place").select_option(Actor(office, "pat").id)
    reader.field("Reason").fill("Holiday in Ireland")
    reader.shot("away-modal")
    press(reader.modal, "Save")
    expect(reader.modal).to_have_count(0)
    asks(Actor(office, "ada"), "search")
    reader.sit(office, "pat", "random")
    reader.go("Leeway")
    expect(reader.message("named you to decide in their place")).to_contain_text("Holiday in Ireland")
    card = reader.message("+$400 for Search")
    expect(card).to_contain_text("decides in their place")
    reader.shot("away-card")
    press(card, "Approve +$400")
    expect(reader.message("+$400 for Search")).to_contain_text("Approved by @Pat Brennan for @Bob Lindqvist")
    reader.shot("away-decided")


def test_who_does_not_look_is_reminded_and_can_be_reminded(office: Stage, reader: Reader) -> None:
    asks(Actor(office, "ada"), "search")
    reader.sit(office, "bob", "random")
    reader.jump("+1 day", "Wed 25")
    reader.go("Leeway")
    expect(reader.message("still waits for your decision")).to_contain_text("Others are asked as well")
    reader.shot("reminder")
    reader.sit(office, "ada", "random")
    reader.go("Leeway")
    press(reader.message("+$400 for Search"), "Remind them")
    expect(reader.message("+$400 for Search")).to_contain_text("you asked for a reminder")
    reader.shot("nudged")
