"""Machine-readable reservations found in what is handed in: a "no" is never lost, and a "yes" never grants."""
