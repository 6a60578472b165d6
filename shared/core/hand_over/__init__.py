"""Handing over the value of a new secret: who may do what, and the states in between."""
