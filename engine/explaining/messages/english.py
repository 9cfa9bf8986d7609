"""English texts of every code: short for requester and approver, full for the auditor."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

HELD: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "no_matrix": Text(
            "No approval schedule covers this document.",
            "No approvals file in force covers documents of this type for this entity"
            "[ ({detail})].",
        ),
        "decided_elsewhere": Text(
            "This happened before it could be decided here.",
            "The document is history[: {detail}]. It was decided elsewhere, before this service "
            "decided anything; it counts, and nothing can be done with it here.",
        ),
        "ambiguous_matrices": Text(
            "More than one approval schedule claims this document.",
            "Several approvals files of the same scope cover this document[: {detail}]. "
            "The policy must say which one decides.",
        ),
        "no_row": Text(
            "The approval schedule has no row for this document.",
            "No row of the approvals file matches this document[: {detail}].",
        ),
        "ambiguous_rows": Text(
            "Two rows of the approval schedule give different answers.",
            "Several rows of the same rank match this document with different answers[: {detail}].",
        ),
        "fact_missing": Text(
            "A detail that decides the approval is missing[: {detail}].",
            "A fact that a row or control depends on is not known[: {detail}]. Whatever is "
            "undecided without it could change the answer.",
        ),
        "commitment_value_missing": Text(
            "The value of the commitment is missing[: {detail}].",
            "The amount that the limits are compared with cannot be established[: {detail}]. "
            "An order of zero needs a stated maximum value.",
        ),
        "fx_not_stated": Text(
            "This currency cannot be converted[: {detail}].",
            "The policy set does not state how foreign amounts are converted[: {detail}].",
        ),
        "fx_date_missing": Text(
            "The date for the exchange rate is missing[: {detail}].",
            "The day whose exchange rate the policy asks for is not on the document[: {detail}].",
        ),
        "fx_rate_missing": Text(
            "The exchange rate is missing[: {detail}].",
            "There is no exchange rate that the policy allows[: {detail}].",
        ),
        "fx_rate_stale": Text(
            "The exchange rate is too old[: {detail}].",
            "The newest exchange rate is older than the policy allows[: {detail}]. "
            "A document is never routed lower for want of a rate.",
        ),
        "amount_overflow": Text(
            "The amount is too large to be compared[: {detail}].",
            "The converted amount is beyond what is kept exactly (64-bit minor units)[: {detail}].",
        ),
        "credits_not_stated": Text(
            "The policy does not say how credits are approved.",
            "The amount is negative[: {detail}] and the policy set does not state `credits`.",
        ),
        "person_unknown": Text(
            "A person named on the document is not known[: {detail}].",
            "Master data of this moment has no person or login of this name[: {detail}].",
        ),
        "contract_unknown": Text(
            "The contract is not known[: {detail}].",
            "Master data have no contract of this name for the supplier[:"
            " {detail}], so rules about contracts cannot be applied.",
        ),
        "supplier_unknown": Text(
            "The supplier is not known[: {detail}].",
            "Master data have no supplier of this name[: {detail}], so it cannot be told "
            "whether it is a related party.",
        ),
        "entity_unknown": Text(
            "The legal entity is not known[: {detail}].",
            "The policy set declares no entity of this name[: {detail}].",
        ),
        "document_type_unknown": Text(
            "Documents of this type are not covered by the policy[: {detail}].",
            "The policy set declares no document type of this name[: {detail}].",
        ),
        "no_eligible_approver": Text(
            "Nobody may approve this[: {detail}].",
            "Everyone who could be asked was passed over[: {detail}]. "
            "The authority needed is not lowered.",
        ),
        "no_owner": Text(
            "Nobody is known to own what is charged[: {detail}].",
            "Master data names no owner of what the document charges[: {detail}].",
        ),
        "authority_exceeded": Text(
            "The amount is above everyone's authority[: {detail}].",
            "No limit of the persons in the chain covers the amount[: {detail}].",
        ),
        "escalation_exhausted": Text(
            "Nobody has answered in time, and nobody is left above to be asked[: {detail}].",
            "Everyone who was asked for this place was silent for the time that the policy gives, "
            "and nobody of a higher level with the authority for it is left[: {detail}].",
        ),
        "set_unusable": Text(
            "The policy that this document is under cannot be loaded with the people of today.",
            "The set of the case[ ({detail})] cannot be loaded with the master data in force.",
        ),
        "guarantee_broken": Text(
            "The route would break a guarantee of the policy[: {detail}].",
            "The route as resolved does not fulfil a guarantee of the policy set[: {detail}].",
        ),
        "requirement_missing": Text(
            "Something must be provided first[: {detail}].",
            "A document that needs no approval still has an open requirement[: {detail}].",
        ),
        "silence": Text(
            "Nobody would be asked to approve this.",
            "The route holds no approval at all; being told or consulted is none, and silence "
            "never approves.",
        ),
        "duties_joined": Text(
            "One person has done two things that may not be joined[: {person}].",
            "Under segregation of duties one person may not do both[ ({detail})][: {person} did"
            " {own_act} on {own_document} on {own_day}][ and {act} on {document} on {day}]"
            "[ (counted with {relative})].",
        ),
        "approves_once": Text(
            "There are not enough different people to approve this.",
            "Nobody may approve this document twice[ ({detail})], and the places of the route"
            " cannot all be filled by different persons.",
        ),
        "held_by_policy": Text(
            "The policy holds this document[: {reason}].",
            "The policy states that this document is held[: {reason}].",
        ),
    }
)

REFUSED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "refused_by_policy": Text(
            "The policy refuses this document[: {reason}].",
            "The policy states that this document is refused[: {reason}].",
        ),
        "related_party_match": Text(
            "The supplier and a person on the document are related[: {person}].",
            "A detail of the supplier is also one of a person on the document[: {person}, {part}].",
        ),
    }
)

PASSED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "self_approval": Text(
            "is the requester",
            "is the person whose need it is; nobody approves his own request",
        ),
        "same_person": Text(
            "is the requester under another login",
            "is the same person as the requester, known by another login[ ({detail})]",
        ),
        "beneficiary": Text(
            "would benefit from it",
            "is a beneficiary of the document and may not approve it",
        ),
        "inactive": Text(
            "is not employed on that day",
            "is not active at the moment of decision",
        ),
        "absent": Text(
            "is away",
            "is recorded as absent at the moment of decision, and no delegation applies",
        ),
        "vacant": Text(
            "nobody holds this position",
            "the position is vacant at the moment of decision",
        ),
        "barred": Text(
            "is barred by a control",
            "is barred by a control of the policy[ ({detail})]",
        ),
        "barred_undecided": Text(
            "might be barred by a control",
            "a control might bar him, and a fact that it asks for is not known[ ({detail})]",
        ),
        "related_party_match": Text(
            "is related to the supplier",
            "shares a detail with the supplier[ ({detail})]",
        ),
        "declared_interest": Text(
            "declared an interest in the supplier",
            "declared an interest in the supplier and is excluded at any amount[ ({detail})]",
        ),
        "segregation": Text(
            "has a conflict of duties",
            "may not approve under segregation of duties[ ({detail})][: {act} on {document} on"
            " {day}][ by {relative}, who counts as one with him][; {ended} has ended][; the amount"
            " is above {over_cap}][; uses of {unreviewed} were not reviewed in time]"
            "[; {self_monitored} would be reviewed by himself]",
        ),
        "over_limit": Text(
            "has no authority for this amount",
            "has no limit that covers the amount[ ({limit}, asked for {amount})]",
        ),
        "delegation_limit": Text(
            "may not act with the delegated authority",
            "the authority that the delegation carries does not cover the amount[ ({detail})]",
        ),
        "delegation_level_gap": Text(
            "is too far below in level to be a delegate",
            "the delegation spans more levels than the policy allows[ ({detail})]",
        ),
        "delegation_level": Text(
            "has not the level or role that a delegate needs",
            "the policy asks a delegate for another level or role[ ({detail})]",
        ),
        "delegation_cap": Text(
            "is a delegate up to a lower amount only",
            "the amount is above the cap of the delegation[ ({detail})]",
        ),
        "delegation_scope": Text(
            "is not a delegate for this kind of document",
            "the delegation does not cover this document, entity, category or kind of "
            "expense[ ({detail})]",
        ),
        "delegation_loop": Text(
            "the delegations lead in a circle",
            "the delegations lead back to where they began[ ({detail})]",
        ),
        "delegation_depth": Text(
            "may not pass the delegation on",
            "the delegation was passed on more often than the policy allows[ ({detail})]",
        ),
        "delegation_too_long": Text(
            "the delegation runs too long",
            "the delegation is longer than the policy allows[ ({detail})]",
        ),
        "delegation_paper": Text(
            "a paper for the delegation is missing",
            "a paper that the policy requires for the delegation is missing[ ({detail})]",
        ),
        "delegation_not_allowed": Text(
            "this authority may not be delegated",
            "no row of the policy allows this delegation[ ({detail})]",
        ),
        "delegation_revoked": Text(
            "the delegation was revoked",
            "the delegation was revoked before the moment of decision[ ({detail})]",
        ),
        "delegation_began_later": Text(
            "the task was there before the delegation began",
            "it was asked before the delegation began, and stays[ (asked {asked}, begun {began})]",
        ),
        "stand_in_scope": Text(
            "nobody stands in for this kind of document",
            "the stand-in is declared for other documents or conditions",
        ),
        "stand_in_reason": Text(
            "nobody stands in for this reason",
            "the stand-in is not declared for the reason why the holder cannot act",
        ),
        "stand_in_requirement": Text(
            "a requirement for standing in is missing",
            "a requirement that the policy states for standing in is not met",
        ),
        "stand_in_bound": Text(
            "nobody may stand in for this amount",
            "the amount is above what a stand-in may approve",
        ),
    }
)

FINDINGS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "requirement_missing": Text(
            "Still to be provided: {requirement}",
            "Required by the policy and not true of this document: {requirement}",
        ),
        "requirement_undecided": Text(
            "Cannot be checked yet: {requirement}",
            "Required by the policy and not decided, because a fact is missing: {requirement}",
        ),
    }
)

REVIEWS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "structuring_suspect": Text(
            "Several orders may belong together.",
            "Documents that count towards one total may have been split to stay below a limit.",
        ),
    }
)

NOTES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "on_the_way": Text(
            "Asked on the way up.",
            "The chain asks everyone on the way up to the first whose authority covers.",
        ),
        "vacant_climb": Text(
            "in place of somebody who cannot act",
            "the place below is vacant or barred and climbed; the authority needed did not fall",
        ),
        "stand_in": Text(
            "in place of a holder who cannot act",
            "no holder can act; a declared stand-in is asked",
        ),
    }
)

REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "row_matched": Text(
            "Decided by {matrix}[, {row}].",
            "The row that decided: {matrix}[, {row}].",
        ),
        "control_applied": Text(
            "A control applies[: {control}].",
            "A control of the policy applies[: {control}][, because of {because}].",
        ),
        "conflict_warned": Text(
            "{person} has a conflict of duties, which only warns.",
            "Segregation of duties warns of {person}[ ({detail})][: {act} on {document} on {day}]"
            "[ by {relative}, who counts as one with him].",
        ),
        "mitigated": Text(
            "{person} may act under {mitigation}.",
            "{mitigation} lets {person} through in spite of {detail}[: {act} on {document} on"
            " {day}][ by {relative}, who counts as one with him]; {monitor} reviews it.",
        ),
        "approves_once": Text(
            "Nobody may approve this twice.",
            "A conflict of duties joins approving with approving[ ({detail})]: every place of the"
            " route takes another person[, except {exempt}].",
        ),
        "added_by_newer_set": Text(
            "A newer version of the policy asks for more.",
            "The set that is in force now ({policy}) asks for {count} more than the one that the"
            " case was routed under.",
        ),
        "tax_not_recovered": Text(
            "Tax of line {line} counts as cost.",
            "The tax of line {line} counts as far as it is not recovered; {recovered} % is.",
        ),
        "framework_maximum": Text(
            "The maximum of {maximum} counts as value.",
            "The document states no value; its maximum of {maximum} counts instead.",
        ),
        "refused_by_policy": Text(
            "The policy also refuses it[: {reason}].",
            "A further rule of the policy refuses this document[: {reason}].",
        ),
    }
)

ACTS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "person_unknown": Text(
            "We do not know who acts.",
            "Master data of the moment of the act have no person or login of this name"
            "[: {person}].",
        ),
        "not_open": Text(
            "There is nothing left to act on.",
            "The document is complete or rejected; a further act changes nothing.",
        ),
        "step_not_current": Text(
            "It is not this person's turn yet.",
            "The person is asked in a later step; an earlier one is not done.",
        ),
        "not_asked": Text(
            "This person is not asked.",
            "No open place of the route asks this person, at the moment of the act.",
        ),
        "reviewer_involved": Text(
            "This person has a part in what is reviewed.",
            "Nobody reviews his own document, nor one that he approved.",
        ),
        "no_review": Text("There is no such review.", "The case has no review under this code."),
        "review_closed": Text("The review is closed.", "Somebody has closed it with a finding."),
        "reason_missing": Text("A reason is needed.", "The record needs a comment that says why."),
    }
)
