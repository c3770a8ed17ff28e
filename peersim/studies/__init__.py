"""Experiments over many scenarios: comparisons, the parts of a bundle, mechanisms switched off."""
