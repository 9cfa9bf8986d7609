"""What would have changed: every document decided under two sets at the same moment.

`seeing` says what of a decision matters to people, `sameness` which documents need no second look,
`comparing` decides one under both sets, `many` a stream of them on several cores, `tally` counts.
"""
