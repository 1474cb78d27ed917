"""The pages on which people sign in; `texts/` holds what they say in other languages, `templates/` how they look."""
