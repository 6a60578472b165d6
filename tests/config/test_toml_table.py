"""A mistake in a watchlist is reported with its line, for every layout of the file."""

import pytest

from shared.config.problems import Misconfigured
from shared.config.toml_lines import line_at, lines_of
from shared.config.watchlist import parse
from tests.config.test_watchlist import ENVIRONMENT, GOOD

DOCUMENT = """\
timezone = "UTC"

[channels.its]
kind = "teams"
text = '''
[[apps]]
kind = "not a key"
'''

[[apps]]
  name = "A"
[[apps.services]]
name = "A1"
claims = { name = "A*" }

[[ apps ]]
name = "B"

[[apps.services]]
[apps.services.escalate]
below = 7

[[apps.services]]   # a remark
"odd key" = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("timezone", 1),
        ("channels.its", 3),
        ("channels.its.kind", 4),
        ("apps[0]", 10),
        ("apps[0].name", 11),
        ("apps[0].services[0].claims.name", 14),
        ("apps[0].services[0].renewer[0]", 12),
        ("apps[1].name", 17),
        ("apps[1].services[0].escalate.below", 21),
        ("apps[1].services[1]['odd key']", 23),
        ("nowhere", None),
        ("", None),
    ],
)
def test_each_path_has_a_line(path: str, line: int | None) -> None:
    assert line_at(path, lines_of(DOCUMENT)) == line


def test_a_message_contains_the_line() -> None:
    wrong = GOOD.replace('renewer = ["its"]', 'renewer = ["nobody"]', 1).replace(
        '"env:CLIENT_ID"', '"env:NOWHERE"'
    )
    with pytest.raises(Misconfigured) as caught:
        parse(wrong, "w.toml", ENVIRONMENT, lambda _: "")
    client_id, renewer, *_ = map(str, caught.value.problems)
    lines = wrong.splitlines()
    line = lines.index('client_id = "env:NOWHERE"') + 1
    assert client_id.startswith(
        f"setting NOWHERE (named by w.toml: apps[0].client_id (line {line}))"
    )
    assert renewer.startswith(
        f"w.toml: apps[0].services[0].renewer[0] (line {lines.index('renewer = ["nobody"]') + 1}): "
    )
