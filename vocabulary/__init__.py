"""The words all services share: regions, zones, rupiah, personal numbers, roles and refusals.

Pure: the only I/O is reading the tables in `data/`, once, when a module is imported.
"""
