"""Stock Spleeter as the judge: `make oracle`, which installs it first (1.9 GB)."""
