"""okuzuke (奥付): the colophon of the generative age."""
