"""Pages for administrators: roles, issuers, territory, mail."""
