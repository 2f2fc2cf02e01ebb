"""Everything that is made from the declarations: flags, JSON schema and the reference pages."""
