"""Decisions: pure functions of values. No clock, environment, log or network."""
