"""Enrolment's calls: what they take and answer. Parsing and presenting, nothing else."""
