"""What every answer needs: settings, headers, errors, assets, deadlines, host names, addresses."""
