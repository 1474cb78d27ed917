"""Classes, seats, and who gets one."""
