"""For administrators, and for whoever holds a part of their rights: roles, issuers, register, territory, mail, audit."""
