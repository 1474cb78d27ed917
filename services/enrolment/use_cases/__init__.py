"""What can be done, one module each, in a folder per subject: this listing is the feature list.

`shared` holds what several of them need; nothing in it can be done by itself.
"""
