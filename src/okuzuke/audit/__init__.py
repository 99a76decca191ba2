"""Evidence bundles and the verifier a stranger runs."""
