"""How many examples a property is tried with: few in `default`, many in `thorough` (`make thorough`)."""

import hypothesis

LEAST = 5
"""Fewer say too little of anything."""


def register() -> None:
    """Make the profiles known, and take `default`; the option `--hypothesis-profile` takes another."""
    # a busy computer is not a failure of the program
    patient = hypothesis.settings(
        deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.register_profile("default", patient, max_examples=10)
    hypothesis.settings.register_profile("thorough", patient, max_examples=200)
    hypothesis.settings.load_profile("default")


def examples(times: float) -> hypothesis.settings:
    """Return the settings for so many times the examples of the profile."""
    return hypothesis.settings(
        max_examples=max(LEAST, round(times * hypothesis.settings().max_examples))
    )
