"""Policy files while they are edited: the language server and what it answers."""
