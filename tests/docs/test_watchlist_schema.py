"""The JSON Schema of the watchlist accepts what the loader accepts, as far as a schema can."""

import functools
import json
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config import values, watchlist_rules
from shared.config.problems import Misconfigured
from shared.config.watchlist import parse
from shared.config.watchlist_channels import MAX_MENTIONS
from shared.core.inventory.noise import NOISE
from shared.core.model.watchlist import TeamsChannel, Watchlist
from tests.config.test_watchlist import GOOD, mistakes
from tests.contract.test_settings import GOOD as ENVIRONMENT
from tests.contract.test_settings import RUNBOOK, WATCHLIST
from tests.support.examples import examples
from tests.support.schema_validator import validator
from tests.support.toml import watchlist_toml

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/reference/watchlist.schema.json").read_text("utf-8"))
WHOLE = tomllib.loads(
    WATCHLIST
    + """
[[apps.services]]
name = "Catalogue"
breaks = "Nobody can search."
claims = { name = "catalogue-sync" }
renewer = ["its"]
installed_by = "pipeline"
rotates_every = 30
"""
)
SETTINGS = {
    **ENVIRONMENT,
    "WEBHOOK": "https://flow.example/x",
    "CLIENT_ID": "00000000-0000-4000-8000-000000000009",
    "TEAMS_WEBHOOK_URL": "https://flow.example/x",
    "TEAMS_WEBHOOK_URL_BRANCH": "https://flow.example/y",
    "WEBHOOK_URL": "https://desk.example/hook",
    "WEBHOOK_SECRET": ENVIRONMENT["DESK_SECRET"],
    "LIBAPPS_CLIENT_ID": "00000000-0000-4000-8000-00000000000a",
}
ONLY_THE_LOADER = (
    r"timezone: '(america/chicgo|CST)'",
    r"ladder: \[30, 60\]",
    r"ladder: \[0, 14\]",
    r"unknown channel '",
    r"setting \w+ \(named by ",
    r"the same as w\.toml: ",
    r"services\[\d\]\.id: not set",
    r"the file '\w+\.md' does not exist",
)
"""What a schema cannot know: docs/reference/watchlist.md lists it."""


@functools.cache
def whole_validator() -> Any:  # noqa: ANN401  (a class without types)
    return validator(SCHEMA)


def is_valid(data: object) -> bool:
    return bool(whole_validator().is_valid(data))


def load(document: str) -> Watchlist:
    return parse(document, "w.toml", SETTINGS, lambda _: RUNBOOK)


def as_toml(value: object) -> str:
    """Return a value as inline TOML."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {as_toml(each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value)


def loader_problems(data: dict[str, Any]) -> list[str]:
    try:
        load("\n".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in data.items()))
    except Misconfigured as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


def tables(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each table of a watchlist by its name in the schema."""
    yield "watchlist", schema
    yield from ((name, each) for name, each in schema["$defs"].items() if "properties" in each)


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part with what its reference names."""
    named = SCHEMA["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {**named, **part}


def test_schema_is_one_itself() -> None:
    whole_validator().check_schema(SCHEMA)
    assert all(each["additionalProperties"] is False for _, each in tables(SCHEMA))


def test_each_key_is_explained_with_its_type_default_and_example() -> None:
    for table, each in tables(SCHEMA):
        for name, part in each["properties"].items():
            key = resolved(part)
            place = f"{table}.{name}"
            assert key["description"].endswith("."), place
            assert "type" in key, place
            if "properties" in key or key["type"] == "object" or name in {"apps", "services"}:
                continue
            has_default = "default" in key or "$comment" in key
            assert (name in each.get("required", ())) != has_default, place
            for example in key["examples"]:
                part_alone = {**part, "$defs": SCHEMA["$defs"]}
                assert validator(part_alone).is_valid(example), place


def test_schema_has_the_keys_of_the_loader() -> None:
    """An unknown key in each table makes the loader list the keys that it knows."""
    data = deepcopy(WHOLE)
    app, service = data["apps"][0], data["apps"][0]["services"][0]
    channels = data["channels"].values()
    for table in (data, *channels, app, service, service["claims"], service["escalate"]):
        table["x-unknown"] = 1
    for table in (data["tenant"], data["tenant"]["exclude"], data["tenant"]["noise"]):
        table["x-unknown"] = 1
    known: dict[str, set[str]] = {}
    for problem in loader_problems(data):
        place, keys = re.findall(r"^w\.toml(.*): unknown key .*; expected only (.*)\.$", problem)[0]
        name = re.sub(r"\[0\]|^: | \(.*", "", place)
        table = "channels" if name.startswith("channels.") else name
        known.setdefault(table, set()).update(keys.split(", "))
    of_schema = {name: set(each["properties"]) for name, each in tables(SCHEMA)}
    assert known == {
        "": of_schema["watchlist"],
        "channels": of_schema["channel"],
        "apps": of_schema["app"],
        "apps.services": of_schema["service"],
        "apps.services.claims": of_schema["claim"],
        "apps.services.escalate": of_schema["escalation"],
        "tenant": of_schema["tenant"],
        "tenant.exclude": of_schema["exclusion"],
        "tenant.noise": of_schema["noise"],
    }
    assert of_schema["noise"] == {rule.id for rule in NOISE}


def test_defaults_and_patterns_are_those_of_the_loader() -> None:
    found = load(watchlist_toml() + '[tenant]\nwatch = true\ntell = ["its"]\n')
    (app,) = found.apps
    (service,) = app.services
    (channel,) = found.channels.values()
    tenant = found.inventory
    assert isinstance(channel, TeamsChannel)
    assert tenant
    read = {
        "check_at": f"{found.check_at:%H:%M}",
        "ladder": list(found.ladder),
        "channel.auth": channel.auth,
        "app.service_principal": app.service_principal,
        "service.installed_by": service.installed_by,
        "tenant.watch": load(watchlist_toml() + "[tenant]\n").inventory is not None,
        "tenant.ladder": list(tenant.ladder),
        "tenant.owners": tenant.owners,
        "tenant.service_principals": tenant.service_principals,
        "exclusion.names": list(tenant.exclude_names),
        "exclusion.client_ids": list(tenant.exclude_client_ids),
        "exclusion.tags": list(tenant.exclude_tags),
        **{f"noise.{rule.id}": rule.id in tenant.noise for rule in NOISE},
    }
    assert read == {
        name.removeprefix("watchlist."): default
        for name, default in (
            (f"{table}.{key}", part["default"])
            for table, each in tables(SCHEMA)
            for key, part in each["properties"].items()
            if "default" in part
        )
    }
    channel_keys = SCHEMA["$defs"]["channel"]["properties"]
    assert channel_keys["mention"]["maxItems"] == MAX_MENTIONS
    assert channel_keys["mention"]["items"]["maxLength"] == watchlist_rules.MAX_MENTION_CHARS
    assert channel_keys["kind"]["enum"] == [*watchlist_rules._KINDS]  # noqa: SLF001  (the rule itself)
    assert channel_keys["mention"]["items"]["pattern"] == f"^{watchlist_rules._MENTION.pattern}$"  # noqa: SLF001  (the rule itself)
    assert SCHEMA["$defs"]["email_address"]["pattern"] == f"^{values._ADDRESS.pattern}$"  # noqa: SLF001  (the rule itself)
    assert SCHEMA["$defs"]["ladder"]["items"]["maximum"] == values.MAX_DAYS


@pytest.mark.parametrize("document", [GOOD, WATCHLIST, watchlist_toml()], ids=["1", "2", "3"])
def test_good_watchlists_are_valid(document: str) -> None:
    assert load(document)
    assert is_valid(tomllib.loads(document))


@pytest.mark.parametrize(
    ("old", "new", "messages"), [pytest.param(*each, id=each[2][0]) for each in mistakes()]
)
def test_mistakes_are_found_by_the_schema(old: str, new: str, messages: list[str]) -> None:
    """All but those that need more than the file itself."""
    only_the_loader = all(
        any(re.search(pattern, message) for pattern in ONLY_THE_LOADER) for message in messages
    )
    assert is_valid(tomllib.loads(GOOD.replace(old, new, 1))) == only_the_loader


ODD = [
    *[True, False, 0, 1, 7, 3650, 3651, -1, 1.5, "", " ", "x", "its", "teams", "email", "webhook"],
    *["identity", "person", "pipeline", "env:DESK_SECRET", "env:", "env:1", "q7X", "08:00", "8:00"],
    *["24:00", "UTC", "America/Chicago", "a b", "https://library.example/x y", "http://127.0.0.1/"],
    *["https://a@library.example", "https://", "https://[::1]/", "http://library.example", "a.md"],
    *["/a.md", "../a.md", "a/../b.md", "a..md", "ftp://library.example", "https://library.example"],
    *["https://eu.flow.powerautomate.com/x?sig=1", "https://eu.flow.powerautomate.com/x?a=sig"],
    *["https://eu.flow.powerautomate.com.evil.example/x", "Lib-Cal", "lib--cal", "lib-cal"],
    *["dana@example.org", "D <dana@example.org>", "a__b@example.org", ["its", "its"], [["its"]]],
    *["00000000-0000-4000-8000-00000000000b", "00000000-0000-4000-8000-00000000000", [], {}],
    *[["its"], ["its", ""], ["Test*"], ["dana@example.org"], [7], [7, 7], [7, 0], [3651], [True]],
    *[["https://library.example"], {"name": "x"}, {"hint": "q7X"}, {"x": 1}, [{}], [{"name": "x"}]],
]
"""Values that are right in one place and wrong in others."""


def places(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each value."""
    if path:
        yield path
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*path, key))


PLACES = list(places(WHOLE))


@examples(8)
@given(st.sampled_from(PLACES), st.sampled_from([None, *ODD]))
def test_schema_and_loader_agree_about_each_value(
    path: tuple[str | int, ...], value: object
) -> None:
    """The loader may refuse more, for the reasons that need more than the file itself."""
    data = deepcopy(WHOLE)
    inner: Any = data
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    problems = loader_problems(data)
    if is_valid(data):
        beyond = re.compile("|".join((*ONLY_THE_LOADER, "timezone", r"ladder: \[")))
        assert [problem for problem in problems if not beyond.search(problem)] == []
    else:
        assert problems


def test_every_key_at_once_is_accepted_by_both() -> None:
    assert is_valid(WHOLE)
    assert loader_problems(WHOLE) == []


def blocks() -> Iterator[tuple[str, str]]:
    """Yield each TOML block of the documents, with its page."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        found = re.findall(
            r"^ *```toml\n(.*?)^ *```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        yield from ((page.relative_to(ROOT).as_posix(), dedent(each)) for each in found)


@pytest.mark.parametrize(("page", "block"), [*blocks()])
def test_watchlists_in_the_documents_are_right(page: str, block: str) -> None:
    """A part extends the shipped watchlist, which may lack its channels; settings are not set."""
    data = tomllib.loads(block)
    if "timezone" in data:
        assert loader_problems(data) == [], page
    else:
        shipped = tomllib.loads((ROOT / "watchlist.toml").read_text("utf-8"))
        channels = {**shipped["channels"], **data.pop("channels", {})}
        more = data.pop("apps", [])
        if isinstance(more, dict):  # a block with [[apps.services]] alone
            shipped["apps"][0]["services"] += more["services"]
        else:
            shipped["apps"] += more
        data = {**shipped, "channels": channels, **data}
        missing = ("unknown channel", ": not set;")
        problems = loader_problems(data)
        assert [each for each in problems if not any(m in each for m in missing)] == [], page
    assert is_valid(data), page
