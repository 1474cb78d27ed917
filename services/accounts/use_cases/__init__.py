"""What can be done: one module per thing, each within a transaction that its caller opened."""
