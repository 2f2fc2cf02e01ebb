"""Farm jobs: Open Job Description bundles, plain command lines, and running a bundle on this machine."""
