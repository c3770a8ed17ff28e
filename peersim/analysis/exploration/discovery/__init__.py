"""Where in a study an outcome is met: conditions, boxes, and two ways of finding them."""
