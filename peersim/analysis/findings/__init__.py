"""Findings: what the literature says should come out, as files that can be checked against the model."""
