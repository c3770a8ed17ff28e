"""What many points of a study say together: sensitivity, discovery, robustness, interpolation."""
