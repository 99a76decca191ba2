"""The sample catalogue, its drawings, the story and its report."""
