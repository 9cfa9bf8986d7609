"""Authority matrices as spreadsheets: out to be read, printed and signed, and back as edits."""
