"""The trail that proves itself: its tree, what is signed of it, and the proofs out of it."""
