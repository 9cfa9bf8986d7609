"""ERP connectors: one shared vocabulary in `connector`, a package or file for each ERP."""
