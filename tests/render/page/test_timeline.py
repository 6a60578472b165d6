"""The picture of time: what is drawn where, what is told of a rung, and that nothing from outside can act in it."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.directory import Credential
from shared.core.model.watchlist import Claim
from shared.render.page.timeline import COLOURS, timeline
from tests.render.forecast_picture import PICTURE, library, look

LIBCAL = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_in_docs_is_what_is_drawn() -> None:
    """If the difference is meant, draw it anew as forecast_picture.py says, and look at it."""
    assert timeline(*look(library())) == PICTURE.read_text(encoding="utf-8")


def test_the_last_message_and_the_rungs_to_come_are_different_marks() -> None:
    drawn = draw(lived(LIBCAL, until="2026-11-22T18:00Z"))
    assert (len(of_class(drawn, "tl-told")), len(of_class(drawn, "tl-coming"))) == (1, 5), (
        "that of rung 30; then 14, 7, 3, 1 and 0"
    )
    (told,) = of_class(drawn, "tl-told")
    labels = {label.text: x(label) for label in drawn.iter(f"{SVG}text")}
    assert (
        labels["Nov"]
        < x(told)
        < today(drawn)
        < min(x(mark) for mark in of_class(drawn, "tl-coming"))
    ), "on 13 November"


def test_what_the_ledger_does_not_know_to_have_been_told_is_not_drawn() -> None:
    """Nobody ran it for weeks: the rungs of 60 and of 30 days passed unheard, and one message made up for both."""
    world = lived(LIBCAL, until="2026-09-20T18:00Z")
    world.now = at("2026-11-22T14:00Z")
    world.check()
    drawn = draw(world)
    (told,) = of_class(drawn, "tl-told")
    assert x(told) == pytest.approx(today(drawn), abs=2)
    assert "last message" in words(drawn)


def test_each_channel_has_the_mark_of_its_own_last_message() -> None:
    world = lived(LIBCAL, until="2026-10-20T18:00Z")
    world.tenant.add(
        secret(
            "cal26", "LibCal 2026", starts="2026-10-20T17:00Z", ends="2028-10-20T17:00Z", hint="r2B"
        )
    )
    world.run("2026-11-22T18:00Z")
    drawn = draw(world)
    assert (
        len(
            {
                told.at.date()
                for told in world.ledger.load().notifications.values()
                if told.item == "libcal"
            }
        )
        == 2
    )
    assert len(of_class(drawn, "tl-told")) == 2, (
        "to the renewer, who was asked; and to the installer, whose turn it is"
    )


def test_a_message_before_the_credential_began_is_not_on_its_line() -> None:
    world = lived(LIBCAL, until="2026-10-20T18:00Z")
    judgement, seen = look(world)
    (view,) = judgement.services
    assert view.in_use is not None
    renewed = replace(
        judgement,
        services=(replace(view, in_use=view.in_use._replace(starts=at("2026-11-01T00:00Z"))),),
    )
    assert of_class(ET.fromstring(timeline(renewed, seen)), "tl-told") == []


def test_rungs_that_an_acknowledgement_silences_are_not_to_come() -> None:
    world = lived(LIBCAL, until="2026-11-22T18:00Z")
    world.acknowledge("libcal", "2026-12-13", "ordered from ITS")
    drawn = draw(world)
    assert len(of_class(drawn, "tl-coming")) == 4, "7, 3, 1 and 0"
    assert "known to Anna Example" in words(drawn)


def test_the_line_ends_on_the_local_day_and_says_so() -> None:
    """20 March, 02:00 UTC, is the evening of the 19th in Chicago."""
    drawn = draw(
        lived(
            secret("sta25", "LibStaffer 2025", ends="2027-03-20T02:00Z"), until="2026-11-22T18:00Z"
        )
    )
    assert "secret “LibStaffer 2025” ends in 117 days (19 Mar 2027)" in words(drawn)
    (end,) = of_class(drawn, "tl-end")
    marks = {label.text: x(label) for label in drawn.iter(f"{SVG}text")}
    assert today(drawn) < marks["2027"] < x(end)


def test_a_replacement_is_a_second_line_from_its_start_to_its_end() -> None:
    drawn = draw(library())
    (line,) = of_class(drawn, "tl-replacement")
    assert today(drawn) - 5 < x(line) <= today(drawn)
    assert "secret “LibCal 2026” until 20 Nov 2028" in words(drawn)


def test_a_replacement_that_has_not_started_is_a_broken_line() -> None:
    later = secret("cal26", "LibCal 2026", starts="2026-12-01T18:00Z", ends="2028-12-01T18:00Z")
    drawn = draw(lived(LIBCAL, later, until="2026-11-22T18:00Z"))
    (line,) = of_class(drawn, "tl-replacement")
    assert line.get("stroke-dasharray")
    assert x(line) > today(drawn)
    assert "new secret from 1 Dec 2026" in words(drawn)


def test_what_is_gone_from_the_app_goes_on_as_a_broken_line_to_the_end_it_would_have_had() -> None:
    world = lived(LIBCAL, until="2026-10-20T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-11-22T18:00Z")
    drawn = draw(world)
    (solid,), (broken,) = of_class(drawn, "tl-in-use"), of_class(drawn, "tl-over")
    assert float(solid.get("x2", "")) == x(broken) < today(drawn) < float(broken.get("x2", ""))
    assert "its secret is gone from the app" in words(drawn)
    assert "secret “LibCal 2024” was to end 13 Dec 2026" in words(drawn)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        ((LIBCAL._replace(ends=None),), "secret “LibCal 2024” does not expire"),
        (
            (LIBCAL._replace(ends=at("2036-01-01T00:00Z")),),
            "secret “LibCal 2024” ends in 3326 days (31 Dec 2035)",
        ),
        ((), "no secret matches its claim"),
    ],
)
def test_an_end_that_is_far_or_never_or_missing_is_said_in_words(
    credentials: tuple[Credential, ...], said: str
) -> None:
    assert said in words(draw(lived(*credentials, until="2026-11-22T18:00Z")))


def test_nothing_is_outside_the_picture_whatever_the_ends() -> None:
    names = [
        "LibCal",
        "LibStaffer",
        "Room displays of the main library downtown",
        "Wallet",
        "Xerox",
        "Yearly",
        "Zoom",
        "Ask us",
    ]
    ends = [
        "2024-01-01T00:00Z",
        "2026-11-22T23:00Z",
        "2028-11-20T00:00Z",
        "2026-12-01T00:00Z",
        None,
        "2027-11-01T00:00Z",
        "2026-11-01T00:00Z",
    ]
    services = [
        service(name, id=name.split()[0].lower(), claim=Claim("name", f"{name}*")) for name in names
    ]
    world = World(watched=watchlist(*services), now=at("2026-09-01T13:05Z"))
    world.tenant.put(
        *(
            secret(f"k{n}", f"{name} 1", ends=end)
            for n, (name, end) in enumerate(zip(names, ends, strict=False))
        )
    )
    world.run("2026-11-22T18:00Z")
    drawn = draw(world)
    places = [
        float(value)
        for each in drawn.iter()
        for key in ("x", "x1", "x2", "cx")
        if (value := each.get(key)) is not None
    ]
    assert 0 <= min(places) <= max(places) <= 960
    for label in drawn.iter(f"{SVG}text"):
        wide = (
            len(label.text or "")
            * 6.0
            * {"end": -1, "middle": 0.5}.get(label.get("text-anchor", ""), 1)
        )
        assert 0 <= x(label) + wide <= 964, label.text


def test_text_from_outside_is_text() -> None:
    hostile = "LibCal</text><script>alert(1)</script>&amp;\x00\x1b\ufffe\ud800\u202e\U0001f600"
    drawn = timeline(*look(lived(LIBCAL._replace(name=hostile), until="2026-11-22T18:00Z")))
    assert "<script" not in drawn
    assert not re.search("[\x00-\x08\x0e-\x1f\ufffe\ud800\u202e]", drawn)
    assert "LibCal</text><script>" in words(ET.fromstring(drawn))
    drawn.encode("utf-8")


def test_a_picture_within_a_page_brings_no_style_and_takes_the_colour_of_the_page() -> None:
    drawn = timeline(*look(library()), standalone=False)
    assert "<style" not in drawn
    assert " style=" not in drawn
    assert ET.fromstring(drawn).get("fill") == "currentColor"


def test_a_picture_says_in_words_what_it_shows() -> None:
    root = draw(library())
    assert root.get("role") == "img"
    titles = {name: each.text for each in root if (name := each.get("id"))}
    assert root.get("aria-labelledby") == " ".join(titles)
    assert titles["tl-title"] == "When credentials end, seen on 22 Nov 2026"
    assert (
        "LibCal: the new secret waits to be installed; the old one ends in 21 days (13 Dec)."
        in (titles["tl-text"] or "")
    )


def test_every_severity_has_a_colour_of_its_own_that_the_legend_explains() -> None:
    legend = of_class(draw(library()), "tl-legend")[0]
    strokes = {each.get("stroke") for each in legend}
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert set(COLOURS.values()) <= strokes


def test_without_a_service_the_picture_says_so() -> None:
    world = World(watched=watchlist(service("LibCal")), now=at("2026-11-22T14:00Z"))
    judgement, round_ = look(world)
    assert "No service is known yet." in words(ET.fromstring(timeline(judgement, round_)))


def lived(*credentials: Credential, until: str) -> World:
    """A world with one service, by the name of its first credential, since 1 September."""
    name = (
        "LibStaffer" if credentials and credentials[0].name.startswith("LibStaffer") else "LibCal"
    )
    world = World(watched=watchlist(service(name)), now=at("2026-09-01T13:05Z"))
    world.tenant.put(*credentials)
    world.run(until)
    return world


def draw(world: World) -> ET.Element:
    return ET.fromstring(timeline(*look(world)))


def of_class(drawn: ET.Element, name: str) -> list[ET.Element]:
    """Give the elements of a class, those of the legend left out."""
    legend = {
        each
        for group in drawn.iter(f"{SVG}g")
        if group.get("class") == "tl-legend"
        for each in group
    }
    return [
        each
        for each in drawn.iter()
        if name in (each.get("class") or "").split() and each not in legend
    ]


def x(element: ET.Element) -> float:
    return float(element.get("x") or element.get("x1") or 0)


def today(drawn: ET.Element) -> float:
    (group,) = of_class(drawn, "tl-today")
    return x(group[0])


def words(drawn: ET.Element) -> str:
    return "\n".join(each.text or "" for each in drawn.iter(f"{SVG}text"))
