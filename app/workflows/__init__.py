"""Acts that cross rooms; each owns its transaction, its access check and its line in the audit trail."""
