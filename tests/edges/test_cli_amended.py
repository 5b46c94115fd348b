"""`leeway audit verify` over what was corrected and told: a figure that was changed beside the record is named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.store import Store, open_store
from bot.store.database import connect
from tests.edges.commands import ROOT, leeway
from workflows import digesting
from workflows.correcting import correct
from workflows.corrections import Correction
from workflows.metering import record
from workflows.money import usd
from workflows.outcomes import Produced
from workflows.policy import Organization, Policy
from workflows.producing import produce
from workflows.quotas import Quota
from workflows.restating import restate
from workflows.spend import Tokens, Usage
from workflows.times import week_name

NOW = SystemClock().now()
SEARCH = "platform/search"
POLICY = Policy(Organization("Acme", "Europe/Berlin"), (Quota(f"{SEARCH}:usd/month", SEARCH, usd(100), channel="C1"),))
LAST_WEEK = NOW - timedelta(days=7)
WEEK = f"C1/{week_name(LAST_WEEK, 'Europe/Berlin')}"
ENV = {"LEEWAY_CONFIG": str(ROOT / "app.yaml"), "DATABASE_URL_FILE": "url"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'leeway.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgresql"))
    (tmp_path / "url").write_text(url)
    return url


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Usage and an outcome of last week, a digest that told of them, and a correction of each."""
    opened = open_store(database, SystemClock())
    opened.migrate()
    usage = Usage(b"u1", LAST_WEEK, SEARCH, "mini", Tokens(1_000), usd(5))
    record([usage], policy=POLICY, prices={}, units=opened.units, now=NOW)
    produce([Produced(b"p1", LAST_WEEK, SEARCH, "tickets", 40)], policy=POLICY, units=opened.units, now=NOW)
    with opened.units() as unit:
        digesting.keep(unit, digesting.compute(unit, POLICY, WEEK, NOW))
        unit.commit()
    fix = Correction(b"c1", (b"u1",), "c1", "token:finance", "billed twice", cost=usd(2))
    assert correct([fix], policy=POLICY, prices={}, units=opened.units, now=NOW).new
    fewer = Correction(b"c2", (b"p1",), "c2", "token:helpdesk", "counted twice", numbers={"quantity": 4})
    assert restate([fewer], policy=POLICY, units=opened.units, now=NOW).new
    with opened.units() as unit:
        report = unit.reports.get(WEEK)
        assert report
        digesting.keep_amended(unit, digesting.again(unit, POLICY, report, NOW), NOW)
        unit.commit()
    yield opened
    opened.close()


def test_what_was_corrected_and_told_is_verified(tmp_path: Path, store: Store) -> None:
    told = leeway("audit", "verify", env=ENV, folder=tmp_path)
    assert (told.code, told.out, told.err) == (0, "3 chains, none broken.\n", "")


EVENT, MADE = f"event:{b'u1'.hex()}", f"produced:{b'p1'.hex()}"
TAMPERED = {
    "UPDATE corrections SET cost = -1": f"{EVENT}: what is booked is not what entry 1 says",
    "DELETE FROM corrections": f"{EVENT}: what is booked is not what entry 1 says",
    "UPDATE events SET cost = 7 WHERE id = 1": f"{EVENT}: what is booked is not what entry 1 says",
    "DELETE FROM seen": f"{EVENT}: the record knows it, and it is not stored any more",
    "UPDATE produced SET quantity = 9 WHERE reports = 0": f"{MADE}: what is booked is not what entry 1 says",
    "DELETE FROM produced WHERE reports = 1": f"{MADE}: the record knows it, and it is not stored any more",
    "UPDATE reports SET shown = said": f"report:{WEEK}: what is stored is not what entry 2 says",
    "DELETE FROM reports": f"report:{WEEK}: the record knows it, and it is not stored any more",
}


@pytest.mark.parametrize(("statement", "said"), TAMPERED.items(), ids=TAMPERED)
def test_what_was_changed_beside_the_record_is_named(
    tmp_path: Path, store: Store, database: str, statement: str, said: str
) -> None:
    opened = connect(database)
    with opened.writing() as connection:
        connection.execute(text(statement))
        connection.commit()
    opened.engine.dispose()
    told = leeway("audit", "verify", env=ENV, folder=tmp_path)
    assert (told.code, told.err, told.out) == (1, f"{said}\n", "3 chains, 1 broken.\n")
