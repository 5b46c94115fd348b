"""Hypothesis: the same examples on every run, so that a red test stays red; `make fuzz` looks for new ones, longer."""

import os

from hypothesis import HealthCheck, settings

# No deadline and no complaint about slowness: a busy machine must not fail a property.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("ci"), derandomize=False, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")
