"""Money is exact, and an amount is taken only when everybody would read it the same."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.money import CENT, LARGEST, NANO, Unit, parse, percent, show, usd

units = st.sampled_from(Unit)
amounts = st.integers(1, LARGEST)
hostile = st.text(
    st.sampled_from("0123456789१९٣५０９²½,.$-+eEkKmMbB_ \t\n\u00a0\u200f\u202e\u066b\u0660usdtokensUSDNaIf"), max_size=40
)


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("$1,500", Unit.USD, 1_500 * NANO),
        ("500.50", Unit.USD, 500 * NANO + NANO // 2),
        ("$ 500", Unit.USD, 500 * NANO),
        ("500 USD", Unit.USD, 500 * NANO),
        ("500 usd", Unit.USD, 500 * NANO),
        ("1 dollar", Unit.USD, NANO),
        ("20 Dollars", Unit.USD, 20 * NANO),
        ("$2k", Unit.USD, 2_000 * NANO),
        ("$1.5M", Unit.USD, 1_500_000 * NANO),
        ("0.1", Unit.USD, NANO // 10),
        ("$9,223,372,036.854775807", Unit.USD, LARGEST),
        ("2M tokens", Unit.TOKENS, 2_000_000),
        ("2M Tokens", Unit.TOKENS, 2_000_000),
        ("1 token", Unit.TOKENS, 1),
        ("2,000,000", Unit.TOKENS, 2_000_000),
        ("1.5b", Unit.TOKENS, 1_500_000_000),
        ("1 request", Unit.REQUESTS, 1),
        ("300 requests", Unit.REQUESTS, 300),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, unit: Unit, amount: int) -> None:
    assert parse(text, unit) == amount


@pytest.mark.parametrize("text", ["1.000", "$1.500", "12.345", "1.500k", "1.000M", "1,500.125", "1.000 tokens"])
@pytest.mark.parametrize("unit", Unit)
def test_three_decimals_are_refused_because_half_the_world_reads_thousands(text: str, unit: Unit) -> None:
    assert parse(text, unit) is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "$", "-5", "+5", "0", "$0.00", "1e3", "NaN", "inf", "1_000", "1,50", "15,00", "1,0000", ",100", "1.", ".5",
     "1 000", "1\u00a0000", "९९", "९९.५", "٣٠٠", "０９", "5²", "½", "\u200f500", "500\u200f", "\u202e005", "5\n5", "$5 $", "€5",
     "5%", "5x", "1" * 400, "9" * 10_000, " " * 100_000 + "x", "9223372036.854775808", "1.23456789012", "0.0000000001"],
)  # fmt: skip
def test_what_is_not_plainly_an_amount_of_dollars_is_refused(text: str) -> None:
    assert parse(text, Unit.USD) is None


@pytest.mark.parametrize("text", ["1.5", "0.5 tokens", "$5", "5 usd", "5 requests", "1.0005k", str(LARGEST + 1)])
def test_what_is_not_plainly_a_count_of_tokens_is_refused(text: str) -> None:
    assert parse(text, Unit.TOKENS) is None


def test_an_amount_with_more_decimals_than_money_has_is_refused_not_rounded() -> None:
    assert parse("9223372036.0000000000000000001", Unit.USD) is None
    assert parse("1.0000000000000000000000000001", Unit.USD) is None


@given(st.text(max_size=60) | hostile, units)
@example("९९", Unit.USD)
@example("NaN", Unit.USD)
@example("1" * 400, Unit.TOKENS)
def test_no_text_raises_and_only_ascii_digits_pass(text: str, unit: Unit) -> None:
    amount = parse(text, unit)
    if amount is not None:
        assert 0 < amount <= LARGEST
        assert all(ch.isascii() for ch in text if ch.isdigit() or ch.isnumeric())


@given(st.integers(1, LARGEST // CENT))
def test_whole_cents_survive_being_shown_and_read(cents: int) -> None:
    assert parse(show(cents * CENT, Unit.USD), Unit.USD) == cents * CENT


@given(amounts, st.sampled_from([Unit.TOKENS, Unit.REQUESTS]))
def test_counts_survive_being_shown_and_read(amount: int, unit: Unit) -> None:
    assert parse(show(amount, unit), unit) == amount


@given(amounts)
def test_any_amount_survives_being_written_out_and_read(amount: int) -> None:
    whole, rest = divmod(amount, NANO)
    assert parse(f"${whole:,}.{rest:09d}", Unit.USD) == amount


@pytest.mark.parametrize(
    ("nanos", "shown"),
    [
        (0, "$0"),
        (1, "<$0.01"),
        (CENT - 1, "<$0.01"),
        (CENT, "$0.01"),
        (-1, "-<$0.01"),
        (-CENT, "-$0.01"),
        (8_420 * NANO, "$8,420"),
        (-8_420 * NANO, "-$8,420"),
        (usd("1580.5"), "$1,580.50"),
        (usd("0.125"), "$0.12"),
        (usd("0.135"), "$0.14"),
        (usd("0.1250001"), "$0.13"),
        (usd("999.999"), "$1,000.00"),
        (usd("1000.001"), "$1,000.00"),
        (-usd("999.999"), "-$1,000.00"),
        (LARGEST, "$9,223,372,036.85"),
    ],
)
def test_dollars_are_shown_to_the_cent(nanos: int, shown: str) -> None:
    assert show(nanos, Unit.USD) == shown


@given(st.integers(-LARGEST, LARGEST) | st.integers(-2 * NANO, 2 * NANO))
@example(999 * NANO + NANO - 1)
def test_dollars_without_cents_are_exactly_so_many(nanos: int) -> None:
    shown = show(nanos, Unit.USD)
    assert ("." in shown) == bool(nanos % NANO)


@given(st.integers(CENT, LARGEST))
def test_shown_dollars_are_within_half_a_cent(nanos: int) -> None:
    shown = Fraction(show(nanos, Unit.USD).replace("$", "").replace(",", "")) * NANO
    assert abs(shown - nanos) * 2 <= CENT
    if abs(shown - nanos) * 2 == CENT:
        assert shown / CENT % 2 == 0


def test_one_is_not_shown_as_many() -> None:
    assert [show(n, Unit.TOKENS) for n in (0, 1, 2, 2_000_000)] == ["0 tokens", "1 token", "2 tokens", "2,000,000 tokens"]
    assert show(1, Unit.REQUESTS) == "1 request"


@given(st.integers(0, LARGEST), st.integers(1, LARGEST))
@example(LARGEST - 1, LARGEST)
def test_a_percentage_is_said_only_when_it_is_reached(part: int, whole: int) -> None:
    said = percent(part, whole)
    assert said * whole <= part * 100 < (said + 1) * whole
    assert (said >= 100) == (part >= whole)


def test_of_a_limit_of_nothing_anything_is_all() -> None:
    assert [percent(0, 0), percent(1, 0), percent(5, -1)] == [0, 100, 100]


@given(st.integers(-LARGEST, LARGEST))
def test_dollars_are_taken_exactly(nanos: int) -> None:
    assert usd(Decimal(nanos).scaleb(-9)) == nanos
    assert usd(f"{Decimal(nanos).scaleb(-9):f}") == nanos


@pytest.mark.parametrize(
    "dollars",
    ["NaN", "sNaN", "Infinity", "-Infinity", "", "abc", "९९", "1_000", "1e-10", "1.00000000000000000000000000001",
     "9223372036.854775808", "1e400", "1e999999999", "-1e400"],
)  # fmt: skip
def test_dollars_that_are_not_whole_nano_dollars_are_an_error(dollars: str) -> None:
    with pytest.raises(ValueError, match="nano-dollars"):
        usd(dollars)
