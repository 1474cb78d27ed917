"""What the programme refuses, each with its one code and status; one module a subject.

A rule refuses by raising one of these; the code is part of the public contract and never changes its meaning.
"""
