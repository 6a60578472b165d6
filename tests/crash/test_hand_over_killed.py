"""Kill the program at each effect of a hand-over: nothing is lost, left over, or not reported.

As in `test_killed_anywhere.py`, an undisturbed run shows the requests with an effect, and for each
another run is killed after it. Of the check that follows a hand-over, only the first message is
tested here.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL

import pytest

from local.azurite import Azurite
from shared.core.model.check_record import Outcome
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.ports.vault import vault_name
from tests.crash.test_killed_anywhere import A_MOMENT, DAY, renewed_and_notified
from tests.support.environment import Stage, staged
from tests.support.killer import Killer, lived
from tests.support.processes import REST

CREATED = "POST /v1.0/applications/*/addPassword"
NOON = DAY + timedelta(hours=2)
LATER = (A_MOMENT, timedelta(minutes=10), timedelta(hours=1))
"""When the next ticks come: while the run might go on, when it cannot, when Graph shows all."""
MESSAGE = re.compile(r"POST /(teams/|.*/sendMail)")
STOPPED = {Ending.CONFIRMED, Ending.WITHDRAWN, Ending.EXPIRED}
"""The endings after which a value must be gone."""

pytestmark = pytest.mark.timeout(600)  # some dozen runs each, on a busy machine
HEADLINE = re.compile(r"(?<![\w])Lib(?:Cal|Staffer): [a-z][^\"\n\\\\]*")
type Heard = Mapping[tuple[str, str], int]


@pytest.fixture
def stage(azurite: Azurite, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(azurite.tables, tmp_path, hand_over=True)


@dataclass
class Story:
    """What is killed, and when; `skip` is the number of effects that another story has too."""

    act: tuple[str, ...]
    at: timedelta = NOON
    outcome: str = Outcome.OK
    skip: int = 0


def introduced(stage: Stage) -> None:
    stage.live()


def handed_over(stage: Stage) -> None:
    stage.live("hand-over", "libcal", "8~w", after=DAY)


def opened(stage: Stage) -> None:
    stage.live("open", "libcal", "0", after=NOON - A_MOMENT)


LIVES: Mapping[str, Mapping[Callable[[Stage], None], Sequence[Story]]] = {
    "renew": {
        introduced: [
            Story(("renew", "libcal")),
            Story(("renew", "libcal", "libstaffer"), skip=4),
        ],
    },
    "hand over": {
        renewed_and_notified: [Story(("hand-over", "libcal", "8~w"))],
        handed_over: [
            Story(("withdraw", "libcal")),
            Story(("confirm", "libcal", "LibCal 2026")),
            Story(("tick",), at=15 * DAY + A_MOMENT),
            Story(("open", "libcal", "0"), outcome="shown"),
        ],
        opened: [Story(("open", "libcal", "1"), outcome="shown")],
    },
}
"""What comes before, one after the other, and the stories that begin then."""


@dataclass
class Moment:
    """What there is at the beginning of a story, to begin again."""

    stage: Stage

    def __post_init__(self) -> None:
        """Note it."""
        tenant = self.stage.tenant
        self.rows, self.apps = self.stage.rows(), tenant.directory.listing()
        self.values = tenant.hand_over.secrets.values

    def again(self) -> None:
        """Begin again."""
        tenant, vault = self.stage.tenant, self.stage.tenant.hand_over.secrets
        self.stage.anew(self.rows)
        tenant.directory.replace(self.apps)
        tenant.passwords.created.clear()
        tenant.forget_requests()
        vault.clear()
        for name, value in self.values.items():
            vault.put(name, value)


@dataclass
class After:
    """What there is after a run and the ticks that follow it."""

    heard: Heard
    records: Mapping[str, HandOver]

    @property
    def states(self) -> Mapping[str, tuple[str, str, int]]:
        return {
            service: (each.state, each.ending, len(each.opened))
            for service, each in self.records.items()
        }


def after(stage: Stage, at: timedelta) -> After:
    """Let the next ticks come."""
    for later in LATER:
        ticked = stage.live(after=at + later)
        assert ticked.outcome in {Outcome.OK, Outcome.NOT_DUE}, ticked
    return After(heard(stage), stage.remembered()[0].hand_overs)


def heard(stage: Stage) -> Heard:
    """Return how often each channel got each headline; one message may have several."""
    found: Counter[tuple[str, str]] = Counter()
    for (channel, text), times in stage.heard().items():
        for headline in set(HEADLINE.findall(text)):
            found[channel, headline] += times
    return found


@pytest.mark.parametrize("life", LIVES)
def test_killed_at_each_effect_of_a_hand_over(stage: Stage, life: str) -> None:
    for before, stories in LIVES[life].items():
        before(stage)
        moment = Moment(stage)
        for story in stories:
            assert_survived(stage, moment, story)
        moment.again()


def assert_survived(stage: Stage, moment: Moment, story: Story) -> None:
    moment.again()
    act = story.act
    if act[0] == "confirm":
        act = (*act[:-1], stage.key_of(act[-1]))
    watched = Killer(stage)
    assert lived(stage, watched, act, story.at).outcome == story.outcome
    expected = after(stage, story.at)
    assert_consistent(stage, expected)
    own = range(story.skip, watched.before_check if watched.leased else len(watched.passed))
    told = [point for point, each in enumerate(watched.passed) if MESSAGE.match(each)]
    assert own, (act, [each.partition("?")[0] for each in watched.passed], expected.states)
    for point in [*own, *told[:1]]:
        place = f"{act}: killed after {watched.passed[point].partition('?')[0]} ({point})"
        moment.again()
        killed = lived(stage, Killer(stage, point, after=True), act, story.at)
        assert killed.signal == SIGKILL, place
        found = after(stage, story.at)
        assert_consistent(stage, found)
        assert {text for text, times in found.heard.items() if times > 2} == set(), place
        if found.states == expected.states:
            assert set(found.heard) == set(expected.heard), place
        else:
            assert_said(found, expected, place)


def assert_consistent(stage: Stage, found: After) -> None:
    """Ledger, vault and Entra agree, and only the vault has a value."""
    vault, passwords = stage.tenant.hand_over.secrets, stage.tenant.passwords
    kept = {vault_name(each.service, each.key_id) for each in found.records.values() if each.kept}
    assert set(vault.values) == kept
    assert vault.deleted == []
    for record in found.records.values():
        assert record.kept or record.state == HandOverState.DONE
        assert (record.why, record.stale) == ("", ())
    ended = {
        vault_name(each.service, each.key_id)
        for each in found.records.values()
        if each.ending in STOPPED
    }
    assert {name for act, name in vault.done if act == "SecretSet"} <= kept | ended, "lost"
    assert stage.tenant.requests()[CREATED] == len(passwords.created)
    created = [each.credential.name for each in found.records.values() if each.renewed]
    assert len(passwords.created) <= len(set(created)), "created twice"
    told = f"{stage.heard()}"
    for key_id in passwords.created:
        [record] = [each for each in found.records.values() if each.key_id == key_id]
        assert record.kept or (record.orphan and key_id in told), "an orphan that nobody knows of"
    for value in (REST, *passwords.created.values()):
        assert value not in f"{told} {stage.rows()}"


def assert_said(found: After, expected: After, place: str) -> None:
    """What became of each service is in a message, as always or otherwise."""
    for service, (state, ending, _) in found.states.items():
        wanted, got = (
            {each for each in which.heard if each[1].casefold().startswith(f"{service}:")}
            for which in (expected, found)
        )
        if found.states[service] == expected.states.get(service):
            assert got == wanted, place
            continue
        assert state == HandOverState.DONE, place
        assert ending in {Ending.ORPHAN, Ending.NOT_KEPT, Ending.NOT_CREATED}, place
        assert got - wanted, place
