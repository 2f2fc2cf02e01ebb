"""One module for each format in which a studio may bring a generative model."""
