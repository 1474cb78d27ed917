"""Sample data: real institutions, courses and dates, and the loader that brings them in.

`conversion/` made the files in `data/` from the sources named in SOURCES.md; `load.py` sends them
through the public API, so that a fresh installation shows something true to life.
"""
