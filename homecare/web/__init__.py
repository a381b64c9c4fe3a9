"""What every answer has: settings, headers, errors, assets, deadlines, hosts, addresses."""
