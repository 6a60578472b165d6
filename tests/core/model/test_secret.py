"""A secret is never printed by accident."""

import json
import pickle
from dataclasses import dataclass

import pytest

from shared.core.model.secret import Secret

TEXT = "https://flow.example/?sig=abc"


@dataclass(frozen=True)
class Holder:
    url: Secret


def test_a_secret_is_shown_as_stars() -> None:
    secret = Secret(TEXT)
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        repr(Holder(secret)),
        f"{[secret]}",
        "%s" % secret,  # noqa: UP031  (one more way to print)
    ):
        assert "sig" not in shown


def test_a_secret_is_neither_pickled_nor_written_as_json() -> None:
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps(Secret(TEXT))
    with pytest.raises(TypeError):
        json.dumps(Secret(TEXT))


def test_a_secret_is_compared_by_value_and_revealed_on_request() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert len({Secret(TEXT), Secret(TEXT)}) == 1
    assert Secret(TEXT).reveal() == TEXT
