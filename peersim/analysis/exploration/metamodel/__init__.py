"""Surfaces through the points of a study."""
