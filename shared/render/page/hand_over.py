"""The hand-over of a new secret on a service's card: its state, and the forms for the next step."""

from collections.abc import Iterator
from dataclasses import replace

from shared.core.hand_over.offer import REOPEN, can_hand_over, can_open
from shared.core.model.context import CheckContext
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.views import ServiceView
from shared.core.model.visitor import Visitor
from shared.core.model.vocabulary import Standing
from shared.render.page.details import Turn
from shared.render.page.hand_over_part import HandOverPart
from shared.render.page.labels import error_text
from shared.render.page.may_open import TOO_OLD, obstacle, sign_in_again
from shared.render.page.services import Card
from shared.render.text.dates import clock, date_of, when
from shared.render.text.escape import clean
from shared.render.text.naming import called, capital, party, whom_to_ask
from shared.render.text.service.hand_over import LOOKED_FOR, RETRIED

_AGAIN = f"{int(REOPEN.total_seconds()) // 60} minutes"
_BEFORE = (
    "Open it when you are ready to paste it: the history shows who opened it, and only that "
    f"person can open it again, for {_AGAIN}."
)


def with_hand_over(
    card: Card, view: ServiceView, visitor: Visitor, at: CheckContext, base: str, *, tenant: str
) -> Card:
    """Return the card with the hand-over of its new secret, and the task of who hands it over.

    That task comes first, as the form for it is here; the installer can only ask for the value.
    """
    part = _part(view, visitor, at, sign_in_again(base, tenant, view.service.id))
    turns = card.turns[::-1] if view.value_missing and part.offers_first else card.turns
    return replace(card, hand_over=part, turns=(*_first(part, view), *turns))


def _part(view: ServiceView, visitor: Visitor, at: CheckContext, sign_in: str) -> HandOverPart:
    record, now = view.hand_over, at.now
    offer = _offer(view) if can_hand_over(view) else ""
    if record is None or (record.state == HandOverState.DONE and not (offer or record.why)):
        return HandOverPart(offer=offer)
    part = HandOverPart(tuple(_said(record, view, visitor, at)), offer)
    if record.failed:
        return replace(part, withdraws=record.state == HandOverState.KEEPING, key_id=record.key_id)
    if not record.kept or record.until <= now:
        return part
    opens = can_open(record, visitor.person, now)
    note = obstacle(visitor, now) if opens else ""
    return replace(
        part,
        opens=opens,
        note=note,
        sign_in=sign_in if note == TOO_OLD else "",
        withdraws=True,
        key_id=record.key_id,
        seen=len(record.opened),
    )


def _offer(view: ServiceView) -> str:
    installer = party("installer", view.service.installers)
    return (
        "Paste the value here, once. It is compared with the first characters that Entra shows, "
        f"kept in a vault, and shown once to the {installer}. Do not mail it."
    )


def _said(record: HandOver, view: ServiceView, visitor: Visitor, at: CheckContext) -> Iterator[str]:
    now, zone, by = at.now, at.watchlist.zone, clean(record.by.name)
    began = when(record.at, now, zone, brief=True)
    match record.state:
        case HandOverState.RENEWING:
            yield f"{by} is creating a new secret (since {began})."
        case HandOverState.KEEPING:
            yield f"{by} handed a value over {began}. The vault has not confirmed that it keeps it."
        case HandOverState.ENDING:
            yield "The value that was handed over is being deleted."
        case HandOverState.DONE:
            yield from _ended(record, began)
        case _:
            until = date_of(record.until, zone)
            yield (
                f"{by} handed over the value of the {called(record.credential)} {began}. "
                f"It is kept until {until}, or until {clean(view.service.name)} is confirmed."
            )
            yield from _opened(record, view, visitor, at)
    if record.why:
        if record.stale and (record.kept or record.state == HandOverState.DONE):
            yield "An earlier value must still be deleted."
        keeping = record.state == HandOverState.KEEPING
        yield f"{error_text(record.why)} {LOOKED_FOR if keeping else RETRIED}"


def _ended(record: HandOver, began: str) -> Iterator[str]:
    by = clean(record.by.name)
    if record.ending == Ending.NOT_KEPT:
        yield f"The value that {by} handed over {began} was not kept. Hand it over again."
    elif record.ending == Ending.EXPIRED:
        yield f"The value that {by} handed over {began} was deleted: nobody used it in time."
    elif record.ending == Ending.ORPHAN:
        yield (
            f"Nobody knows the value of the {_begins(record)}. Remove it in Entra, and create "
            "another one."
        )


def _begins(record: HandOver) -> str:
    hint = clean(record.credential.hint)
    return called(record.credential) + (f" that begins with {hint}" if hint else "")


def _opened(
    record: HandOver, view: ServiceView, visitor: Visitor, at: CheckContext
) -> Iterator[str]:
    if not record.opened:
        yield "Nobody has opened it yet."
        if not obstacle(visitor, at.now):
            yield _BEFORE
        return
    first = record.opened[0]
    then = when(first.at, at.now, at.watchlist.zone)
    again = f", {len(record.opened)} times in all" if len(record.opened) > 1 else ""
    ask = f"ask {whom_to_ask(view.service)} for a new secret"
    if first.by.object_id != visitor.person.object_id:
        name = clean(first.by.name)
        yield f"Opened by {name} {then}{again}; if that was not right, {ask}."
    elif can_open(record, visitor.person, at.now):
        last = clock(first.at + REOPEN, at.watchlist.zone)
        yield f"You opened it {then}{again}. You can open it again until {last}."
    else:
        yield f"You opened it {then}{again}. If you still need it, {ask}."


def _first(part: HandOverPart, view: ServiceView) -> Iterator[Turn]:
    """Yield the task that comes before the installer's: to hand over a value that waits.

    If it was handed over before and is kept no more, the words of the card say that.
    """
    record, new = view.hand_over, view.replacement
    if view.standing != Standing.AWAITING_INSTALL or view.stopgap or not part.offers_first:
        return
    if new is None or (record is not None and record.key_id == new.key_id):
        return
    which = f"“{clean(new.name)}”" if clean(new.name) else "the new secret"
    whose = capital(party("renewer", view.service.renewers))
    yield Turn(whose, f"Hand the value of {which} over below.")
