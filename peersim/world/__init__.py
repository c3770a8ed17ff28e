"""The state of a world, chance, and how a scenario becomes a world."""
