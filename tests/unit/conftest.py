"""Unit tests are pure: no clock, no network, no files. A slow machine must not fail a property."""

from hypothesis import settings

settings.register_profile("unit", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=2000)  # pytest --hypothesis-profile=thorough
settings.load_profile("unit")
