"""The tails of single commands, one file each."""
