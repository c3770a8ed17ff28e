"""The page: for planners to decide and for teachers to show.

`visit` is what one visitor does, without any page: it can be tested by itself.  `desk` runs worlds for all visitors at
once, off the event loop.  The rooms `decide`, `plan`, `why`, `watch` and `teach` draw; `shell` is what is around them,
`serve` starts it all.  NiceGUI (the extra `app`) is imported by the rooms and the shell only.
"""
