"""Where every picture came from: the ledger, signatures, consent, approval and labels."""
