"""A document on its way: from submission to what the ERP posted."""
