"""What can be done, one module each, in a folder per subject: this listing is the feature list."""
