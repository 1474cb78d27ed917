"""What enrolment keeps up to date by reading another service's journal."""
