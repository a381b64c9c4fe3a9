"""What the kinds of value take as text, wherever it comes from: a form, a list, an address, a pasted cell."""
