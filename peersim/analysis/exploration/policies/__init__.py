"""Policies judged: over states of the world, against each other, and for the money."""
