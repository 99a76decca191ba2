"""What was paid, split over sheets and down each waterfall to the unit."""
