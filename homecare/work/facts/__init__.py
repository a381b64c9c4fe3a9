"""Facts are kept right: `draining` empties the queues, `kinds` lists the facts, a module each works them out."""
