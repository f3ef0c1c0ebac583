"""For administrators, and for whoever holds a part of their rights: roles, issuers, territory, mail, audit."""
