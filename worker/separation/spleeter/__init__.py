"""Spleeter's networks: weights, spectrograms, and the engines that run them."""
