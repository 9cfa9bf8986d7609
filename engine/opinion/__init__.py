"""What the second opinion is asked, in a form that no matcher owns: control rules and facts."""
