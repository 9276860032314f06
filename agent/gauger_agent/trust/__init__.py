"""Which public keys the verifier already has."""
