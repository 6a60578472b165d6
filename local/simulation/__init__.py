"""Simulated time: the story and the soak."""
