"""The event log and the spells kept of a world."""

from __future__ import annotations

from peersim.world import draws
from peersim.world.compiled import compiled


@compiled
def note(world, event, kind, team, post, ordinal):
    """Write one event into the log.

    The count goes on when the log is full, so that whoever runs the world can see it, give it room and run it again.
    """
    provider = world.provider[0]
    n = provider.n_events
    provider.n_events += 1
    if n < len(world.events):
        entry = world.events[n]
        entry.week = provider.week
        entry.event = event
        entry.kind = kind
        entry.team = team
        entry.post = post
        entry.ordinal = ordinal


@compiled
def note_person(world, event, kind, person):
    """Write an event of a peer, clinician or manager into the log."""
    note(world, event, kind, person.team, person.post, person.ordinal)


@compiled
def note_user(world, event, user):
    """Write an event of a service user into the log, under their number on the referral list."""
    note(world, event, draws.USER, user.team, user.referral, 0)


@compiled
def keep_spell(world, i, end_week, ended):
    """Keep a copy of peer `i` as they are at the end of their spell in post."""
    provider = world.provider[0]
    peer = world.peers[i]
    peer.end_week = end_week
    peer.ended = ended
    n = provider.n_spells
    provider.n_spells += 1
    if n < len(world.spells):
        world.spells[n] = peer
