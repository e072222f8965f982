"""Everything that lives in Redis: requests and tracks, their turns and quotas, what is known and remembered."""
