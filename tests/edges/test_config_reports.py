"""The `reports` section and the keys to it: what is written, what is refused, and that no key is ever shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Draft, lines, read_bytes
from bot.config.settings import Settings, key_of, settings, unlocked
from workflows.governed import Vendor

SMALL = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"
HOUR = timedelta(hours=1)


def said(text: str) -> list[str]:
    found = read_bytes((SMALL + text).encode())
    return lines(found, "app.yaml") if isinstance(found, list) else []


WRITTEN = {
    "": {},
    "reports: {}": {},
    "reports: {openai: {every: 6 hours}}": {Vendor.OPENAI: 6 * HOUR},
    "reports: {openai: {}, anthropic: {every: 1 week}}": {Vendor.OPENAI: 6 * HOUR, Vendor.ANTHROPIC: 168 * HOUR},
    "reports:\n  anthropic:\n": {Vendor.ANTHROPIC: 6 * HOUR},
    "reports: {openai: {every: 1 hour}}": {Vendor.OPENAI: HOUR},
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items(), ids=range(len(WRITTEN)))
def test_reports_are_read_as_often_as_app_yaml_says(text: str, expected: dict[Vendor, timedelta]) -> None:
    found = read_bytes((SMALL + text).encode())
    assert isinstance(found, Draft)
    assert found.policy.reports == expected


RANGE = "write 1 hour to 7 days: vendors bring their reports up to date every few hours"
REFUSED = {
    "reports: openai": 'app.yaml:3  reports  "openai": not a mapping; write {openai: {every: 6 hours}}',
    "reports: {openia: {}}": 'app.yaml:3  reports.openia  "openia": no cost report can be read of this provider;'
    ' did you mean "openai"?',
    "reports: {azure: {}}": 'app.yaml:3  reports.azure  "azure": no cost report can be read of this provider;'
    " write {openai: {every: 6 hours}}",
    "reports: {openai: {evry: 6 hours}}": 'app.yaml:3  reports.openai.evry  unknown key; did you mean "every"?',
    "reports: {openai: {key: sk-1}}": "app.yaml:3  reports.openai.key  unknown key",
    "reports: {openai: 6 hours}": 'app.yaml:3  reports.openai  "6 hours": not a mapping; write {every: 6 hours}',
    "reports: {openai: {every: 10 minutes}}": f'app.yaml:3  reports.openai.every  "10 minutes": out of range; {RANGE}',
    "reports: {openai: {every: 8 days}}": f'app.yaml:3  reports.openai.every  "8 days": out of range; {RANGE}',
    "reports: {openai: {every: often}}": 'app.yaml:3  reports.openai.every  "often": not a time;'
    " write 30 minutes, 4 hours, 5 days or 1 week",
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_wrong_is_said_with_what_to_write(text: str, expected: str) -> None:
    assert said(text) == [expected]


def settled(**env: str) -> Settings:
    found = settings(env, slack=False)
    assert isinstance(found, Settings), lines(found, "environment")
    return found


def test_keys_come_from_the_environment_or_a_file_and_addresses_may_be_others(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-ant-admin01-x\n")
    found = settled(
        OPENAI_ADMIN_KEY="sk-admin-1", ANTHROPIC_ADMIN_KEY_FILE=str(tmp_path / "key"), OPENAI_ADMIN_URL="http://127.0.0.1:9/v1"
    )
    assert found.admin_keys == {Vendor.OPENAI: "sk-admin-1", Vendor.ANTHROPIC: "sk-ant-admin01-x"}
    assert found.admin_urls == {Vendor.OPENAI: "http://127.0.0.1:9/v1/", Vendor.ANTHROPIC: "https://api.anthropic.com/"}
    assert unlocked(found, Vendor) == []


def test_a_gateways_address_for_calls_is_not_taken_for_the_one_of_reports() -> None:
    assert settled(OPENAI_BASE_URL="http://gateway.example/v1").admin_urls[Vendor.OPENAI] == "https://api.openai.com/v1/"


@pytest.mark.parametrize("vendor", Vendor)
def test_a_key_that_is_not_there_is_asked_for_only_when_it_is_needed(vendor: Vendor) -> None:
    assert unlocked(settled(), []) == []
    (problem,) = unlocked(settled(), [vendor])
    assert (problem.path, problem.message) == (key_of(vendor), "is not set, and app.yaml reads its reports")


@pytest.mark.parametrize("name", ["OPENAI_ADMIN_KEY", "ANTHROPIC_ADMIN_KEY"])
def test_a_key_with_signs_that_no_key_has_is_refused_and_not_shown(name: str) -> None:
    found = settings({name: "sk-secret two"}, slack=False)
    assert isinstance(found, list)
    assert "secret" not in lines(found, "environment")[0]
    assert lines(found, "environment")[0].startswith(f"environment  {name}  has signs that no key has; ")


def test_keys_are_not_in_the_repr_of_the_settings() -> None:
    assert "sk-admin-1" not in repr(settled(OPENAI_ADMIN_KEY="sk-admin-1"))


def test_an_address_that_is_none_is_refused() -> None:
    found = settings({"ANTHROPIC_ADMIN_URL": "api.anthropic.com"}, slack=False)
    assert lines(found if isinstance(found, list) else [], "environment") == [
        "environment  ANTHROPIC_ADMIN_URL  is not a web address; leave it out, or write one as https://api.anthropic.com/"
    ]
