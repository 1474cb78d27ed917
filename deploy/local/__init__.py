"""The whole system on one machine, with one command and nothing to install first.

`run` joins the rest: `ports` and `environment_file` prepare, `postgres` and `databases` provide what the services store
into, `process_table` lists what runs, `supervisor` keeps it running and `banner` tells what to do with it. The tests
start the system through the same modules.
"""
