"""Whether what happened elsewhere followed the rules: checks over the events of one case each."""
