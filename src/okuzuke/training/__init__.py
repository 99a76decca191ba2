"""From a snapshot and a recipe to weights, with a transcript that a stranger can replay."""
