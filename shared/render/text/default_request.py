"""The request for services without a runbook, with the fields of a runbook."""

_REQUEST = """\
Subject: Please create {{how_many}} for {{services}}

Hello,

could you please create {{how_many}} for {{services}}, valid for 24 months, on the app \
registration {{app}} in our Entra tenant? Its client id ends in {{client_id_tail}}. \
The exact name is what is before the brackets:

{{new_secrets}}

Create here: <{{portal_link}}>

SEND

{{keep_the_old}} Thank you!
"""
_SEND = """\
Please send us each value through the password manager or a one-time link, not by email, \
chat or in the ticket."""
_HAND_OVER = """\
Please hand each value over on the Lapsewatch status page, not by email, chat or in the ticket."""


def default_request(*, hands_over: bool) -> str:
    """Return the request; it says how to send the values, or to hand them over on the page."""
    return _REQUEST.replace("SEND", _HAND_OVER if hands_over else _SEND)
