"""Networks and codecs from scratch, with feature hooks: tensors only, no files."""
