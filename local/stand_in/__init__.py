"""The stand-in tenant: Graph, sign-in, mail, Teams and vault on loopback."""
