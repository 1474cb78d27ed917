"""Make the files in `sample/data/` and `vocabulary/data/` from the gathered sources.

Every rule that adds something the sources do not say stands in these modules, and in SOURCES.md.
"""
