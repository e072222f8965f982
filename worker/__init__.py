"""The worker: fetches a track, separates it, renders what was ordered. It imports only `jobs`."""
