"""Numbers that states and their systems give: is the form right, and does the check digit agree?

Whether a number exists only a look-up can say; that is asked elsewhere. `catalogue` lists them by
name, `own` holds those that python-stdnum does not have.
"""
