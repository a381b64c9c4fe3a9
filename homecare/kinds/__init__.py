"""How each kind of value is read from text, whether from a form, a list, an address or a pasted cell."""
