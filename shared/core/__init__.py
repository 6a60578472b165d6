"""Decisions: pure functions over values. Standard library only; no clock, environment, log or network."""
