"""Words and what they have in common: pure text analysis, the same for what is kept and for what is asked."""
