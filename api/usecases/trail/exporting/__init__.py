"""What an auditor takes away: records with their proofs, and everything that they rest on, in one
file that `countersign-verify` checks without us. The format is stated in `docs/for-auditors.md`."""
