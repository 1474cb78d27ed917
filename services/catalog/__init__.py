"""The catalogue: providers, their courses, the classes in which a course is run, and the journal of all three.

A request goes `api` (parse, permit) → `use_cases` (load and lock, ask `domain`, save, append to the journal) or
`queries` (straight into the answer) → `storage`. Rules are in `domain`, pure. Whoever wants a copy of the classes
follows the journal; how many seats are left is followed the other way, from enrolment, by the worker.
"""
