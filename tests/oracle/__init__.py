"""Stock Spleeter as the reference: `make oracle`, which installs it first (1.9 GB)."""
