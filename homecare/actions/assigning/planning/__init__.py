"""Many visits at once: series and copied days, drafted with every conflict and made as shown."""
