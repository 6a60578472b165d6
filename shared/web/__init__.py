"""HTTP routes, forms and answers."""
