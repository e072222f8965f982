"""The page's own code in node: what it knows, what it orders, and its figures."""
