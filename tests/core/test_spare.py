"""What fails is set apart; what no part causes is raised at once."""

from collections.abc import Mapping

import pytest

from shared.core.spare import spare

PARTS = {f"item {number}": number for number in range(100)}


def test_parts_that_fail_are_set_apart_and_named() -> None:
    def work(parts: Mapping[str, int], failed: Mapping[str, str]) -> tuple[int, list[str]]:
        if {7, 70} & set(parts.values()):
            raise ZeroDivisionError
        return len(parts), sorted(failed)

    assert spare(work, PARTS) == (98, ["item 7", "item 70"])


def test_mistake_that_no_part_causes_is_raised_at_once() -> None:
    calls = []

    def work(parts: Mapping[str, int], _: Mapping[str, str]) -> None:
        calls.append(len(parts))
        raise KeyError("after")

    with pytest.raises(KeyError):
        spare(work, PARTS)
    assert calls == [100, 0]
