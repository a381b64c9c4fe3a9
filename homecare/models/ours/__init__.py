"""Our own tables, in the schema `dashboard`."""
