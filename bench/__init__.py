"""Measurements: Countersign beside other engines and beside the limit of plain Python."""
