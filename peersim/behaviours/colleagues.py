"""5. Colleagues: what passes between a peer worker and the clinicians they meet.

Three things, each of which can be switched off by itself:

* `role_learning`: clinicians learn what peers are for from peers who still work as peers (evidence row 3.7);
* `socialisation`: peers take on the team's way, most in their first months.  Susceptibility fades with tenure as in
  Bhatt's "Cultural carriers" (evidence 6.3), so that drift is front-loaded;
* `colleague_help`: help in difficulty comes as from a colleague or as from a clinician, and the second disempowers
  (seed study).
"""

from __future__ import annotations

from peersim.behaviours.meetings import COLLEAGUE, partner
from peersim.world.arithmetic import clip
from peersim.world.causes import EX_HELP, ID_CLINICAL, ID_SOCIALISATION
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK


@compiled
def meet(world, i):
    """Peer `i` meets the clinicians that this week brings.

    Changes the clinicians' understanding and valuing, the peer's diary and, by cause, this week's `identity` and
    `exhaustion`.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_colleagues == 0 or peer.status != AT_WORK:
        return
    policy = world.policy[world.provider[0].policy_row]
    for meeting in range(int(constants.meetings)):
        kind, row, asks, answer = partner(world, i, meeting)
        if kind != COLLEAGUE or world.clinicians[row].status != AT_WORK:
            continue
        clinician = world.clinicians[row]
        peer.colleagues_met += 1
        peer.colleague_valuing += clinician.valuing
        if constants.on_role_learning != 0:
            learn(constants, peer, clinician)
        if constants.on_socialisation != 0:
            socialise(constants, peer, clinician)
        if constants.on_colleague_help != 0:
            help_out(constants, policy, peer, clinician, asks, answer)


@compiled
def learn(constants, peer, clinician):
    """A clinician sees what a peer worker does, as far as the peer still works as one."""
    shown = peer.identity * (1.0 - peer.generic_share)
    clinician.role_understanding += constants.learning_understanding * shown * (1.0 - clinician.role_understanding)
    clinician.valuing += constants.learning_valuing * shown * (1.0 - clinician.valuing)
    clinician.clinical_stance -= constants.learning_stance * shown * clinician.clinical_stance


@compiled
def socialise(constants, peer, clinician):
    """A peer is drawn towards a clinician's way of working: strongly at the start, a little ever after."""
    pull = constants.socialisation_steady + constants.socialisation_newcomer * peer.newness
    way = 1.0 - clinician.clinical_stance
    peer.identity_terms[ID_SOCIALISATION] += pull / constants.meetings * (way - peer.identity)


@compiled
def help_out(constants, policy, peer, clinician, asks, answer):
    """A peer in difficulty is helped: as a colleague, or answered as a patient would be.

    The more exhausted, the more often help is sought.  The answer is clinical the more the policy and the clinician's
    stance lean that way.
    """
    if asks >= constants.help_seeking * peer.exhaustion:
        return
    clinical = clip(constants.help_clinical * policy.clinical_response * clinician.clinical_stance)
    if answer < clinical:
        peer.clinical_help += 1
        peer.empowerment = clip(peer.empowerment - constants.empowerment_clinical * peer.empowerment)
        peer.identity_terms[ID_CLINICAL] -= constants.identity_clinical * peer.identity
    else:
        peer.colleague_help += 1
        peer.exhaustion_terms[EX_HELP] -= constants.exhaustion_help * peer.exhaustion
    was_clinical = 1.0 if answer < clinical else 0.0
    peer.clinical_memory += constants.memory_rate * (was_clinical - peer.clinical_memory)
