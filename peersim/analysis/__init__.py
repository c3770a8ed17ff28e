"""What results mean: paired differences, the parts of an effect, what an effect costs.  Nothing here simulates."""
