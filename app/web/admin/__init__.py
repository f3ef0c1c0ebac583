"""For administrators, and whoever holds a part of their rights: roles, issuers, designs, register, mail, audit."""
