"""How many took part: what is counted, what of it the public may see, and what is wrong with others' tables."""
