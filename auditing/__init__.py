"""What auditors, and anybody else, run on what is published. It needs Python alone, and nothing of the product."""
