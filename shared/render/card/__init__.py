"""Adaptive Cards for Teams."""
