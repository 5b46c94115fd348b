"""Mutants that no test can tell from the original, each with the reason. Whoever adds one has tried to write the test."""

EQUIVALENT: dict[str, dict[str, str]] = {
    "overrides": {},
}
