"""What may be done about a sending: pause, go on, cancel, and the word on one that is late."""

from handlers.broadcasters.actions import Offer, Standing, Steer, StudioTurn, Turn, agreed, refused
from handlers.bulletins import Run

_LEADS_TO = {
    (Run.SENDING, Offer.PAUSE): Run.PAUSED,
    (Run.SENDING, Offer.CANCEL): Run.CANCELLED,
    (Run.PAUSED, Offer.RESUME): Run.SENDING,
    (Run.PAUSED, Offer.CANCEL): Run.CANCELLED,
    (Run.LATE, Offer.SEND_NOW): Run.SENDING,
    (Run.LATE, Offer.LEAVE): Run.CANCELLED,
}
STEERING = tuple(dict.fromkeys(offer for _, offer in _LEADS_TO))
"""What a broadcaster can do about a sending, in the order of the page."""


def offered(run: Run) -> tuple[Offer, ...]:
    """What can be done about a sending that stands so."""
    return tuple(offer for offer in STEERING if (run, offer) in _LEADS_TO)


def steer(action: Steer, standing: Standing) -> StudioTurn:
    """Whoever may write or approve for the unit may also stop what is being sent."""
    if not (standing.writes or standing.approves):
        return refused("right_write")
    if standing.run is None:
        return refused("no_sending")
    run = _LEADS_TO.get((standing.run, action.offer))
    return agreed(Turn(run), action.offer) if run is not None else refused("sending_changed")
