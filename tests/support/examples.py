"""The number of random examples: few by default, many with `make thorough`."""

import hypothesis

MIN_EXAMPLES = 5
"""Fewer would show too little."""


def register() -> None:
    """Register the profiles and load `default`; `--hypothesis-profile` selects another."""
    # a busy computer is not a failure of the program
    patient = hypothesis.settings(
        deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.register_profile("default", patient, max_examples=10)
    hypothesis.settings.register_profile("thorough", patient, max_examples=200)
    hypothesis.settings.load_profile("default")


def examples(times: float) -> hypothesis.settings:
    """Return settings with a multiple of the profile's number of examples."""
    return hypothesis.settings(
        max_examples=max(MIN_EXAMPLES, round(times * hypothesis.settings().max_examples))
    )
