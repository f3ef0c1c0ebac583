"""For administrators, and whoever holds a part of their rights: roles, issuers, register, territory, mail, audit."""
