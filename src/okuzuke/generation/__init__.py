"""Rights first, then credits, then pictures, marked and recorded."""
