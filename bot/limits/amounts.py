"""What a quota is in a store: amounts in the store's own unit and back, exact or not taken, its period and its parts."""

from decimal import ROUND_HALF_EVEN, Decimal

from workflows.money import LARGEST, NANO, Unit
from workflows.ports import Rejected
from workflows.quotas import Quota
from workflows.times import Period


def dollars(nanos: int) -> Decimal:
    """Nano-dollars as dollars, exactly."""
    return Decimal(nanos).scaleb(-9)


def nanos(name: str, amount: Decimal, *, each: int = NANO, most: int = LARGEST) -> int:
    """What a store says as nano-dollars, half to even; `each` is how many there are in one of its units."""
    if not amount.is_finite() or abs(amount) > most // each + 1 or abs(amount) * each > most:
        raise Rejected(f"{name}: {str(amount)[:20]} is more than can be kept; is it a limit?")
    return int((amount * each).to_integral_value(ROUND_HALF_EVEN))


def cents(name: str, amount: str, currency: str) -> int:
    """Whole or broken cents in a text as nano-dollars."""
    if currency.upper() != "USD":
        raise Rejected(f"{name}: its limits are in {currency[:8]!a}; only US dollars are supported yet")
    try:
        return nanos(name, Decimal(amount), each=NANO // 100)
    except ArithmeticError:
        raise Rejected(f"{name}: {amount[:20]!a} is no amount of cents") from None


def counted(name: str, quota: Quota, periods: dict[Period, str]) -> str:
    """How a store calls the period of a quota in dollars; Rejected where it has no such limits."""
    if quota.unit is not Unit.USD:
        raise Rejected(f"{name} has no limits in {quota.unit}: enforce {quota.key} elsewhere")
    if quota.period not in periods:
        known = " or ".join(f"a {period}" for period in periods)
        raise Rejected(f"{name} has no limits for a {quota.period}, only for {known}: enforce {quota.key} elsewhere")
    return periods[quota.period]


def missing(name: str, what: str, quota: Quota) -> Rejected:
    """A store does not know what has the limit of a quota there."""
    return Rejected(f"{name} has no {what}; make it there, or correct the store of {quota.scope} in app.yaml")


def part(quota: Quota, name: str) -> str:
    """What app.yaml says in a part of the place of a quota."""
    return dict(quota.place.parts)[name] if quota.place else ""
