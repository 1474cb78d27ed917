"""Applications, and the draw among them: what is published of it, step by step."""
