"""What applications can be given: a code for a person who signed in, tokens for a code, and an end to both."""
