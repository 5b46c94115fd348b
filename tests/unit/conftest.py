"""Unit tests are pure: no clock, no network, no files. A slow machine must not fail a property."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
