"""Keyed chance: every random number is a pure function of who, when and what is decided.

The generator is Philox-4x32-10 (Salmon, Moraes, Dror and Shaw 2011, SC11, "Parallel random numbers: as easy as
1, 2, 3"), held in the tests to its published known-answer vectors.  Its key is (seed, replicate); its counter is

====  =============================================================================================
word  holds
====  =============================================================================================
0     place of the person: kind (3 bits), team (16 bits), post in the team (13 bits)
1     place of the other person of a pair, or 0
2     ordinal of the person in that post (16 bits), of the other (16 bits)
3     week (16 bits), decision (16 bits)
====  =============================================================================================

The n-th holder of a post is the same person in every scenario, and so is the n-th referral of a team.  Nobody's luck
depends on who else is there, on which mechanisms are on, on order, threads or machines.
"""

from __future__ import annotations

import numpy as np

from peersim.world.compiled import compiled

MASK = np.uint64(0xFFFFFFFF)
MULTIPLIER_A = np.uint64(0xD2511F53)
MULTIPLIER_B = np.uint64(0xCD9E8D57)
WEYL_A = np.uint64(0x9E3779B9)
WEYL_B = np.uint64(0xBB67AE85)
SHIFT = np.uint64(32)

MOST_KEY = 2**32 - 1
"""Largest seed, and largest number of a replicate."""

# Kinds of person, part of a person's key.
PEER, CLINICIAN, MANAGER, USER = 1, 2, 3, 4

# Decisions.  The number is part of the key: never reuse one, never change one.
BIRTH_A, BIRTH_B, BIRTH_C = 1, 2, 3  # what a person brings; not tied to a week
LUCK = 8  # peers and staff: life event, absence, leaving, post; users: meeting, its quality, recovery, discharge
AFFINITY = 9  # peer and user: how well the two get on
FATE = 10  # peers: the job or only the role is left; users: which peer
SUPERVISION = 11  # whether a session that is due is held
PEER_GROUP = 12  # attends, and the three fellow peers talked to
TASK = 32  # + occasion: who, passes a task, is declined
MEETING = 64  # + meeting: fellow or any colleague, who, help asked for, its kind


@compiled
def philox(c0, c1, c2, c3, k0, k1):
    """Ten rounds of Philox-4x32 on four 32-bit counters and two 32-bit keys, all held in uint64.

    Returns
    -------
    tuple of four uint64
        Each below 2**32.
    """
    for _ in range(10):
        a = MULTIPLIER_A * c0
        b = MULTIPLIER_B * c2
        c0, c1, c2, c3 = (b >> SHIFT) ^ c1 ^ k0, b & MASK, (a >> SHIFT) ^ c3 ^ k1, a & MASK
        k0 = (k0 + WEYL_A) & MASK
        k1 = (k1 + WEYL_B) & MASK
    return c0, c1, c2, c3


@compiled
def uniform(word):
    """A 32-bit word as a number strictly between 0 and 1."""
    return (float(word) + 0.5) * 2.3283064365386963e-10


@compiled
def place(kind, team, post):
    """First half of a person's key: their kind, team and post packed into 32 bits."""
    return (kind << 29) | (int(team) << 13) | int(post)  # int: a record's own whole numbers are too short


@compiled
def four(provider, here, there, ordinals, week, decision):
    """Four uniform numbers for one decision of one person or pair in one week.

    Parameters
    ----------
    provider : record
        Gives the key: seed and replicate.
    here, there : int
        `place` of the person, and of the other of the pair (0: nobody).
    ordinals : int
        Ordinal of the first person in their post, plus 65536 times that of the other.
    week, decision : int
        When, and which decision (a constant of this module).
    """
    w0, w1, w2, w3 = philox(
        np.uint64(here),
        np.uint64(there),
        np.uint64(ordinals),
        np.uint64((week << 16) | decision),
        np.uint64(provider.seed),
        np.uint64(provider.replicate),
    )
    return uniform(w0), uniform(w1), uniform(w2), uniform(w3)


@compiled
def of_person(provider, kind, person, week, decision):
    """Four uniform numbers of one peer, clinician or manager."""
    here = place(kind, person.team, person.post)
    return four(provider, here, 0, person.ordinal & 0xFFFF, week, decision)


@compiled
def of_user(provider, user, week, decision):
    """Four uniform numbers of one service user, who is known by their number on the team's referral list."""
    here = place(USER, user.team, user.referral >> 16)
    return four(provider, here, 0, user.referral & 0xFFFF, week, decision)


@compiled
def of_pair(provider, peer, user, decision):
    """Four uniform numbers of a peer worker and a service user together, whenever they meet."""
    here = place(PEER, peer.team, peer.post)
    there = place(USER, user.team, user.referral >> 16)
    return four(provider, here, there, (peer.ordinal & 0xFFFF) | (int(user.referral & 0xFFFF) << 16), 0, decision)


@compiled
def bell(a, b, c):
    """A bell-shaped number with mean 0, standard deviation 1 and bounds -3 and 3: the sum of three uniforms."""
    return 2.0 * (a + b + c - 1.5)
