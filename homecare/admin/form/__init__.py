"""Forms over HTTP: inputs, values, uploads, saving."""
