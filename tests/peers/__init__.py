"""The servers we test against: small, real, and as strict as the ones they stand in for."""
