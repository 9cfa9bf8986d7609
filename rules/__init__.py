"""Reading, checking, compiling, testing and formatting policy."""
