"""The task of an installer who asks for the credentials of several services at once."""

from shared.core.model.views import Request
from shared.render.text.dates import Moment
from shared.render.text.naming import listed, whom_to_ask
from shared.render.text.new_secrets import how_many
from shared.render.text.service.next_step import new_credential, request
from shared.render.text.suggested_name import suggested_name


def joint_request(together: Request, at: Moment) -> str:
    """Return what an installer asks for in one request, as a task.

    Empty for one service, and if not each of them simply needs a new credential.
    """
    whom = whom_to_ask(together.first.service)
    simple = all(
        request(view, at) == f"ask {whom} for a {new_credential(view, at)}."
        for view in together.due
    )
    if len(together.services) == 1 or not simple:
        return ""
    names = [suggested_name(view.service, now=at.now, zone=at.zone) for view in together.services]
    named = listed([f"“{name}”" for name in names])
    return f"ask {whom} for {how_many(together)}: {named}."
