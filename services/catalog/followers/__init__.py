"""What the catalogue keeps up to date by asking others: the seats held in each class."""
