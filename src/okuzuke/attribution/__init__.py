"""Who contributed to an output, in integer parts that sum exactly."""
