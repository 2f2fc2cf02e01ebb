"""The examination of this machine: what is installed, what works, and how to put right what does not.

Only the standard library is needed to begin, so that it also runs where the libraries are what is broken.
"""
