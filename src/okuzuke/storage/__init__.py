"""Where state lives: one SQL schema, one engine, blobs."""
