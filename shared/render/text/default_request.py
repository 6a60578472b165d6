"""The request for services without a runbook, with the fields of a runbook."""

DEFAULT_REQUEST = """\
Subject: Please create {{how_many}} for {{services}}

Hello,

could you please create {{how_many}} for {{services}}, valid for 24 months, on the app \
registration {{app}} in our Entra tenant? Its client id ends in {{client_id_tail}}. \
The exact name is what is before the brackets:

{{new_secrets}}

Create here: <{{portal_link}}>

{{how_to_send}}

{{keep_the_old}} Thank you!
"""
