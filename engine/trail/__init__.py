"""What makes the trail prove itself: a tree over its records, signed heads of it, and their checks.

Only the standard library, so that whoever verifies needs nothing but Python.
"""
