"""How a route is made: from approver words to named people, in order."""
