"""The roster: who goes to whom, when."""
