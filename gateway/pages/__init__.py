"""The pages about the contract: what can be called, what each refusal means, and the contract itself for programs.

All are made once at the start from one committed file and kept, compressed too: they cost no service a thing, and are
there when none is up.
"""
