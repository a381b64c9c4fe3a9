"""The map's conditions, which the list of patients takes too, and the map as its address asks for it."""
