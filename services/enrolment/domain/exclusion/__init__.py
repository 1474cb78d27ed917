"""People whom the rules refuse a card: lists of them, and cases about holders who are found on one."""
