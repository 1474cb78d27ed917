"""What can be done here, one module each. A use case works in an open transaction and never commits.

`shared` holds what several of them need; nothing in it can be done by itself.
"""
