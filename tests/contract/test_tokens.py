"""Tokens: shown once, kept as a hash, good for their scopes until revoked."""

import pytest

from bot.store import Scope, Store, Token
from bot.store.database import connect
from bot.store.tables import METADATA
from tests.contract.given import HOUR, NOW
from workflows.ports import Rejected


def test_a_token_is_good_for_its_scopes(store: Store) -> None:
    text = store.tokens.create("gateway", [Scope.INGEST, Scope.CHECK], NOW)
    assert store.tokens.check(text) == {Scope.INGEST, Scope.CHECK}


@pytest.mark.parametrize("text", ["", "leeway_", "leeway_nope", "\x00", "\udc80", "żółć"])
def test_what_is_no_token_is_good_for_nothing(store: Store, text: str) -> None:
    store.tokens.create("gateway", [Scope.INGEST], NOW)
    assert store.tokens.check(text) is None


def test_the_text_of_a_token_is_not_in_the_database(store: Store, database: str) -> None:
    text = store.tokens.create("gateway", [Scope.INGEST], NOW)
    opened = connect(database)
    with opened.reading() as connection:
        dump = str([tuple(row) for table in METADATA.sorted_tables for row in connection.execute(table.select())])
    opened.engine.dispose()
    assert "gateway" in dump
    assert text not in dump
    assert text.removeprefix("leeway_") not in dump


def test_every_token_is_another(store: Store) -> None:
    texts = {store.tokens.create(f"gateway-{n}", [Scope.INGEST], NOW) for n in range(10)}
    assert len(texts) == 10
    assert all(len(text) > 40 for text in texts)


def test_tokens_are_listed_oldest_first_without_their_text(store: Store) -> None:
    store.tokens.create("newer", [Scope.READ], NOW)
    store.tokens.create("older", [Scope.INGEST], NOW - HOUR)
    older, newer = Token("older", frozenset({Scope.INGEST}), NOW - HOUR), Token("newer", frozenset({Scope.READ}), NOW)
    assert store.tokens.list() == [older, newer]


def test_a_revoked_token_is_good_for_nothing(store: Store) -> None:
    text = store.tokens.create("gateway", [Scope.INGEST], NOW)
    other = store.tokens.create("other", [Scope.READ], NOW)
    assert store.tokens.revoke("gateway")
    assert not store.tokens.revoke("gateway")
    assert store.tokens.check(text) is None
    assert store.tokens.check(other) == {Scope.READ}


def test_a_name_is_taken_until_it_is_revoked(store: Store) -> None:
    first = store.tokens.create("gateway", [Scope.INGEST], NOW)
    with pytest.raises(Rejected, match="gateway"):
        store.tokens.create("gateway", [Scope.READ], NOW)
    assert store.tokens.check(first) == {Scope.INGEST}
    store.tokens.revoke("gateway")
    assert store.tokens.create("gateway", [Scope.READ], NOW) != first


def test_a_token_of_an_unknown_scope_is_not_made(store: Store) -> None:
    with pytest.raises(ValueError, match="admin"):
        store.tokens.create("gateway", ["admin"], NOW)
    assert store.tokens.list() == []
