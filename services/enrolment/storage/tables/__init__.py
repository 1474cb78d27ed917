"""Enrolment's schema as it is now, one module a subject.

Integrity stands here a second time: what a rule forbids, a constraint refuses.
"""
