"""The company of the benchmarks: a lineage of four scopes with a quota each, so that every event counts in four counters."""

from workflows.money import Unit, usd
from workflows.policy import Organization, Policy
from workflows.pricing import Price
from workflows.quotas import Quota, key_of, lineage
from workflows.times import Period

LEAF = "platform/engineering/search/retrieval"
QUOTAS = tuple(
    Quota(key_of(scope, Unit.USD, Period.MONTH), scope, usd(1_000_000 * n), channel=f"C{n}")
    for n, scope in enumerate(lineage(LEAF), 1)
)
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"), QUOTAS, fallback_price=Price(15_000_000, 75_000_000, 15_000_000, 15_000_000)
)
