"""What is measured and kept: tidy tables, outcomes, files."""
