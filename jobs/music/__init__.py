"""Models and their stems, and how loud results are."""
