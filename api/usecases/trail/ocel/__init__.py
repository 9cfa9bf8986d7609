"""The trail as an object-centric event log (OCEL 2.0), for process mining.

Source: https://www.ocel-standard.org/2.0/ocel20_specification.pdf
"""
