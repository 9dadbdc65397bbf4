"""What single commands do after loading the deck, one file each."""
