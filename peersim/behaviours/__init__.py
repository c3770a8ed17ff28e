"""What people do in a week: one file per mechanism of the model.

Each behaviour is a plain function ``act(world, i)`` that reads and writes the record of one team or person.  It is
written once, in the words of the model, and run two ways: one agent at a time through Mesa, and compiled over whole
worlds.  The order of the week stands in `peersim.week`.
"""
