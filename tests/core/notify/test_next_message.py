"""The predicted next message equals the one that is sent."""

from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.judge.schedule import instant_on
from shared.core.model.directory import Credential
from shared.core.model.watchlist import Watchlist
from tests.support.examples import examples

DAY_ZERO = at("2026-09-01T13:05Z")
ENDS = st.integers(-30, 220).map(lambda days: DAY_ZERO + timedelta(days=days, hours=days * 7 % 24))

PEOPLE = watchlist()
BY_PIPELINE = watchlist(
    service("LibCal", installed_by="pipeline", rotates_every=40), service("LibStaffer")
)
WATCHLISTS = (PEOPLE, BY_PIPELINE)
TO_COME = secret("key0", "LibCal 0", starts="2026-09-02T13:05Z", ends="2026-12-03T09:05Z")


@st.composite
def credentials(draw: st.DrawFn) -> list[Credential]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(["LibCal", "LibStaffer", "other"]))
        starts = DAY_ZERO + timedelta(days=draw(st.integers(-700, 20)))
        plain = secret(f"key{number}", f"{name} {number}", ends=None)
        found.append(plain._replace(starts=starts, ends=draw(st.none() | ENDS)))
    return found


@examples(0.25)
@given(there=credentials(), disabled=st.booleans(), watched=st.sampled_from(WATCHLISTS))
@example(there=[TO_COME], disabled=False, watched=PEOPLE)
def test_next_message_is_sent_on_the_predicted_day(
    there: list[Credential], *, disabled: bool, watched: Watchlist
) -> None:
    world = World(watched=watched, now=DAY_ZERO)
    world.tenant.put(*there, disabled="it is disabled" if disabled else "")
    next_messages = world.check().next_messages
    first = {name: len(inbox.heard) for name, inbox in world.inboxes.items()}
    last = DAY_ZERO.date() + timedelta(days=130)
    while (tomorrow := world.now.date() + timedelta(days=1)) <= last:
        world.now = instant_on(tomorrow, world.watched)
        world.check()
    for name, inbox in world.inboxes.items():
        after = [
            message.now.astimezone(message.zone).date() for message in inbox.heard[first[name] :]
        ]
        expected = next_messages.by_channel.get(name)
        assert after[:1] == ([expected] if expected is not None and expected <= last else [])
