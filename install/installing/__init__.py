"""The installer: where hosts and files lie, what is put there, the receipt, and the way back."""
