"""All data in Redis: requests and tracks, their turns and quotas, listings, providers, sent files."""
